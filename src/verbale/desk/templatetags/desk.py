"""Words and signs that all pages share."""

from datetime import date, datetime
from typing import Any

from django import template
from django.template.defaultfilters import date as date_filter
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from verbale.knowledge.translations import Translation
from verbale.node import drafts, sentences
from verbale.node.access import may as has_right
from verbale.node.models import ActRecord, Draft, Matter
from verbale.node.partners import colour_of, name_of, names_of
from verbale.node.registry import kind_of
from verbale.node.registry import lawful_body as fields_of
from verbale.protocol import MalformedError, Marking, parse_time
from verbale.protocol.encoding import format_time

register = template.Library()

_MEANING = {
    Marking.RED: gettext_lazy("for the eyes of the addressees only"),
    Marking.AMBER_STRICT: gettext_lazy("inside the recipient's organisation only"),
    Marking.AMBER: gettext_lazy("inside the recipient's own state, where needed"),
    Marking.GREEN: gettext_lazy("inside the community"),
    Marking.CLEAR: gettext_lazy("no limit on disclosure"),
}


@register.filter
def state(node: str) -> str:
    """The short name of a node."""
    return name_of(node)


@register.filter
def states(nodes: list[str]) -> str:
    """Several names in a row."""
    return names_of(nodes)


@register.simple_tag(takes_context=True)
def lawful_body(context: template.Context) -> Any:
    """The body of the act or draft that is shown, in the fields that its type knows; None when it is not lawful."""
    body, shown = context.get("body"), context.get("record") or context.get("draft")
    return fields_of(shown.type, body) if shown else body


@register.simple_tag
def marking(word: str) -> SafeString:
    """A TLP 2.0 label in its colours (FIRST, August 2022), with what it lets a recipient do on hover."""
    level = Marking(word.removeprefix("TLP:"))
    return format_html(
        '<span class="tlp tlp-{}" title="{}">TLP:{}</span>',
        level.value.lower().replace("+", "-"),
        _MEANING[level],
        level.value,
    )


@register.filter
def marking_meaning(level: Marking) -> str:
    """What a marking lets a recipient do."""
    return str(_MEANING[level])


def _moment(value: Any) -> datetime:
    return parse_time(value, "time") if isinstance(value, str) else value


@register.filter
def moment(value: Any) -> SafeString | str:
    """A time in the reader's zone, UTC on hover."""
    if not value:
        return ""
    when = _moment(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', format_time(when), _utc(when), sentences.clock(when))


@register.filter
def hour(value: Any) -> SafeString:
    """Hours and minutes in the reader's zone, UTC on hover."""
    when = _moment(value)
    shown = date_filter(timezone.localtime(when), "H:i")
    return format_html('<time datetime="{}" title="{}">{}</time>', format_time(when), _utc(when), shown)


@register.filter
def day(value: Any) -> str:
    """A day in words; accepts times, dates and calendar dates as text. A text that is neither is shown as it is: the
    act of a stranger can hold anything."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else timezone.localtime(_moment(value)).date()
        except (ValueError, MalformedError):
            return value
    elif isinstance(value, datetime):
        value = timezone.localtime(value).date()
    today = timezone.localdate()
    if value == today:
        return _("Today")
    return date_filter(value, "l j F" if value.year == today.year else "j F Y")


@register.filter
def on_day(value: Any) -> str:
    """A day inside a sentence: `today`, `on 24 November`."""
    shown = day(value)
    return _("today") if shown == _("Today") else _("on %(day)s") % {"day": shown}


@register.filter
def language(code: Any) -> str:
    """The name of a language; what was given where there is none."""
    if str(code) == "zh":  # Django knows it by script alone, packs by language
        return _("Chinese")
    try:
        return str(get_language_info(str(code))["name_translated"])
    except KeyError:
        return str(code)


@register.filter
def languages(codes: Any) -> str:
    """Several languages in a row."""
    return ", ".join(language(code) for code in codes) if isinstance(codes, list | tuple) else ""


@register.simple_tag
def tongue(told: Translation | None) -> SafeString:
    """Language and direction of what a pack tells: those of the translation, or of the pack's own English."""
    language, rightwards = (told.language, not told.right_to_left) if told else ("en", True)
    return format_html('lang="{}" dir="{}"', language, "ltr" if rightwards else "rtl")


@register.filter
def ago(value: Any) -> SafeString | str:
    """How long ago, with the time on hover."""
    if not value:
        return ""
    when = _moment(value)
    if (timezone.now() - when).total_seconds() < 60:
        told = _("just now")
    else:
        told = _("%(time)s ago") % {"time": timesince(when, depth=1)}
    return format_html('<time datetime="{}" title="{}">{}</time>', format_time(when), _utc(when), told)


@register.filter
def left(value: str | None) -> SafeString | str:
    """How long is left until a calendar date, or since when it is overdue."""
    if not value:
        return ""
    days = (date.fromisoformat(value) - timezone.localdate()).days
    shown = date_filter(date.fromisoformat(value), "j F")
    if days < 0:
        return format_html('<span class="overdue">{}</span>', _("overdue since %(day)s") % {"day": shown})
    if days == 0:
        return format_html('<span class="overdue">{}</span>', _("due today"))
    told = {"day": shown, "days": days}
    return ngettext("due %(day)s, %(days)s day left", "due %(day)s, %(days)s days left", days) % told


def _utc(when: datetime) -> str:
    return when.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y-%m-%d %H:%M:%S UTC")


@register.filter
def kind_label(matter: Matter) -> str:
    """What a matter is: `Talks`; its name in the registry where this node does not know the kind."""
    kind = kind_of(matter.kind)
    return str(kind.label) if kind is not None else matter.kind


@register.filter
def matter_shown(matter: Matter) -> str:
    """A matter among those of other kinds: `Talks: Ransomware against banks`."""
    kind = kind_of(matter.kind)
    title = matter.title or _("Untitled")
    return f"{kind.label}: {title}" if kind is not None else title


@register.filter
def act_label(record: ActRecord) -> str:
    return sentences.label_of(record)


@register.filter
def draft_label(draft: Draft) -> str:
    return drafts.label_of(draft)


@register.filter
def act_sentence(record: ActRecord) -> str:
    return sentences.sentence_of(record)


@register.filter
def act_excerpt(record: ActRecord) -> str:
    return sentences.excerpt_of(record)


@register.filter
def act_why(record: ActRecord) -> str:
    return sentences.why(record)


@register.filter
def short_id(identifier: str) -> str:
    return f"{identifier[:10]}…"


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.filter
def size(octets: int) -> str:
    """A file's size for a person."""
    if octets < 1024:
        return _("%(n)s bytes") % {"n": octets}
    if octets < 1 << 20:
        return _("%(n)s KiB") % {"n": octets // 1024}
    return _("%(n)s MiB") % {"n": f"{octets / (1 << 20):.1f}"}


@register.filter
def may(user: Any, right: str) -> bool:
    """Whether a person has a right."""
    return has_right(user, right)


@register.inclusion_tag("desk/parts/crest.html")
def crest(node: str, colour: str = "", size: int = 20) -> dict[str, Any]:
    """A small shield with the letter of a state. Partners get a colour of their own from their name."""
    return {
        "letter": name_of(node)[:1].upper(),
        "colour": colour or colour_of(node),
        "size": size,
        "name": name_of(node),
    }
