"""How we stand with a partner, as plain values for the API and the command line."""

from datetime import timedelta
from typing import Any

import msgspec

from verbale.desk.relations.events import Relation, Said, reason_of
from verbale.desk.relations.measures import menu
from verbale.desk.relations.words import level_name, standing
from verbale.knowledge import all_event_scales, coding
from verbale.node.models import ActRecord, Partner, User
from verbale.protocol.encoding import format_time

__all__ = ["told"]


def told(relation: Relation, partner: Partner, user: User, days: int) -> dict[str, Any]:
    """The last `days`: the level, the thresholds that were crossed, each act with its code, and the measures."""
    curve, method = relation.curve, coding()
    start = curve.until - timedelta(days=days)
    shown = relation.since(start)
    records = ActRecord.objects.in_bulk([item.id for item in shown])
    scale = next(item for item in all_event_scales() if item.id == method.scale)
    return {
        "partner": relation.node,
        "at": format_time(curve.until),
        "days": days,
        "sentence": standing(relation),
        "level": curve.level.code,
        "since": format_time(curve.entered.moment) if curve.entered else None,
        "tension": round(curve.tension, 3),
        "trend": curve.trend,
        "method": {
            "scale": scale.id,
            "scale_version": scale.version,
            "coding": method.id,
            "coding_version": method.version,
            "half_life_days": method.half_life_days,
            "levels": [
                {"code": level.code, "name": level_name(level), "enter": level.enter, "leave": level.leave}
                for level in method.levels
            ],
            "sources": [
                ", ".join(filter(None, (source.title, source.reference)))
                for source in (*scale.sources, *method.sources)
            ],
        },
        "crossings": [
            {
                "at": format_time(crossing.moment),
                "from": crossing.before.code,
                "to": crossing.after.code,
                "rising": crossing.rising,
                "acts": list(crossing.keys),
            }
            for crossing in curve.crossings
            if crossing.moment >= start
        ],
        "acts": [_act(item, records[item.id]) for item in shown],
        "measures": [
            {
                "name": entry.name,
                "title": entry.measure.name,
                "says": entry.measure.says,
                "reference": entry.measure.reference,
                "eases": entry.measure.eases,
                "translations": msgspec.to_builtins(entry.measure.translations),
                "pages": [way.url for way in entry.ways],
            }
            for _pack, entries in menu(user, partner)
            for entry in entries
        ],
    }


def _act(item: Said, record: ActRecord) -> dict[str, Any]:
    coded = item.coded
    return {
        "act": item.id,
        "type": item.type,
        "author": item.author,
        "at": format_time(item.moment),
        "code": coded.code or None if coded else None,
        "event": coded.name or None if coded else None,
        "value": coded.value if coded else None,
        "counts": item.counts,
        "because": reason_of(item, record),
    }
