"""A run in words for people, and as plain values for software."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.holdings.matching.models import MatchedIndicator, MatchedValue, MatchRun
from verbale.holdings.moments import as_datetime, micros, stix_moment
from verbale.node import drafts
from verbale.node.models import Draft, User
from verbale.node.partners import name_of

__all__ = [
    "cut_lines",
    "drafts_of",
    "format_said",
    "indicator_json",
    "indicator_rows",
    "kept_lines",
    "log_lines",
    "logs_named",
    "moment_of",
    "people",
    "run_json",
    "seen_before",
    "short_json",
    "stood_out",
    "times_said",
]

_VALUES_SHOWN = 5
"""Values of an indicator that stand on the page at once; the others open below them."""
_MOST_VALUES = 200
_LOGS_NAMED = 3
_GIVERS_SAID = 5

KINDS: dict[str, Any] = {
    "all of": gettext_lazy("all of"),
    "asn": gettext_lazy("autonomous system"),
    "cert-issuer": gettext_lazy("issuer of a certificate"),
    "cert-md5": gettext_lazy("certificate, MD5"),
    "cert-serial": gettext_lazy("serial number of a certificate"),
    "cert-sha1": gettext_lazy("certificate, SHA-1"),
    "cert-sha256": gettext_lazy("certificate, SHA-256"),
    "cert-subject": gettext_lazy("subject of a certificate"),
    "command-line": gettext_lazy("command line"),
    "domain": gettext_lazy("domain"),
    "email": gettext_lazy("e-mail address"),
    "file-name": gettext_lazy("file name"),
    "ipv4": "IPv4",
    "ipv6": "IPv6",
    "ja3": "JA3",
    "ja3s": "JA3S",
    "mac": gettext_lazy("MAC address"),
    "md5": "MD5",
    "message-id": gettext_lazy("id of an e-mail"),
    "mutex": gettext_lazy("mutex"),
    "path": gettext_lazy("path"),
    "port": gettext_lazy("port"),
    "protocol": gettext_lazy("protocol"),
    "registry-key": gettext_lazy("registry key"),
    "request": gettext_lazy("request"),
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "sha512": "SHA-512",
    "subject": gettext_lazy("subject"),
    "url": "URL",
    "user": gettext_lazy("user"),
    "user-agent": gettext_lazy("user agent"),
}
"""Kinds of observed values, in the language of the reader."""
_FORMATS = {"zeek": "Zeek", "json": "JSON", "ecs": "ECS", "csv": "CSV", "parquet": "Parquet"}
"""What formats are called, in every language."""


def _number(value: int) -> str:
    return str(number_format(value, use_l10n=True, force_grouping=True))


# -- sentences ---------------------------------------------------------------------------------------------------------


def stood_out(run: MatchRun) -> str:
    """`3 indicators of Lazuria were seen, 41 times, in conn.log.`"""
    if run.state == MatchRun.State.WAITS:
        return _("%(log)s waits for the node's worker, which looks every half minute.") % {"log": run.upload_name}
    if run.state == MatchRun.State.RUNS:
        return _("%(log)s is being looked through.") % {"log": run.upload_name}
    if run.state == MatchRun.State.FAILED:
        return _("It could not be done: %(why)s") % {"why": run.failure}
    if not run.looked_for:
        return _("Nothing was looked for: the shelf held no indicator that could be.")
    if not run.indicator_count:
        return _("Nothing was seen: %(rows)s in %(logs)s against %(indicators)s.") % {
            "rows": _counted_rows(run.rows),
            "logs": _counted_logs(run.log_count),
            "indicators": _counted_indicators(run.looked_for),
        }
    lines = [_of_giver(row) for row in run.seen[:_GIVERS_SAID]]
    if len(run.seen) > _GIVERS_SAID:
        lines.append(_("Others gave more of what was seen."))
    return " ".join(lines)


def _of_giver(row: Mapping[str, Any]) -> str:
    number = row["indicators"]
    told = {"n": _number(number), "who": name_of(row["origin"])}
    if row["origin"]:
        what = ngettext("%(n)s indicator of %(who)s was seen", "%(n)s indicators of %(who)s were seen", number) % told
    else:
        what = ngettext("%(n)s indicator of our own was seen", "%(n)s indicators of our own were seen", number) % told
    return _("%(what)s, %(times)s, in %(logs)s.") % {
        "what": what,
        "times": times_said(row["times"]),
        "logs": logs_named(row["logs"], row["log_count"]),
    }


def times_said(number: int) -> str:
    """`once`, `41 times`."""
    return _("once") if number == 1 else _("%(n)s times") % {"n": _number(number)}


def logs_named(names: Sequence[str], count: int) -> str:
    """The first few by name, without their folders where that tells them apart."""
    last = Counter(name.rpartition("/")[2] for name in names)
    short = [plain if last[plain := name.rpartition("/")[2]] == 1 else name for name in names[:_LOGS_NAMED]]
    shown = ", ".join(short)
    return _("%(logs)s and others") % {"logs": shown} if count > min(len(names), _LOGS_NAMED) else shown


def _counted_rows(number: int) -> str:
    return ngettext("%(n)s row", "%(n)s rows", number) % {"n": _number(number)}


def _counted_logs(number: int) -> str:
    return ngettext("%(n)s log", "%(n)s logs", number) % {"n": _number(number)}


def _counted_indicators(number: int) -> str:
    return ngettext("%(n)s indicator", "%(n)s indicators", number) % {"n": _number(number)}


def cut_lines(run: MatchRun) -> list[str]:
    """What was not looked through, or left out of the record, and what to do about it."""
    found = []
    if run.unread:
        found.append(
            ngettext(
                "%(n)s log could not be read to its end: what stands in the rest of it is not known.",
                "%(n)s logs could not be read to their end: what stands in the rest of them is not known.",
                run.unread,
            )
            % {"n": _number(run.unread)}
        )
    if run.more:
        found.append(_("There were more hits than a match hands on: look through fewer logs at a time."))
    if run.unrecorded:
        found.append(
            ngettext(
                "The value of %(n)s hit is not on record, since its indicator has too many of them; nothing is kept or "
                "drafted of it from here. The command with --keep and --tell takes all.",
                "The values of %(n)s hits are not on record, since there were too many; nothing is kept or drafted of "
                "them from here. The command with --keep and --tell takes all.",
                run.unrecorded,
            )
            % {"n": _number(run.unrecorded)}
        )
    return found


def log_lines(log: Mapping[str, Any]) -> list[str]:
    """What is amiss with a log."""
    found = []
    if log["failed"]:
        found.append(_("It could not be read: it %(why)s.") % {"why": log["failed"]})
    if log["bad"]:
        found.append(
            ngettext("%(n)s row cannot be read.", "%(n)s rows cannot be read.", log["bad"]) % {"n": _number(log["bad"])}
        )
    if log["timeless"]:
        found.append(
            ngettext("%(n)s row tells no time.", "%(n)s rows tell no time.", log["timeless"])
            % {"n": _number(log["timeless"])}
        )
    if log["unusable_count"]:
        fields = ", ".join(f"{name} {_number(count)}" for name, count in log["unusable"])
        found.append(
            ngettext(
                "%(n)s value is none of its field's kind (%(fields)s).",
                "%(n)s values are none of their field's kind (%(fields)s).",
                log["unusable_count"],
            )
            % {"n": _number(log["unusable_count"]), "fields": fields}
        )
    return found + [f"{line}." for line in log["remarks"]]


def format_said(log: Mapping[str, Any]) -> str:
    """`Zeek conn`; empty for one that was not recognised."""
    words = (part.partition(" ") for part in log["format"].split(", "))
    return ", ".join(f"{_FORMATS.get(first, first)} {rest}".strip() for first, _space, rest in words)


def kept_lines(run: MatchRun) -> list[str]:
    """What became of the sightings."""
    kept = run.kept
    if kept is None:
        return []
    found = [
        ngettext(
            "%(n)s sighting was put on the shelf by %(who)s, under TLP:%(marking)s or what is stricter.",
            "%(n)s sightings were put on the shelf by %(who)s, under TLP:%(marking)s or what is stricter.",
            kept["new"],
        )
        % {"n": _number(kept["new"]), "who": people([kept["by"]])[kept["by"]], "marking": kept["marking"]}
    ]
    if kept["same"]:
        found.append(
            ngettext("%(n)s stood there already.", "%(n)s stood there already.", kept["same"])
            % {"n": _number(kept["same"])}
        )
    if kept["refused_count"]:
        found.append(
            ngettext("The shelf refused %(n)s.", "The shelf refused %(n)s.", kept["refused_count"])
            % {"n": _number(kept["refused_count"])}
        )
    return found


def people(usernames: Iterable[str]) -> dict[str, str]:
    """What those who did something are called; the operator by his own word."""
    wanted = set(usernames)
    return {name: name for name in wanted} | {
        user.username: user.shown for user in User.objects.filter(username__in=wanted)
    }


def moment_of(done: Mapping[str, Any] | None) -> datetime | None:
    """When sightings were kept, or drafts drawn up."""
    return parse_datetime(done["at"]) if done else None


def drafts_of(run: MatchRun, user: User) -> list[Draft]:
    """The drafts that were drawn up, as far as a person may see them."""
    if not run.told:
        return []
    found = {str(item.pk): item for item in drafts.visible(user).filter(pk__in=run.told["drafts"])}
    return [found[key] for key in run.told["drafts"] if key in found]


# -- rows of a page ----------------------------------------------------------------------------------------------------


def indicator_rows(rows: Iterable[MatchedIndicator]) -> list[dict[str, Any]]:
    """What was seen, as a person reads it."""
    return [
        {
            "row": one,
            "name": one.name or _("Indicator without a name"),
            "origin": one.origin,
            "values": values[:_VALUES_SHOWN],
            "further": values[_VALUES_SHOWN:],
            "beyond": one.values_count - len(values),
            "first": _moment(one.first),
            "last": _moment(one.last),
            "times": _number(one.times),
            "late": bool(one.in_time < one.times and one.first is not None),
            "never_valid": one.in_time == 0 and one.first is not None,
            "in_time": _number(one.in_time),
            "logs": logs_named(one.logs, one.log_count),
            "all_logs": one.logs,
        }
        for one in rows
        for values in ([_value(item) for item in one.found.all()[:_MOST_VALUES]],)
    ]


def _value(one: MatchedValue) -> dict[str, Any]:
    return {"kind": KINDS.get(one.kind, one.kind), "value": one.value, "file": logs_named([one.file], 1), "at": one.row}


def _moment(moment: int | None) -> datetime | None:
    return None if moment is None else as_datetime(moment)


def seen_before(rows: Iterable[MatchedIndicator]) -> list[dict[str, Any]]:
    """For the page of an object: in which runs it was seen."""
    return [
        {
            "run": one.run,
            "sentence": _("%(times)s, in %(logs)s")
            % {"times": times_said(one.times), "logs": logs_named(one.logs, one.log_count)},
            "first": _moment(one.first),
            "last": _moment(one.last),
        }
        for one in rows
    ]


# -- plain values ------------------------------------------------------------------------------------------------------


def short_json(run: MatchRun) -> dict[str, Any]:
    """A run in a list."""
    return {
        "run": run.pk,
        "shelf": run.shelf_id,
        "title": run.shelf.title,
        "state": run.state,
        "failure": run.failure,
        "at": run.at,
        "ended_at": run.ended_at,
        "by": run.who,
        "engine": run.engine,
        "logs": run.log_count,
        "rows": run.rows,
        "looked_for": run.looked_for,
        "indicators_seen": run.indicator_count,
        "hits": run.hit_count,
        "sentence": stood_out(run),
    }


def run_json(run: MatchRun, user: User | None, indicators: Iterable[MatchedIndicator]) -> dict[str, Any]:
    """A run with some of its indicators; for the operator without a `user`."""
    made = run.told["drafts"] if run.told else []
    if user is not None:
        made = [str(item.pk) for item in drafts_of(run, user)]
    return {
        **short_json(run),
        "ended": run.ended,
        "subdomains": run.subdomains,
        "folder": run.folder,
        "unread": run.unread,
        "bad_rows": run.bad,
        "accounts": run.logs,
        "held": run.held,
        "not_looked_for": run.not_looked_for,
        "examples": [dict(zip(("id", "name", "reason"), one, strict=True)) for one in run.unlooked],
        "more": run.more,
        "unrecorded": run.unrecorded,
        "seen": run.seen,
        "kept": run.kept,
        "told": {**run.told, "drafts": made} if run.told else None,
        "indicators": [indicator_json(one) for one in indicators],
    }


def indicator_json(one: MatchedIndicator) -> dict[str, Any]:
    """An indicator with the values that were seen."""
    return {
        "id": one.stix_id,
        "name": one.name,
        "marking": one.marking,
        "origin": one.origin,
        "count": one.times,
        "in_time": one.in_time,
        "first": _stamp(one.first),
        "last": _stamp(one.last),
        "logs": one.logs,
        "log_count": one.log_count,
        "values_count": one.values_count,
        "whole": one.whole,
        "sighting": one.sighting,
        "values": [
            {
                "kind": item.kind,
                "value": item.value,
                "count": item.times,
                "in_time": item.in_time,
                "first": _stamp(item.first),
                "last": _stamp(item.last),
                "file": item.file,
                "row": item.row,
                "logs": item.logs,
                "log_count": item.log_count,
            }
            for item in one.found.all()
        ],
    }


def _stamp(moment: int | None) -> str:
    return "" if moment is None else stix_moment(micros(as_datetime(moment)))
