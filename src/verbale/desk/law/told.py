"""Norms, instruments and treaty relations as the API tells them."""

from typing import Any

import msgspec

from verbale.desk.law.between import Between, Standing
from verbale.desk.law.words import country_name
from verbale.knowledge import Instrument, NamedNorm, in_force_of, rows_of

__all__ = ["instrument_told", "norm_told", "relations_told"]


def norm_told(found: NamedNorm) -> dict[str, Any]:
    """A norm with its sources."""
    return {
        "id": found.name,
        "called": found.called,
        "pack": found.pack.id,
        "version": found.pack.version,
        **{key: value for key, value in msgspec.to_builtins(found.norm).items() if key != "id"},
        "titles": found.titles,
        "sources": msgspec.to_builtins(found.sources),
    }


def instrument_told(item: Instrument) -> dict[str, Any]:
    """An instrument with its articles, sources, and the newest that is known of its parties."""
    told: dict[str, Any] = msgspec.to_builtins(item)
    rows = rows_of(item.id)
    told["in_force"] = in_force_of(item.id)
    told["coverage"] = (
        {key: told["status"][key] for key in ("as_of", "complete", "coverage")} if item.status is not None else None
    )
    told["parties"] = [
        {
            **msgspec.to_builtins(row.party),
            "name": country_name(state),
            "as_of": row.as_of,
            "by_pack": row.by,
        }
        for state, row in sorted(rows.items())
    ]
    del told["status"]
    return told


def relations_told(found: Between) -> dict[str, Any]:
    """What binds a set of states on a day, by how each instrument stands among them."""
    return {
        "states": [{"code": code, "name": country_name(code)} for code in found.states],
        "day": found.day,
        "binds": [_standing(item) for item in found.binds],
        "signed": [_standing(item) for item in found.signed],
        "apart": [_standing(item) for item in found.apart],
        "not_known": [_standing(item) for item in found.unknown],
        "texts": [_standing(item) for item in found.texts],
    }


def _standing(item: Standing) -> dict[str, Any]:
    return {
        "instrument": item.instrument.id,
        "name": item.instrument.name,
        "short": item.instrument.short,
        "symbol": item.instrument.symbol,
        "since": item.since,
        "states": [
            {
                "code": holding.state,
                "stand": holding.stand.value,
                "since": holding.since,
                "coming": holding.coming,
                "as_of": holding.as_of,
                "says": line.sentence,
                "note": line.note,
            }
            for holding, line in zip(item.relation.holdings, item.lines, strict=True)
        ],
        "obliges": [
            {
                "kind": duty.article.kind,
                "article": duty.article.number,
                "says": duty.article.obliges,
                "conditions": duty.article.conditions,
                "reservations": list(duty.reservations),
            }
            for duty in item.duties
        ],
        "reservations": list(item.reservations),
        "sources": msgspec.to_builtins(item.instrument.sources),
    }
