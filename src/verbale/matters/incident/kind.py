"""How the node knows incidents: their acts, rules, words and pages."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.knowledge import all_scales, scale_of
from verbale.matters.incident import acts, fold
from verbale.matters.incident.api import router
from verbale.matters.incident.operations import share
from verbale.matters.incident.severity import judges, severities
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter
from verbale.node.projection import state_of
from verbale.node.registry import ActType, Kind
from verbale.protocol import Act

__all__ = ["KIND"]


def _account(act: Act) -> str:
    report = act.body.get("report")
    if not report:
        return str(act.body["title"])
    techniques, values = len(report.get("techniques", ())), len(report.get("indicators", ()))
    parts = [f"“{act.body['title']}”", f"{report['format']}"]
    if techniques:
        parts.append(ngettext("%(n)s technique", "%(n)s techniques", techniques) % {"n": techniques})
    if values:
        parts.append(ngettext("%(n)s indicator", "%(n)s indicators", values) % {"n": values})
    return ", ".join(parts)


def _assessment(act: Act) -> str:
    scale = scale_of(act.body["scale"])
    level = scale.level(act.body["level"]) if scale else None
    if scale is None or level is None:
        return f"{act.body['scale']}: {act.body['level']}"
    return gettext("%(word)s %(code)s, %(name)s (%(scale)s)") % {
        "word": gettext(scale.word),
        "code": level.code,
        "name": level.name.lower(),
        "scale": scale.name,
    }


def context(matter: Matter) -> Mapping[str, Any]:
    """What the panel of a dossier shows: our own account first, what others say beside it."""
    state = state_of(matter)
    records = {record.id: record for record in ActRecord.objects.filter(id__in=state.get("accounts", ()))}
    accounts = [records[identifier] for identifier in state.get("accounts", ()) if identifier in records]
    # One and the same account, shared with somebody, is shown once.
    shown: dict[tuple[str, str], ActRecord] = {}
    for record in accounts:
        report = record.act.body.get("report") or {}
        shown.setdefault((record.author, report.get("title", "")), record)
    return {
        "accounts": list(shown.values()),
        "severities": severities(state),
        "scales": [scale for scale in all_scales() if not scale.computes],
        "asking": [scale for scale in all_scales() if scale.factors],
        "closed": [
            {"author": key.partition(":")[2], "reason": state[key]["reason"]}
            for key in state
            if key.startswith("closed:")
        ],
        "closed_by_us": f"closed:{node_name()}" in state,
        "node": node_name(),
    }


KIND = Kind(
    name="incident",
    label=_("Incident"),
    types=(
        ActType(
            "incident.open", acts.Account, _("Incident opened"), sentence=_account, template="incident/account.html"
        ),
        ActType(
            "incident.report",
            acts.Account,
            _("Report on the incident"),
            sentence=_account,
            template="incident/account.html",
        ),
        ActType("incident.assess", acts.Assessment, _("Severity assessed"), sentence=_assessment),
        ActType("incident.remark", acts.Remark, _("Remark"), sentence=lambda act: str(act.body["text"])),
        ActType("incident.close", acts.Decision, _("Incident closed"), sentence=lambda act: str(act.body["reason"])),
        ActType("incident.reopen", acts.Decision, _("Incident reopened"), sentence=lambda act: str(act.body["reason"])),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="incident/panel.html",
    panel_title=_("Assessment and report"),
    context=context,
    share=share,
    urls="verbale.matters.incident.urls",
    api=router,
    step=1,
    case=True,
    judges=judges,
)
