"""Contacts as CSV, in and out, and as vCard 4.0 (RFC 6350), out. Text only: no database."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from verbale.matters.directory.acts import Contact, Nomination
from verbale.matters.directory.hours import is_zone
from verbale.node.errors import UserError

__all__ = ["COLUMNS", "MAX_BYTES", "MAX_ROWS", "contact_of", "from_csv", "to_csv", "to_vcards"]

COLUMNS = (
    "state",
    "key",
    "role",
    "name",
    "office",
    "languages",
    "email",
    "telephone",
    "secure",
    "always",
    "zone",
    "days",
    "opens",
    "closes",
    "valid_from",
    "confirmed",
)
_NEEDED = ("key", "role", "name", "zone", "valid_from")
_DEFAULTS = {"always": "no", "days": "1 2 3 4 5", "opens": "09:00", "closes": "17:00", "languages": "en"}
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
MAX_BYTES = 1 << 20
MAX_ROWS = 500
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_TELEPHONE = re.compile(r"\+[0-9][0-9 ()./-]+")


# -- CSV ---------------------------------------------------------------------------------------------------------------


def to_csv(rows: Iterable[tuple[str, str, str, Mapping[str, Any]]]) -> bytes:
    """Contacts as CSV: state, key, time of confirmation, contact. UTF-8, one header row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for state, key, confirmed, contact in rows:
        hours = contact["hours"]
        cells = {
            **{name: contact.get(name, "") for name in ("role", "name", "office", "email", "telephone", "secure")},
            "state": state,
            "key": key,
            "languages": " ".join(contact.get("languages", ["en"])),
            "always": "yes" if hours.get("always") else "no",
            "zone": hours["zone"],
            "days": " ".join(str(day) for day in hours.get("days", [1, 2, 3, 4, 5])),
            "opens": hours.get("opens", "09:00"),
            "closes": hours.get("closes", "17:00"),
            "valid_from": contact["valid_from"],
            "confirmed": confirmed,
        }
        writer.writerow([_guarded(cells[name]) for name in COLUMNS])
    return out.getvalue().encode()


def _guarded(cell: str) -> str:
    """No formula when a spreadsheet opens it; `_bare` takes the guard off again."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _TELEPHONE.fullmatch(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def from_csv(data: bytes, node: str) -> list[dict[str, Any]]:
    """The bodies of nominations, one a row. Raises UserError naming row and column; the header is row 1."""
    if len(data) > MAX_BYTES:
        raise UserError(_("The file has %(n)s bytes; the limit is %(most)s.") % {"n": len(data), "most": MAX_BYTES})
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(_("The file is not UTF-8: byte %(place)s.") % {"place": error.start + 1}, "file") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    bodies: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    header: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number == 1:
                header = _header(cells)
            elif any(cell.strip() for cell in cells):
                if len(bodies) >= MAX_ROWS:
                    raise _wrong(number, "", _("the limit is %(most)s contacts") % {"most": MAX_ROWS})
                body = _row(number, header, cells, node)
                if body["key"] in seen:
                    said = _("row %(n)s names the same contact") % {"n": seen[body["key"]]}
                    raise _wrong(number, "key", said)
                seen[body["key"]] = number
                bodies.append(body)
    except csv.Error as error:
        raise _wrong(number + 1, "", str(error)) from None
    if not header:
        raise UserError(_("The file is empty: its first row names the columns."), "file")
    if not bodies:
        raise UserError(_("The file has no contact under its header."), "file")
    return bodies


def _wrong(row: int, column: str, reason: str) -> UserError:
    if not column:
        return UserError(_("Row %(row)s: %(reason)s.") % {"row": row, "reason": reason}, "file")
    told = _("Row %(row)s, column %(column)s: %(reason)s.")
    return UserError(told % {"row": row, "column": column, "reason": reason}, "file")


def _header(cells: list[str]) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    for name in header:
        if name not in COLUMNS:
            raise _wrong(1, name or "?", _("there is no such column; there are %(all)s") % {"all": ", ".join(COLUMNS)})
        if header.count(name) > 1:
            raise _wrong(1, name, _("it stands there twice"))
    for name in _NEEDED:
        if name not in header:
            raise _wrong(1, name, _("the column is missing"))
    return header


def _row(number: int, header: list[str], cells: list[str], node: str) -> dict[str, Any]:
    if len(cells) != len(header):
        told = _("%(n)s cells under %(columns)s columns") % {"n": len(cells), "columns": len(header)}
        raise _wrong(number, "", told)
    given = {name: _bare(cell.strip()) for name, cell in zip(header, cells, strict=True)}
    row = {name: given.get(name) or _DEFAULTS.get(name, "") for name in COLUMNS}
    if row["state"] not in ("", node):
        raise _wrong(
            number, "state", _("a state names only contacts of its own; this node is %(node)s") % {"node": node}
        )
    if row["always"].lower() not in _WORDS:
        raise _wrong(number, "always", _("say yes or no"))
    days = row["days"].split()
    if not all(day.isdecimal() and day.isascii() and len(day) == 1 for day in days):
        raise _wrong(number, "days", _("say which days by number, 1 for Monday: 1 2 3 4 5"))
    if not is_zone(row["zone"]):
        raise _wrong(number, "zone", _("%(zone)s is no IANA time zone; Africa/Nairobi is one") % {"zone": row["zone"]})
    body = {
        "key": row["key"],
        "contact": {
            **{name: row[name] for name in ("role", "name", "office", "email", "telephone", "secure", "valid_from")},
            "languages": row["languages"].split(),
            "hours": {
                "zone": row["zone"],
                "always": _WORDS[row["always"].lower()],
                "days": sorted({int(day) for day in days}),
                "opens": row["opens"],
                "closes": row["closes"],
            },
        },
    }
    try:
        msgspec.convert(body, Nomination)
    except msgspec.ValidationError as error:
        column, reason = _place(str(error))
        raise _wrong(number, column, reason) from None
    return body


def _place(text: str) -> tuple[str, str]:
    """Which column a refusal of the body is about."""
    reason, _at, path = text.partition(" - at `$.")
    parts = re.findall(r"[a-z_]+", path.rstrip("`"))
    column = next((part for part in reversed(parts) if part in COLUMNS), "")
    if not column:
        # A check over several fields begins with the name of the first.
        named, colon, rest = reason.partition(": ")
        if colon and named in (*COLUMNS, "hours"):
            return ("opens" if named == "hours" else named), rest
    return column, reason


# -- vCard -------------------------------------------------------------------------------------------------------------


def to_vcards(rows: Iterable[tuple[str, str, str, str, Mapping[str, Any]]]) -> bytes:
    """Contacts as vCard 4.0: state, its name, key, time of confirmation, contact."""
    lines: list[str] = []
    for state, name, key, confirmed, contact in rows:
        hours = contact["hours"]
        lines += ["BEGIN:VCARD", "VERSION:4.0", f"UID;VALUE=text:{_text(f'{state}:{key}')}"]
        lines += [f"FN:{_text(contact['name'])}"]
        office = contact.get("office")
        lines.append("ORG:" + ";".join(_text(part) for part in (name, office) if part))
        lines += [f"ROLE:{_text(contact['role'])}", f"CATEGORIES:{_text(contact['role'])}"]
        lines += [f"LANG;PREF={place}:{language}" for place, language in enumerate(contact.get("languages", ["en"]), 1)]
        if contact.get("email"):
            lines.append(f"EMAIL:{_text(contact['email'])}")
        if contact.get("telephone"):
            lines.append("TEL;VALUE=uri;TYPE=voice:tel:" + re.sub(r"[ ()./]", "", contact["telephone"]))
        lines.append(f"TZ;VALUE=text:{_text(hours['zone'])}")
        notes = [f"Secure address: {contact['secure']}"] if contact.get("secure") else []
        notes.append(_hours_in_words(hours))
        lines.append(f"NOTE:{_text(chr(10).join(notes))}")
        lines.append("REV:" + re.sub(r"[-:]|\.\d+", "", confirmed))
        lines.append("END:VCARD")
    return "".join(_folded(line) for line in lines).encode()


def _hours_in_words(hours: Mapping[str, Any]) -> str:
    if hours.get("always"):
        return "Reached at all hours"
    days = " ".join(
        ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day] for day in hours.get("days", range(1, 6))
    )
    return f"Reached {days} {hours.get('opens', '09:00')}-{hours.get('closes', '17:00')} {hours['zone']}"


def _text(value: str) -> str:
    """RFC 6350, 3.4: backslash, comma, semicolon and line ends are escaped."""
    escaped = value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return re.sub(r"\r\n|\r|\n", r"\\n", escaped)


def _folded(line: str) -> str:
    """RFC 6350, 3.2: lines of at most 75 octets, and no character of UTF-8 cut in two."""
    parts, size = [""], 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > 75:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += octets
    return "\r\n".join(parts) + "\r\n"


def contact_of(given: Mapping[str, Any]) -> Contact:
    """A contact with all its fields. Raises msgspec.ValidationError."""
    return msgspec.convert(dict(given), Contact)
