"""Tension in sentences. One sentence a level, for languages in which an adjective bends."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verbale.desk.relations.events import Relation
from verbale.desk.templatetags.desk import on_day
from verbale.knowledge import TensionLevel
from verbale.node.partners import name_of

__all__ = ["became", "level_name", "standing", "trend_sentence"]

_NAMES = {
    "calm": gettext_lazy("calm"),
    "strained": gettext_lazy("strained"),
    "tense": gettext_lazy("tense"),
    "critical": gettext_lazy("critical"),
}
_STAND = {
    "calm": gettext_lazy("Relations with %(name)s are calm; they became so %(day)s."),
    "strained": gettext_lazy("Relations with %(name)s are strained; they became so %(day)s."),
    "tense": gettext_lazy("Relations with %(name)s are tense; they became so %(day)s."),
    "critical": gettext_lazy("Relations with %(name)s are critical; they became so %(day)s."),
}
_BECAME = {
    "strained": gettext_lazy("Relations with %(name)s became strained %(day)s"),
    "tense": gettext_lazy("Relations with %(name)s became tense %(day)s"),
    "critical": gettext_lazy("Relations with %(name)s became critical %(day)s"),
}
_TRENDS = {
    "rising": gettext_lazy("Tension is higher than a week ago."),
    "falling": gettext_lazy("Tension is lower than a week ago."),
    "steady": gettext_lazy("Tension is much as it was a week ago."),
}


def level_name(level: TensionLevel) -> str:
    """What a level is called; one of a state's own coding by the name that it has there."""
    return str(_NAMES.get(level.code, level.name))


def standing(relation: Relation) -> str:
    """How we stand with a partner, and since when."""
    level, entered = relation.curve.level, relation.curve.entered
    if entered is None:
        if any(item.counts for item in relation.said):
            return _("Relations with %(name)s are calm.") % {"name": name_of(relation.node)}
        return _("Nothing that has passed between us and %(name)s bears on how relations stand.") % {
            "name": name_of(relation.node)
        }
    sentence = str(
        _STAND.get(level.code) or gettext_lazy("Relations with %(name)s: %(level)s; they became so %(day)s.")
    )
    return sentence % {"name": name_of(relation.node), "level": level_name(level), "day": on_day(entered.moment)}


def became(node: str, level: TensionLevel, moment: object) -> str:
    """For the desk: what they became, and when."""
    sentence = str(_BECAME.get(level.code) or gettext_lazy("Relations with %(name)s became %(level)s %(day)s"))
    return sentence % {"name": name_of(node), "level": level_name(level), "day": on_day(moment)}


def trend_sentence(relation: Relation) -> str:
    return str(_TRENDS[relation.curve.trend])
