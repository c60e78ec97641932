"""What the page of a hotline shows: the ticker of its messages, the link under it, its tests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from verbale.matters.hotline import standing, words
from verbale.matters.kit.spec import View
from verbale.node.models import ActRecord, Delivery, Partner
from verbale.node.registry import lawful_body
from verbale.node.sentences import why

__all__ = ["SHOWN", "more", "tests_of"]

SHOWN = 50
"""So many of the latest messages stand in the ticker; the others in the timeline."""
_TESTS_SHOWN = 8
_MISSED_SHOWN = 5


def more(view: View) -> dict[str, Any]:
    """For the panel."""
    if view.matter is None or not view.opening:
        return {}
    messages, earlier = _ticker(view)
    return {
        "sides": [{"node": node, "desk": view.state.get(f"desk:{node}", {}).get("text", "")} for node in view.parties],
        "languages": [words.language(code) for code in view.opening.get("languages", ())],
        "ticker": messages,
        "earlier_messages": earlier,
        "unread": [item["key"] for item in messages if item["unread"]],
        "link": _link(view),
        "joined": "joined" in view.state,
        "closed": view.state.get("closed"),
        "writable": view.ours and standing.phase(view.state) == "open",
        **tests_of(view, timezone.now()),
    }


# -- messages ----------------------------------------------------------------------------------------------------------


def _ticker(view: View) -> tuple[list[dict[str, Any]], bool]:
    """The latest messages, newest last, and whether there are earlier ones."""
    rows = ActRecord.objects.filter(matter_id=view.matter.pk, type="hotline.message")  # type: ignore[union-attr]
    records = list(rows.order_by("-issued", "-id")[: SHOWN + 1])
    earlier, records = len(records) > SHOWN, records[:SHOWN][::-1]
    deliveries = {row.act_id: row for row in Delivery.objects.filter(act_id__in=[record.id for record in records])}
    return [_message(view, record, deliveries.get(record.id)) for record in records], earlier


def _message(view: View, record: ActRecord, delivery: Delivery | None) -> dict[str, Any]:
    state, mine = view.state, record.author == view.me
    body = lawful_body(record.type, record.act.body) or {}
    effective = f"message:{record.id}" in state
    owed = state.get(f"owed:{record.id}", {})
    return {
        "key": record.id,
        "record": record,
        "by": record.author,
        "mine": mine,
        "day": words.day_of(record.issued),
        "at": f"{record.issued[11:19]} UTC",
        "text": body.get("text", ""),
        "answers": body.get("answers"),
        "effective": effective,
        "why": "" if effective else why(record),
        "fate": words.fate(state, record.id, view.me, None if mine else record.recorded_at, delivery)
        if effective
        else [],
        "remark": state.get(f"acknowledged:{record.id}", {}).get("text", ""),
        "waits": owed.get("to") == view.me,
        "unread": effective and not mine and view.ours and f"read:{record.id}" not in state,
    }


# -- the link ----------------------------------------------------------------------------------------------------------


def _link(view: View) -> dict[str, Any] | None:
    """How the other side is reached now; None where we are no side of the line, or do not know the other."""
    if not view.ours or not view.others:
        return None
    partner = Partner.objects.filter(pk=view.others[0]).first()
    if partner is None:
        return None
    waiting = Delivery.objects.filter(node=partner.node, status=Delivery.Status.QUEUED)
    return {
        "partner": partner,
        "by_hand": not partner.endpoint,
        "down": bool(partner.failing_since) or not partner.endpoint or partner.status != Partner.Status.CONFIRMED,
        "blocked": partner.status != Partner.Status.CONFIRMED,
        "waiting": waiting.filter(act__matter_id=view.matter.pk).count(),  # type: ignore[union-attr]
    }


# -- tests -------------------------------------------------------------------------------------------------------------


def tests_of(view: View, now: datetime) -> dict[str, Any]:
    """The schedule, what is due by it, and how the tests went."""
    state = view.state
    schedule = state.get("schedule")
    coming = standing.next_slot(state, now)
    due = standing.due(state, now)
    missed = [item for item in standing.unsent(state, now) if item.over]
    return {
        "schedule": words.schedule_told(schedule) if schedule else "",
        "due": {"by": due.by, "at": words.slot_told(due.slot), "over": due.over} if due else None,
        "coming": {"by": coming.by, "at": words.slot_told(coming.slot)} if coming else None,
        "missed": [{"by": item.by, "at": words.slot_told(item.slot)} for item in missed[-_MISSED_SHOWN:]],
        "figures": [
            {"it": item, "median": words.took(item.median.total_seconds() * 1000) if item.median is not None else ""}
            for item in standing.figures(state, now)
            if item.asked or item.unsent
        ],
        "tests": [_test(state, item, view.me, now) for item in view.entries("test")[-_TESTS_SHOWN:]],
    }


def _test(state: Mapping[str, Any], test: dict[str, Any], me: str, now: datetime) -> dict[str, Any]:
    answer = state.get(f"answer:{test['key']}")
    return {
        **test,
        "at": words.at(test["issued"]),
        "planned": test["slot"] is not None,
        "answer": answer and {**answer, "took": words.took(answer["took"])},
        "missed": answer is None and now > standing.answer_due(test),
        "waits": state.get(f"owed:{test['key']}", {}).get("to") == me,
    }
