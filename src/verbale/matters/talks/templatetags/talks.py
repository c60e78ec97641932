"""Times, places and acts of talks in templates."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from verbale.matters.talks import words
from verbale.node.access import readable_acts
from verbale.node.registry import lawful_body

register = template.Library()


@register.filter
def slot(time: str) -> SafeString:
    """A time of a proposal in the reader's zone, UTC on hover."""
    moment = datetime.fromisoformat(time)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', time, f"{moment:%Y-%m-%d %H:%M} UTC", words.when(time)
    )


@register.filter
def calendar_day(day: str) -> str:
    """A calendar date as it is printed."""
    return words.calendar_day(day)


@register.filter
def place(text: str) -> str:
    """Where talks are held."""
    return words.place_shown(text)


@register.filter
def status_word(status: str) -> Any:
    return words.STATUSES.get(status, status)


@register.simple_tag(takes_context=True)
def act_named(context: template.Context, identifier: str) -> dict[str, Any]:
    """The body of the act that another one is about; empty when the reader may not see it, or it is not lawful."""
    user = getattr(context.get("request"), "user", None)
    record = readable_acts(user).filter(pk=identifier).first() if user is not None else None
    return (lawful_body(record.type, record.act.body) if record is not None else None) or {}
