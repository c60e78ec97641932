"""Small logs that are given on a page: laid into the node's folder, looked through by its worker, removed."""

import logging
import time
import uuid
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.holdings.matching import record
from verbale.holdings.matching.models import MatchRun
from verbale.holdings.models import Shelf
from verbale.intel import ReportError
from verbale.intel.text import clean_line
from verbale.node import events
from verbale.node.access import audit, require
from verbale.node.errors import UserError
from verbale.node.models import User

__all__ = ["MAX_BYTES", "run_due", "take"]

log = logging.getLogger(__name__)
MAX_BYTES = 32 << 20
"""Of a log that is given on a page; the command takes any."""
_MAX_UNPACKED = 512 << 20
_MAX_PARQUET_ROWS = 5_000_000
_MOST_WAITING = 20
_MEMORY = "1GB"
_LEASE_SECONDS = 3600.0
"""Longer than a log of this size can take."""
_NAME = 200
_BLOCK = 1 << 20


def take(shelf: Shelf, name: str, size: int, chunks: Iterable[bytes], user: User) -> MatchRun:
    """Lay a log down for the worker. Raises AccessError; UserError when it is too large, or no log that is known."""
    require(user, "import")
    if size > MAX_BYTES:
        told = {"mib": MAX_BYTES >> 20}
        raise UserError(
            _("The log is larger than %(mib)s MiB: verbale intel match looks through logs of any size.") % told, "file"
        )
    if _pending().count() >= _MOST_WAITING:
        raise UserError(_("%(n)s logs wait already; give this one when they are done.") % {"n": _MOST_WAITING}, "file")
    kept = str(uuid.uuid4())
    path = _folder() / kept
    try:
        with path.open("xb") as out:
            path.chmod(0o600)
            for chunk in chunks:
                out.write(chunk)
        _check(path)
        run = MatchRun.objects.create(
            shelf=shelf,
            state=MatchRun.State.WAITS,
            at=timezone.now(),
            who=user.username,
            engine="duckdb",
            upload=kept,
            upload_name=clean_line(name)[-_NAME:] or "log",
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    audit(user.username, "gave a log", detail=f"{run.upload_name} for {shelf.title}")
    events.note("matching")
    return run


def _folder() -> Path:
    folder: Path = settings.HOME.path / "matching"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _pending() -> QuerySet[MatchRun]:
    return MatchRun.objects.exclude(upload="").filter(state__in=(MatchRun.State.WAITS, MatchRun.State.RUNS))


def _check(path: Path) -> None:
    """Raises UserError for what cannot be a log, or is far larger than it looks."""
    # The libraries are loaded by the process that needs them.
    import pyarrow as pa
    import pyarrow.parquet as pq

    from verbale.intel.matching import MatchingError
    from verbale.intel.matching.logs import recognise

    try:
        if path.stat().st_size == 0:
            raise UserError(_("The log is empty."), "file")
        if recognise(path).format == "parquet":
            too_much = pq.ParquetFile(path).metadata.num_rows > _MAX_PARQUET_ROWS
        else:
            too_much = _unpacked(path) > _MAX_UNPACKED
    except MatchingError as error:
        raise UserError(_("The log %(why)s.") % {"why": error.reason}, "file") from None
    except (pa.ArrowException, OSError, zlib.error) as error:
        raise UserError(_("The log cannot be read: %(why)s.") % {"why": str(error)[:200]}, "file") from None
    if too_much:
        told = _("The log is too large once unpacked: verbale intel match looks through logs of any size.")
        raise UserError(told, "file")


def _unpacked(path: Path) -> int:
    """How many bytes a file has once unpacked, counted no further than is lawful."""
    with path.open("rb") as raw:
        if raw.read(2) != b"\x1f\x8b":
            return path.stat().st_size
        raw.seek(0)
        count, unpacker = 0, zlib.decompressobj(zlib.MAX_WBITS | 16)
        while data := raw.read(_BLOCK):
            while data and count <= _MAX_UNPACKED:
                count += len(unpacker.decompress(data, _BLOCK))
                data = unpacker.unconsumed_tail
                if unpacker.eof:  # another member follows, or nothing
                    data, unpacker = unpacker.unused_data, zlib.decompressobj(zlib.MAX_WBITS | 16)
            if count > _MAX_UNPACKED:
                break
    return count


def run_due(stopping: Callable[[], bool] = lambda: False) -> int:
    """Look through what waits, one log after another; returns how many there were."""
    count = 0
    _tidy()
    for number in list(_pending().order_by("at", "pk").values_list("pk", flat=True)):
        if stopping():
            break
        run = _claim(number)
        if run is not None:
            _look(run)
            count += 1
    return count


def _claim(number: int) -> MatchRun | None:
    """The run, if it waits and no other process takes it. One that another process left unfinished ends here."""
    now = time.time()
    mine = MatchRun.objects.filter(pk=number)
    if mine.filter(state=MatchRun.State.RUNS, leased_until__lt=now).update(
        state=MatchRun.State.FAILED,
        ended_at=timezone.now(),
        failure=_("The process that looked through it ended before it was done. Give the log again."),
    ):
        events.note("matching")
        return None
    taken = mine.filter(state=MatchRun.State.WAITS).update(
        state=MatchRun.State.RUNS, at=timezone.now(), leased_until=now + _LEASE_SECONDS
    )
    return mine.select_related("shelf").get() if taken else None


def _look(run: MatchRun) -> None:
    from verbale.holdings import watched
    from verbale.intel.matching import match

    path, failure = _folder() / run.upload, ""
    events.note("matching")
    try:
        wanted = watched.indicators_of(run.shelf, run.at, ended=run.ended)
        record.finish(run, match([path], wanted, memory=_MEMORY), names={str(path): run.upload_name})
    except (ReportError, OSError) as error:
        failure = str(error).replace(str(path), run.upload_name)
    except Exception as error:
        # A fault of ours: the others do not wait for it, and the log of the node has the whole of it.
        log.exception("run %s failed unexpectedly", run.pk)
        failure = f"this node failed: {type(error).__name__}; its log says more"
    finally:
        path.unlink(missing_ok=True)
    if failure:
        MatchRun.objects.filter(pk=run.pk).update(
            state=MatchRun.State.FAILED, failure=failure[:2000], ended_at=timezone.now(), leased_until=0
        )
    events.note("matching")


def _tidy() -> None:
    """Files that nobody waits for any more."""
    waiting = set(_pending().values_list("upload", flat=True))
    for path in _folder().iterdir():
        if path.name not in waiting and time.time() - path.stat().st_mtime > _LEASE_SECONDS:
            path.unlink(missing_ok=True)
