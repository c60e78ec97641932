"""The derivation of a finding as reasons and the reasons below them, for every page that shows it."""

from django.utils.translation import gettext as _

from verbale.knowledge.law import Finding
from verbale.knowledge.law.derive import Reason, Step
from verbale.node.judged import Ground

__all__ = ["grounds_of"]


def grounds_of(finding: Finding) -> tuple[Ground, ...]:
    """Why it stands as it does: rules, their conditions, and the rules on which these rest."""
    return tuple(_reason(reason) for reason in finding.derivation.rules)


def _reason(reason: Reason) -> Ground:
    return Ground(reason.says, reason.standing, reason.sources, tuple(_step(step) for step in reason.steps))


def _step(step: Step) -> Ground:
    said = _("%(sentence)s (see above)") % {"sentence": step.sentence} if step.again else step.sentence
    return Ground(said, step.standing, step.sources, tuple(_reason(reason) for reason in step.rules))
