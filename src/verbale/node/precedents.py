"""The precedents that this node holds: one file in its folder, made anew by each import.

No act and no other node ever depends on them, so they stand outside the register and the database.
"""

import gzip
import os
import secrets
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from verbale.knowledge.precedents import Collection, Table, TableError, read_tables
from verbale.node.access import audit
from verbale.node.errors import UserError

__all__ = ["collection", "import_tables"]

MAX_BYTES = 64 << 20
"""Of one table, unpacked."""
MAX_FILES = 50
_ENDINGS = (".csv", ".csv.gz")

_held: tuple[tuple[str, int, int], Collection] | None = None


def import_tables(paths: Iterable[Path], by: str, progress: Callable[[Table, float], None] | None = None) -> Collection:
    """Read EuRepoC's tables from files, or from all `.csv` and `.csv.gz` of folders, in place of what was held.

    The same files give the same collection. Raises UserError; then what was held stays.
    """
    files = _files(paths)
    try:
        found = read_tables(((file.name, _bytes(file)) for file in files), progress)
    except TableError as error:
        raise UserError(str(error)) from None
    if not found.cases:
        raise UserError(_("No row of these tables could be read; what was held stays."))
    target: Path = settings.HOME.precedents
    partial = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    with partial.open("wb") as out:
        out.write(msgspec.json.encode(found))
        out.flush()
        os.fsync(out.fileno())
    partial.replace(target)
    tables = ", ".join(f"{table.name} ({table.rows})" for table in found.tables)
    audit(by, "imported precedents", detail=tables[:300])
    return found


def _files(paths: Iterable[Path]) -> list[Path]:
    found: dict[str, Path] = {}
    for path in paths:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        listed = [file for file in inside if file.is_file() and (file == path or file.name.endswith(_ENDINGS))]
        if not listed:
            raise UserError(_("There is no .csv or .csv.gz in %(path)s.") % {"path": path})
        for file in listed:
            if found.setdefault(file.name, file).resolve() != file.resolve():
                raise UserError(_("Two files are called %(name)s.") % {"name": file.name})
    if len(found) > MAX_FILES:
        raise UserError(_("There are %(n)s files; the limit is %(limit)s.") % {"n": len(found), "limit": MAX_FILES})
    return list(found.values())


def _bytes(file: Path) -> bytes:
    """The file, unpacked, as far as the limit."""
    try:
        with gzip.open(file) if file.name.endswith(".gz") else file.open("rb") as source:
            data: bytes = source.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(_("%(file)s cannot be read: %(why)s") % {"file": file.name, "why": error}) from None
    if len(data) > MAX_BYTES:
        raise UserError(_("%(file)s has more than %(mib)s MiB unpacked.") % {"file": file.name, "mib": MAX_BYTES >> 20})
    return data


def collection() -> Collection | None:
    """What is held, read once for each import; None before the first."""
    global _held
    file: Path = settings.HOME.precedents
    try:
        known = file.stat()
    except FileNotFoundError:
        return None
    key = (str(file), known.st_mtime_ns, known.st_ino)
    if _held is None or _held[0] != key:
        try:
            _held = (key, msgspec.json.decode(file.read_bytes(), type=Collection))
        except msgspec.MsgspecError:
            raise UserError(
                _("The precedents of this node were written by another version; import the tables again.")
            ) from None
    return _held[1]
