"""Both sides of a run, in pieces: each can be stopped at any moment and goes on from the pieces that are there.

The protocol is that of openmined-psi (Diffie-Hellman on P-256, values hashed to the curve with SHA-256):

    client -> server    request: each of its values, hashed and raised to its key c
    server -> client    setup: each of the server's values raised to its key s, in a container;
                        response: what the client sent, raised to s as well
    client              takes c away from the response, and looks what is left up in the container

Every exponentiation is the library's own. What is done here is what it has no room for: pieces, threads, looking before
believing (see `golomb`), and the order of values. In a request it is drawn by lot. In a response it is that of the
request when the values are to be learnt; when only their number is, the whole response is sorted, as the library does,
never a piece of it: a piece would tell which part of the client's list a match stands in.
"""

from __future__ import annotations

import os
import secrets
import threading
from atexit import register
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import private_set_intersection.python as psi

from . import golomb, messages
from .errors import OverlapError, Stopped
from .folder import Folder
from .messages import POINT

__all__ = ["MOST", "RATES", "Answer", "Client", "Found", "Server", "Terms"]

MOST: Final = 1_000_000
"""Values of one side."""
RATES: Final = range(3, 7)
"""A Golomb container may match falsely in one run of 10^3 to 10^6: more does not go into 63 bits with `MOST` values."""
A_PIECE: Final = 2_000
"""Values in a piece: about a fifth of a second."""
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the group of P-256 (SEC 2, section 2.4.2)."""
_DUMMY: Final = "dummy:"

Progress = Callable[[int, int], None]
"""Told how many pieces of the step are done, and of how many."""


@dataclass(frozen=True)
class Terms:
    """What both sides agreed to before."""

    reveal: bool
    """Whether the client learns the values; else their number alone."""
    most: int = MOST
    """Values that a side may bring."""
    raw: bool = False
    """Whether the server's values come as they are, blinded: seven times the bytes, and no false match."""
    rate: int = 6
    """In one run of 10^rate at most there is a false match."""
    pad: bool = False
    """Whether each side fills up its set with dummies to `most`, so that its size is not told."""

    def __post_init__(self) -> None:
        if not 1 <= self.most <= MOST or self.rate not in RATES:
            raise OverlapError("these terms are beyond what a run can do")


@dataclass(frozen=True)
class Answer:
    """What the server sends."""

    count: int
    """How many values its set has, dummies among them."""
    setup: list[bytes]
    response: list[bytes]


@dataclass(frozen=True)
class Found:
    """What the client learns."""

    size: int
    items: list[str] | None
    """In the order of the alphabet; None when the terms give the number alone."""


class _Side:
    def __init__(self, path: Path, terms: Terms, *, threads: int = 0) -> None:
        self.folder, self.terms = Folder(path), terms
        self.threads = threads or os.cpu_count() or 1
        self.stop = threading.Event()
        """Set from elsewhere: the computation ends with `Stopped` after the pieces in hand."""

    @property
    def begun(self) -> bool:
        return self.folder.read("items") is not None

    def begin(self, items: Iterable[str]) -> int:
        """Fix the set and draw the key of this run; returns how many values it has. A run that has begun keeps its
        set."""
        if not self.begun:
            chosen = sorted(set(items))
            if any(item.startswith(_DUMMY) or "\n" in item or not item for item in chosen):
                raise OverlapError("an item is not of the form kind:value")
            if len(chosen) > self.terms.most:
                raise OverlapError(f"the set has {len(chosen):,} values; no more than {self.terms.most:,} were agreed")
            if self.terms.pad:
                chosen += [f"{_DUMMY}{secrets.token_hex(16)}" for _ in range(self.terms.most - len(chosen))]
            # What comes first must tell nothing: neither the alphabet, nor which values are dummies.
            chosen = _shuffled(chosen)
            self.folder.write("key", bytes(psi.client.CreateWithNewKey(True).GetPrivateKeyBytes()))
            self.folder.write("items", "\n".join(chosen).encode())
        return len(self._items())

    def forget(self) -> None:
        """The run is over: remove the key, the set and all pieces."""
        self.folder.forget()

    def _items(self) -> list[str]:
        data = self.folder.read("items")
        if data is None:
            raise OverlapError("the run has not begun, or is over")
        return data.decode().split("\n") if data else []

    def _key(self) -> bytes:
        key = self.folder.read("key")
        if key is None or len(key) != 32:
            raise OverlapError("the key of this run is gone")
        return key

    def _step(
        self,
        name: str,
        given: Sequence[Any],
        maker: Callable[[], Callable[[Sequence[Any]], list[bytes]]],
        progress: Progress | None,
    ) -> list[bytes]:
        """The points of a step, one for each of `given`, in its order; those that are on the disk are not computed."""
        pieces = _pieces(given)
        self.folder.note({name: pieces})
        sizes = [POINT * min(A_PIECE, len(given) - number * A_PIECE) for number in range(pieces)]
        found = [self.folder.piece(name, number, size) for number, size in enumerate(sizes)]
        missing = [number for number, points in enumerate(found) if points is None]
        done, news = pieces - len(missing), threading.Lock()

        def piece(work: Callable[[Sequence[Any]], list[bytes]], number: int) -> None:
            nonlocal done
            points = b"".join(work(given[number * A_PIECE : (number + 1) * A_PIECE]))
            if len(points) != sizes[number]:
                raise OverlapError("a value was hashed to the point at infinity")
            self.folder.keep(name, number, points)
            found[number] = points
            with news:
                done += 1
                if progress is not None:
                    progress(done, pieces)

        if progress is not None:
            progress(done, pieces)
        _shared(missing, maker, piece, self.threads, self.stop)
        whole = b"".join(points for points in found if points is not None)
        return [whole[place : place + POINT] for place in range(0, len(whole), POINT)]


class Client(_Side):
    """Who learns."""

    def request(self, progress: Progress | None = None) -> tuple[int, list[bytes]]:
        """How many values are asked about, and the request in parts."""
        items, key = self._items(), self._key()

        def maker() -> Callable[[Sequence[str]], list[bytes]]:
            own = psi.client.CreateFromKey(key, True)
            return lambda part: list(own.CreateRequest(list(part)).encrypted_elements)

        points = self._step("request", items, maker, progress)
        return len(points), messages.write_request(points, self.terms.reveal)

    def result(
        self, setup: Sequence[bytes], response: Sequence[bytes], theirs: int, progress: Progress | None = None
    ) -> Found:
        """What both have. `theirs` is how many values the server says its set has."""
        items, key, terms = self._items(), self._key(), self.terms
        if not 0 <= theirs <= terms.most:
            raise OverlapError(
                f"the set of the other side has {theirs:,} values; no more than {terms.most:,} were agreed"
            )
        # Looked at before an hour is spent on the response.
        held = _Held(messages.read_setup(setup, terms.raw, theirs), len(items), theirs, terms.rate)
        points = messages.read_response(response, len(items))
        inverse = pow(int.from_bytes(key, "big"), -1, _ORDER).to_bytes(32, "big")

        def maker() -> Callable[[Sequence[bytes]], list[bytes]]:
            # To take a key away is to raise to its inverse: what the library's client does, without its container.
            return _raiser(psi.server.CreateFromKey(inverse, True))

        plain = self._step("result", points, maker, progress)
        places = [place for place, point in enumerate(plain) if point in held]
        if not terms.reveal:
            return Found(len(places), None)
        found = sorted(items[place] for place in places)
        return Found(len(found), [item for item in found if not item.startswith(_DUMMY)])


class Server(_Side):
    """Who answers."""

    def answer(self, request: Sequence[bytes], progress: Progress | None = None) -> Answer:
        """Setup and response. Raises OverlapError for a request that is not as agreed."""
        items, key, terms = self._items(), self._key(), self.terms
        asked = messages.read_request(request, terms.reveal, terms.most)

        def blinder() -> Callable[[Sequence[str]], list[bytes]]:
            own = psi.client.CreateFromKey(key, True)
            return lambda part: list(own.CreateRequest(list(part)).encrypted_elements)

        def raiser() -> Callable[[Sequence[bytes]], list[bytes]]:
            return _raiser(psi.server.CreateFromKey(key, True))

        # Both at once, so that whoever looks sees the whole of the work.
        self.folder.note({"response": _pieces(asked), "setup": _pieces(items)})
        response = self._step("response", asked, raiser, progress)
        if not terms.reveal:
            response = sorted(response)
        ours = self._step("setup", items, blinder, progress)
        if terms.raw:
            setup = messages.write_raw(sorted(ours))
        else:
            hash_range = golomb.range_of(len(asked), len(ours), terms.rate)
            setup = messages.write_golomb(golomb.encode(ours, hash_range))
        return Answer(len(ours), setup, messages.write_response(response))


class _Held:
    """The container, looked into."""

    def __init__(self, setup: messages.Setup, ours: int, theirs: int, rate: int) -> None:
        self._raw = setup if isinstance(setup, frozenset) else None
        self._range, self._hashes = 0, set[int]()
        if isinstance(setup, golomb.Golomb):
            # A smaller range would match more than the two have in common.
            if setup.hash_range != golomb.range_of(ours, theirs, rate):
                raise OverlapError("the container has another range of hashes than was agreed")
            self._range, self._hashes = setup.hash_range, golomb.decode(setup, theirs)

    def __contains__(self, point: bytes) -> bool:
        if self._raw is not None:
            return point in self._raw
        return golomb.hash_of(point, self._range) in self._hashes


def _shuffled(items: list[str]) -> list[str]:
    """In an order drawn by lot: a random number of 128 bits for each, many times faster than to draw place by place."""
    drawn = secrets.token_bytes(16 * len(items))
    order = sorted(range(len(items)), key=lambda place: drawn[16 * place : 16 * place + 16])
    return [items[place] for place in order]


def _pieces(given: Sequence[Any]) -> int:
    return (len(given) + A_PIECE - 1) // A_PIECE


def _raiser(server: Any) -> Callable[[Sequence[bytes]], list[bytes]]:
    def work(part: Sequence[bytes]) -> list[bytes]:
        asked = psi.Request(reveal_intersection=True, encrypted_elements=part)
        return list(server.ProcessRequest(asked).encrypted_elements)

    return work


# -- threads -----------------------------------------------------------------------------------------------------------

_running: set[threading.Event] = set()
_guard = threading.Lock()
_idle = threading.Condition(_guard)


def _shared(
    pieces: Sequence[int],
    maker: Callable[[], Callable[[Sequence[Any]], list[bytes]]],
    piece: Callable[[Callable[[Sequence[Any]], list[bytes]], int], None],
    threads: int,
    stop: threading.Event,
) -> None:
    """Do all pieces on that many threads: the library lets the interpreter go on while it computes. Its objects must
    not be shared between threads (it aborts the process), so each thread has its own, of the same key."""
    left, faults = iter(pieces), list[BaseException]()
    turn, ended = threading.Lock(), threading.Event()

    def work() -> None:
        try:
            own = maker()
            while not (stop.is_set() or ended.is_set() or faults):
                with turn:
                    number = next(left, None)
                if number is None:
                    return
                piece(own, number)
        except RuntimeError as error:
            faults.append(OverlapError(f"the library refuses: {str(error).splitlines()[0] if str(error) else error}"))
        except BaseException as error:
            faults.append(error)

    with _guard:
        _running.add(ended)
    try:
        if threads == 1 or len(pieces) < 2:
            work()
        else:
            workers = [
                threading.Thread(target=work, name="overlap", daemon=True) for _ in range(min(threads, len(pieces)))
            ]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
    finally:
        with _guard:
            _running.discard(ended)
            _idle.notify_all()
    if faults:
        raise faults[0]
    if stop.is_set() or ended.is_set():
        raise Stopped


def _end_all() -> None:
    # A thread that comes back from the library into an interpreter that is being taken down aborts the process.
    with _guard:
        for ended in _running:
            ended.set()
        _idle.wait_for(lambda: not _running, timeout=10)


register(_end_all)
