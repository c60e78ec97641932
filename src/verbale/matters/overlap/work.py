"""The computation: in a thread of the serving process, or in the foreground of a command; one process at a time.

Each step is computed from what is on the disk and what has arrived, leaves what is to be said in the private folder,
and is then said as an act. A process that dies in between is followed by one that goes on from there.
"""

import contextlib
import hashlib
import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.intel.overlap.errors import OverlapError, Stopped
from verbale.intel.overlap.folder import Folder
from verbale.intel.overlap.values import RULES, Refused, Value, of_lines
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import say_by_the_clock
from verbale.matters.kit.spec import View
from verbale.matters.overlap import standing
from verbale.matters.overlap.private import Private
from verbale.matters.overlap.sources import own_values
from verbale.matters.overlap.standing import Step
from verbale.node import attachments, events
from verbale.node.access import audit, require
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter, StateEntry, User
from verbale.node.projection import state_of
from verbale.node.register import lock
from verbale.protocol import Marking, format_time

__all__ = ["Chosen", "again", "choose", "gathered", "prepared", "progress_of", "run_due", "steps_due", "take", "wake"]

log = logging.getLogger(__name__)
_NICE = 10
"""The background computation stands back behind whatever else the machine does."""
_A_NOTICE = 2.0
"""Seconds after which pages are told to look anew."""
_PARTS = {"request": ("request",), "response": ("response", "setup"), "result": ("result",)}
"""Steps of the act: those of the computation, see `verbale.intel.overlap.run`."""
MEDIA_TYPE = "application/x-protobuf"


# -- our set -----------------------------------------------------------------------------------------------------------


class Chosen:
    """A set as it would go in."""

    def __init__(self) -> None:
        self.items: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.refused: list[Refused] = []
        self.others = 0
        """Values of a list that are of kinds which are not compared."""

    def add(self, value: Value) -> None:
        if value.item not in self.items:
            self.items.add(value.item)
            self.counts[value.kind] += 1


def gathered(view: View, *, holdings: bool, text: str = "") -> Chosen:
    """What this node would put in: its own values, the lines of a list, or both."""
    if view.matter is None or not view.opening:
        raise UserError(_("There is nothing yet to choose a set for."))
    opening, chosen = view.opening, Chosen()
    if holdings:
        (other,) = view.others
        marking = Marking(view.matter.marking)
        own = own_values(opening["kinds"], opening["since"], other, marking, exercise=view.matter.exercise)
        for value in own:
            chosen.add(value)
    for found in of_lines(text):
        if isinstance(found, Refused):
            chosen.refused.append(found)
        elif found.kind in opening["kinds"]:
            chosen.add(found)
        else:
            chosen.others += 1
    return chosen


def choose(view: View, user: User, items: Iterable[str]) -> int:
    """Fix what this node puts in; returns how many values that are. Raises UserError when they are too many or none, or
    a run with an earlier set has begun."""
    require(user, "import")
    if view.matter is None or not view.ours or not view.open:
        raise UserError(_("The overlap is over, or not ours."))
    chosen, most = sorted(set(items)), view.opening["most"]
    if len(chosen) > most:
        told = {"count": len(chosen), "most": most}
        raise UserError(_("The set has %(count)s values; no more than %(most)s were agreed.") % told)
    if not chosen:
        raise UserError(_("The set would be empty."))
    private = Private(view.matter.id)
    with private.computing() as mine:
        if not mine or private.begun():
            raise UserError(_("The computation has begun: the set stands."))
        now = format_time(timezone.now())
        private.choose(chosen, {"count": len(chosen), "by": user.username, "at": now})
    audit(user.username, "chose-set", matter_id=view.matter.id, detail=str(len(chosen)))
    events.note("overlap", matter_id=view.matter.id)
    return len(chosen)


# -- what is due -------------------------------------------------------------------------------------------------------


def _running() -> Iterable[str]:
    rows = StateEntry.objects.filter(matter__kind="overlap")
    over = rows.filter(key="closed").values("matter_id")
    return list(rows.filter(key="accepted").exclude(matter_id__in=over).values_list("matter_id", flat=True))


def steps_due(matter_id: str = "") -> list[tuple[str, Step]]:
    """The steps that this node can take now: it has chosen its set, and the last try did not fail."""
    found = []
    for matter in [matter_id] if matter_id else _running():
        private = Private(matter)
        trouble = private.trouble()
        for step in standing.due(state_of(Matter(pk=matter)), node_name()):
            failed = trouble is not None and (trouble["run"], trouble["word"]) == (step.run, step.word)
            if private.chosen() is not None and not failed:
                found.append((matter, step))
    return found


def run_due(progress: Callable[[int, int], None] | None = None, matter_id: str = "") -> list[ActRecord]:
    """Take every step that is due, one after another, and say what comes of it."""
    said = []
    tidy()
    while pending := steps_due(matter_id):
        taken = [record for matter, step in pending if (record := take(matter, step, progress)) is not None]
        if not taken:
            break
        said += taken
    tidy()
    return said


def take(matter_id: str, step: Step, progress: Callable[[int, int], None] | None = None) -> ActRecord | None:
    """Compute one step and say it. None when another process is at it, or it failed: then the page says why."""
    private = Private(matter_id)
    with private.computing() as mine:
        if not mine or step not in standing.due(state_of(Matter(pk=matter_id)), node_name()):
            return None
        try:
            if private.said(step.run, step.word) is None:
                _compute(matter_id, step, private, progress)
            return _say(matter_id, step)
        except Stopped:
            if _is_over(matter_id):
                return None
            raise
        except (OverlapError, UserError) as error:
            log.warning("overlap %s: %s", matter_id, error)
            private.note_trouble(step.run, step.word, str(error))
            events.note("overlap", matter_id=matter_id)
            return None


def _say(matter_id: str, step: Step) -> ActRecord | None:
    with transaction.atomic():
        # Another process of this node may have said it since: one at a time looks once more.
        lock()
        matter = Matter.objects.get(pk=matter_id)
        if step not in standing.due(state_of(matter), node_name()):
            return None
        return say_by_the_clock(deed_of(f"overlap.{step.word}"), matter)


def again(matter_id: str, user: User) -> None:
    """Try once more what failed."""
    require(user, "import")
    Private(matter_id).no_trouble()
    audit(user.username, "overlap-again", matter_id=matter_id)
    events.note("overlap", matter_id=matter_id)


def tidy() -> None:
    """Remove keys, sets and pieces of what is over, whatever ended it: a process may have died in between."""
    me = node_name()
    for matter in Private.all():
        private = Private(matter)
        if not private.busy():
            continue
        state = state_of(Matter(pk=matter))
        over = {
            run
            for run in (1, 2)
            for word, side in (("result", "request"), ("response", "response"))
            if f"{word}:{run}" in state and state[f"{side}:{run}"]["by"] == me
        }
        with private.computing() as mine:
            if mine and "closed" in state:
                private.forget()
            elif mine:
                for run in over:
                    private.forget_run(run)


# -- computing ---------------------------------------------------------------------------------------------------------


def _compute(matter_id: str, step: Step, private: Private, progress: Callable[[int, int], None] | None) -> None:
    # The library is loaded by the process that needs it.
    from verbale.intel.overlap.run import Client, Server, Terms

    state = state_of(Matter(pk=matter_id))
    opening = state["opening"]
    if opening["rules"] != RULES:
        raise OverlapError("the terms name rules for the spelling of values that this node does not have")
    terms = Terms(opening["learn"] == "values", opening["most"], opening["exact"], opening["rate"], opening["pad"])
    path = private.run(step.run)
    if step.word == "response":
        request = state[f"request:{step.run}"]
        asked = _files(request["files"])
        if hashlib.sha256(b"".join(asked)).hexdigest() != request["sha256"]:
            raise OverlapError("the request is not the one that its act names")
        server = Server(path, terms)
        server.begin(private.items())
        answer = server.answer(asked, _teller(matter_id, progress, server.stop))
        files = [*_kept("setup", step.run, answer.setup), *_kept("response", step.run, answer.response)]
        body = {
            "request": request["act"],
            "answers": request["sha256"],
            "count": answer.count,
            "setup": len(answer.setup),
            "attachments": files,
        }
        private.prepare(step.run, step.word, body)
        return
    client = Client(path, terms)
    told = _teller(matter_id, progress, client.stop)
    if step.word == "request":
        client.begin(private.items())
        count, parts = client.request(told)
        sha256 = hashlib.sha256(b"".join(parts)).hexdigest()
        files = _kept("request", step.run, parts)
        accepted = state["accepted"]["act"]
        body = {"acceptance": accepted, "run": step.run, "count": count, "sha256": sha256, "attachments": files}
    else:
        response = state[f"response:{step.run}"]
        files_of, setup = _files(response["files"]), response["setup"]
        found = client.result(files_of[:setup], files_of[setup:], response["count"], told)
        private.learn(step.run, found.size, found.items, format_time(timezone.now()))
        body = {"response": response["act"], **({"size": found.size} if opening["tell"] else {})}
    private.prepare(step.run, step.word, body)


def _files(hashes: Sequence[str]) -> list[bytes]:
    found = [attachments.load(sha256) for sha256 in hashes]
    if any(content is None for content in found):
        raise OverlapError("a file of the other side has not arrived")
    return [content for content in found if content is not None]


def _kept(name: str, run: int, parts: Sequence[bytes]) -> list[dict[str, Any]]:
    attachments.store(parts)
    return [
        dict(attachments.describe(part, f"{name}-{run}-{number}.psi", MEDIA_TYPE))
        for number, part in enumerate(parts, 1)
    ]


def _teller(
    matter_id: str, progress: Callable[[int, int], None] | None, stop: threading.Event
) -> Callable[[int, int], None]:
    """Tells how far the work is, the pages now and then; and ends it when the overlap was called off meanwhile."""
    last, guard, here = time.monotonic(), threading.Lock(), threading.get_ident()

    def tell(done: int, pieces: int) -> None:
        nonlocal last
        if progress is not None:
            progress(done, pieces)
        with guard:
            if time.monotonic() - last < _A_NOTICE:
                return
            last = time.monotonic()
        with contextlib.suppress(DatabaseError):
            # A page that hears of it later is no reason to stop.
            if _is_over(matter_id):
                stop.set()
            events.note("overlap", matter_id=matter_id)
        if threading.get_ident() != here:
            # A thread of the computation: the connection that was opened in it for this is closed in it.
            connection.close()

    return tell


def _is_over(matter_id: str) -> bool:
    return StateEntry.objects.filter(matter_id=matter_id, key="closed").exists()


def prepared(view: View, word: str) -> Mapping[str, Any]:
    """What is to be said next by this node, as computed. Raises UserError before it is."""
    if view.matter is not None:
        for step in standing.due(view.state, view.me):
            body = Private(view.matter.id).said(step.run, word) if step.word == word else None
            if body is not None:
                return body
    raise UserError(_("It is computed first, and then said by itself."))


def progress_of(matter_id: str, step: Step) -> tuple[int, int]:
    """Pieces done, of how many, of the step that is under way."""
    return Folder(Private(matter_id).run(step.run)).done(*_PARTS[step.word])


# -- in the background -------------------------------------------------------------------------------------------------

_thread: threading.Thread | None = None
_turn = threading.Lock()


def wake() -> None:
    """By the clock: if there is something to compute and nobody at it, begin."""
    global _thread
    with _turn:
        if _thread is not None and _thread.is_alive():
            return
        tidy()
        if steps_due():
            _thread = threading.Thread(target=_background, name="overlap", daemon=True)
            _thread.start()


def _background() -> None:
    try:
        if sys.platform == "linux":
            # Elsewhere it would be that of the whole process; here of this thread, and of those that it starts.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        run_due()
    except Stopped:
        log.info("the computation of an overlap stops here and goes on later")
    except Exception:
        log.exception("the computation of an overlap failed unexpectedly; trying again")
    finally:
        connection.close()
