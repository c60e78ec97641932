"""The protocol of the private overlap: what is found equals the plain intersection, whatever stops in between, and
hostile messages are refused before they are believed."""

import os
import random
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import private_set_intersection.python as psi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbale.intel.overlap import golomb, messages, run
from verbale.intel.overlap.errors import OverlapError, Stopped
from verbale.intel.overlap.run import Answer, Client, Found, Server, Terms

ITEMS = st.sets(st.integers(0, 60).map(lambda number: f"domain:{number}.example"), max_size=30)


def names(*numbers: int) -> list[str]:
    return [f"domain:{number}.example" for number in numbers]


def sides(folder: Path, terms: Terms, threads: int = 1) -> tuple[Client, Server]:
    return Client(folder / "client", terms, threads=threads), Server(folder / "server", terms, threads=threads)


def whole(folder: Path, ours: list[str], theirs: list[str], terms: Terms, threads: int = 1) -> Found:
    client, server = sides(folder, terms, threads)
    client.begin(ours)
    server.begin(theirs)
    _count, request = client.request()
    answer = server.answer(request)
    return client.result(answer.setup, answer.response, answer.count)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "A_PIECE", 4)


# -- what is found -----------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    ours=ITEMS,
    theirs=ITEMS,
    reveal=st.booleans(),
    raw=st.booleans(),
    pad=st.booleans(),
    threads=st.sampled_from([1, 2]),
)
def test_what_is_found_is_the_intersection(
    tmp_path_factory: pytest.TempPathFactory,
    ours: set[str],
    theirs: set[str],
    reveal: bool,
    raw: bool,
    pad: bool,
    threads: int,
) -> None:
    terms = Terms(reveal, most=35, raw=raw, pad=pad)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "A_PIECE", 4)
        found = whole(tmp_path_factory.mktemp("run"), sorted(ours), sorted(theirs), terms, threads)
    both = sorted(ours & theirs)
    assert found == Found(len(both), both if reveal else None)


@pytest.mark.parametrize("raw", [False, True])
def test_it_is_what_the_library_finds(tmp_path: Path, small_pieces: None, raw: bool) -> None:
    """The messages are the library's own: its client reads what our server wrote, its server what our client wrote."""
    ours, theirs = names(*range(30)), names(*range(20, 60))
    client, server = sides(tmp_path, Terms(True, most=60, raw=raw))
    client.begin(ours)
    server.begin(theirs)
    count, parts = client.request()
    asked = psi.Request()
    asked.ParseFromString(b"".join(parts))
    assert (count, len(asked.encrypted_elements), asked.reveal_intersection) == (30, 30, True)

    key = (tmp_path / "client" / "key").read_bytes()
    items = (tmp_path / "client" / "items").read_text().split("\n")
    answer = server.answer(parts)
    setup, response = psi.ServerSetup(), psi.Response()
    setup.ParseFromString(b"".join(answer.setup))
    response.ParseFromString(b"".join(answer.response))
    places = psi.client.CreateFromKey(key, True).GetIntersection(setup, response)
    assert sorted(items[place] for place in places) == sorted(names(*range(20, 30)))

    peer = psi.server.CreateWithNewKey(True)
    form = psi.DataStructure.RAW if raw else psi.DataStructure.GCS
    their_setup = peer.CreateSetupMessage(10.0**-6, 30, theirs, form).SerializeToString()
    their_response = peer.ProcessRequest(asked).SerializeToString()
    assert client.result([their_setup], [their_response], 40).items == sorted(names(*range(20, 30)))


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 400), bits=st.integers(1, 45), seed=st.integers(0, 1_000))
def test_the_container_is_read_as_it_was_written(count: int, bits: int, seed: int) -> None:
    drawn = random.Random(seed)
    points = [drawn.randbytes(33) for _ in range(count)]
    hash_range = max(1, count) << bits
    container = golomb.encode(points, hash_range)
    assert golomb.decode(container, count) == {golomb.hash_of(point, hash_range) for point in points}


@pytest.mark.parametrize("count", [1, 2, 100, 1_000])
def test_the_container_is_the_librarys_bit_by_bit(count: int) -> None:
    server = psi.server.CreateWithNewKey(True)
    values = names(*range(count))
    theirs = server.CreateSetupMessage(10.0**-6, count, values, psi.DataStructure.GCS).gcs
    raw = server.CreateSetupMessage(10.0**-6, count, values, psi.DataStructure.RAW).raw
    ours = golomb.encode(list(raw.encrypted_elements), theirs.hash_range)
    assert ours == (theirs.div, theirs.hash_range, theirs.bits)


def test_the_range_keeps_the_promise_of_its_rate() -> None:
    # In a query of so many values each of which meets one of so many hashes in the range.
    for theirs, ours in ((1, 1), (10, 1_000), (1_000, 10), (run.MOST, run.MOST)):
        assert theirs * ours / golomb.range_of(theirs, ours, 6) <= 1e-6 * (1 + 1e-9)
    with pytest.raises(OverlapError, match="cannot be kept"):
        golomb.range_of(run.MOST, run.MOST, 9)


# -- what is told, and what is not -------------------------------------------------------------------------------------


def test_neither_value_nor_key_stands_in_what_crosses(tmp_path: Path) -> None:
    client, server = sides(tmp_path, Terms(True, most=20))
    client.begin(names(1, 2, 3))
    server.begin(names(3, 4))
    _count, request = client.request()
    answer = server.answer(request)
    crossed = b"".join([*request, *answer.setup, *answer.response])
    secrets = [b"example", *((tmp_path / side / "key").read_bytes() for side in ("client", "server"))]
    assert not any(secret in crossed for secret in secrets)


def test_each_run_blinds_anew(tmp_path: Path) -> None:
    seen = []
    for number in range(2):
        client, _server = sides(tmp_path / str(number), Terms(True))
        client.begin(names(1, 2))
        seen.append(set(messages.read_request(client.request()[1], True, 2)))
    assert not seen[0] & seen[1]


def test_of_a_size_the_response_tells_no_place(tmp_path: Path, small_pieces: None) -> None:
    client, server = sides(tmp_path, Terms(False, most=50))
    client.begin(names(*range(40)))
    server.begin(names(*range(5)))
    answer = server.answer(client.request()[1])
    points = messages.read_response(answer.response, 40)
    assert points == sorted(points)


def test_a_side_that_does_not_follow_the_protocol_makes_values_of_a_size(tmp_path: Path) -> None:
    """What docs/threat-model.md says that it cannot hide: a key of its own for each value tells them apart again."""
    _client, server = sides(tmp_path, Terms(False, most=10))
    server.begin(names(2, 4))
    ours = names(1, 2, 3, 4)
    keys = {item: psi.client.CreateWithNewKey(True).GetPrivateKeyBytes() for item in ours}
    asked = [psi.client.CreateFromKey(keys[item], True).CreateRequest([item]).encrypted_elements[0] for item in ours]
    answer = server.answer(_request(*asked, reveal=False))
    setup = psi.ServerSetup()
    setup.ParseFromString(b"".join(answer.setup))
    found = {
        item
        for point in messages.read_response(answer.response, 4)
        for item in ours
        if psi.client.CreateFromKey(keys[item], True).GetIntersection(setup, psi.Response(encrypted_elements=[point]))
    }
    assert found == set(names(2, 4))


def test_the_order_of_a_request_is_drawn_by_lot(tmp_path: Path) -> None:
    client, _server = sides(tmp_path, Terms(True, most=200))
    client.begin(names(*range(200)))
    items = (tmp_path / "client" / "items").read_text().split("\n")
    assert items != sorted(items)
    assert sorted(items) == sorted(names(*range(200)))


def test_padding_hides_the_size_and_is_never_found(tmp_path: Path) -> None:
    client, server = sides(tmp_path, Terms(True, most=25, pad=True))
    client.begin(names(1, 2))
    server.begin(names(2))
    count, request = client.request()
    answer = server.answer(request)
    assert (count, answer.count, len(messages.read_request(request, True, 25))) == (25, 25, 25)
    assert client.result(answer.setup, answer.response, 25) == Found(1, names(2))


def test_what_is_kept_is_its_owners_alone_and_goes(tmp_path: Path) -> None:
    client, _server = sides(tmp_path, Terms(True))
    client.begin(names(1, 2, 3))
    client.request()
    kept = list((tmp_path / "client").iterdir())
    assert {"key", "items", "request.0"} <= {file.name for file in kept}
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
    assert stat.S_IMODE((tmp_path / "client").stat().st_mode) == 0o700
    client.forget()
    assert not (tmp_path / "client").exists()
    with pytest.raises(OverlapError, match="is over"):
        client.request()


# -- stopping and going on ---------------------------------------------------------------------------------------------


def test_a_run_goes_on_from_the_pieces_that_are_there(tmp_path: Path, small_pieces: None) -> None:
    client, server = sides(tmp_path, Terms(True, most=100))
    client.begin(names(*range(40)))

    def stop_at(side: Any, number: int) -> Any:
        return lambda done, pieces: side.stop.set() if done == number else None

    with pytest.raises(Stopped):
        client.request(stop_at(client, 3))
    first = {file.name: file.read_bytes() for file in (tmp_path / "client").glob("request.*")}
    assert len(first) == 3

    # Another process: the set and the key are those of before, whatever it would choose now.
    client, server = sides(tmp_path, Terms(True, most=100))
    assert client.begin(names(99)) == 40
    told: list[tuple[int, int]] = []
    _count, request = client.request(lambda done, pieces: told.append((done, pieces)))
    assert told == [(number, 10) for number in range(3, 11)]
    assert {name: (tmp_path / "client" / name).read_bytes() for name in first} == first

    server.begin(names(*range(30, 70)))
    with pytest.raises(Stopped):
        server.answer(request, stop_at(server, 5))
    assert server.folder.done("response", "setup") == (5, 20)
    _client, server = sides(tmp_path, Terms(True, most=100))
    answer = server.answer(request)
    with pytest.raises(Stopped):
        client.result(answer.setup, answer.response, answer.count, stop_at(client, 2))
    client, _server = sides(tmp_path, Terms(True, most=100))
    assert client.result(answer.setup, answer.response, answer.count).items == sorted(names(*range(30, 40)))


@pytest.mark.parametrize("left", ["short", "empty", "zeros"])
def test_a_piece_that_a_crash_left_broken_is_computed_anew(tmp_path: Path, small_pieces: None, left: str) -> None:
    client, _server = sides(tmp_path, Terms(True))
    client.begin(names(*range(10)))
    _count, request = client.request()
    piece = tmp_path / "client" / "request.1"
    data = piece.read_bytes()
    piece.write_bytes({"short": data[:50], "empty": b"", "zeros": bytes(len(data))}[left])
    told: list[int] = []
    assert client.request(lambda done, pieces: told.append(done))[1] == request
    assert told == [2, 3]


def test_threads_do_one_work(tmp_path: Path, small_pieces: None) -> None:
    client, _server = sides(tmp_path, Terms(True), threads=4)
    client.begin(names(*range(100)))
    seen = set()
    told: list[int] = []

    def look(done: int, pieces: int) -> None:
        seen.add(threading.current_thread().name)
        told.append(done)

    several = client.request(look)
    one = Client(tmp_path / "client", Terms(True), threads=1)
    for piece in (tmp_path / "client").glob("request.*"):
        piece.unlink()
    assert one.request() == several
    assert sorted(told) == list(range(26))
    assert "overlap" in seen


def test_a_process_ends_in_the_middle_of_a_computation(tmp_path: Path) -> None:
    """The library's threads come back into an interpreter that still stands."""
    program = f"""
import threading, time
from pathlib import Path
from verbale.intel.overlap.run import Client, Terms
client = Client(Path({str(tmp_path / "client")!r}), Terms(True), threads=2)
client.begin(f"domain:{{number}}.example" for number in range(60_000))
threading.Thread(target=client.request, daemon=True).start()
while client.folder.done("request")[0] < 2:
    time.sleep(0.02)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "terminate" in done.stderr) == (0, False), done.stderr
    there, pieces = Client(tmp_path / "client", Terms(True)).folder.done("request")
    assert 2 <= there < pieces == 30


# -- what is refused ---------------------------------------------------------------------------------------------------


def _answered(tmp_path: Path, **terms: Any) -> tuple[Client, Answer]:
    client, server = sides(tmp_path, Terms(True, most=20, **terms))
    client.begin(names(1, 2, 3))
    server.begin(names(3, 4))
    return client, server.answer(client.request()[1])


def _request(*elements: bytes, reveal: bool = True) -> list[bytes]:
    return [psi.Request(reveal_intersection=reveal, encrypted_elements=elements).SerializeToString()]


POINT = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
OFF_CURVE = b"\x02" + b"\x01" * 32


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ([b"\xff\xff"], "the request cannot be read"),
        (_request(POINT, reveal=False), "asks for another kind of answer than was agreed"),
        (_request(POINT, POINT), "more than once"),
        (_request(b"short"), "holds what is no blinded value"),
        (_request(*(bytes([2]) + bytes([number] * 32) for number in range(21))), "no more than 20 were agreed"),
        (_request(OFF_CURVE), "the library refuses"),
        (_request(bytes(33)), "the library refuses"),
    ],
)
def test_a_request_that_is_not_as_agreed_is_not_answered(tmp_path: Path, request_: list[bytes], reason: str) -> None:
    _client, server = sides(tmp_path, Terms(True, most=20), threads=1)
    server.begin(names(1))
    with pytest.raises(OverlapError, match=reason):
        server.answer(request_)


def _setup(**fields: Any) -> list[bytes]:
    return [psi.ServerSetup(gcs=psi.ServerSetup.GCSInfo(**fields)).SerializeToString()]


RANGE = golomb.range_of(3, 2, 6)


@pytest.mark.parametrize(
    ("setup", "reason"),
    [
        ([b"\xff"], "cannot be read"),
        ([b""], "comes in another form"),
        (_setup(div=1, hash_range=2, bits=b"\xff"), "another range of hashes"),
        (_setup(div=1, hash_range=0, bits=b"\xff"), "another range of hashes"),
        (_setup(div=-1, hash_range=RANGE, bits=b"\xff"), "parameters are not lawful"),
        (_setup(div=63, hash_range=RANGE, bits=b"\xff"), "parameters are not lawful"),
        (_setup(div=40, hash_range=RANGE, bits=b"\x01"), "ends in the middle"),
        (_setup(div=0, hash_range=RANGE, bits=b"\x01" + bytes(9)), "ends in the middle"),
        (_setup(div=30, hash_range=RANGE, bits=b"\x01" + b"\xff" * 40), "beyond its range|more than the agreed"),
        (_setup(div=0, hash_range=RANGE, bits=b"\xff" * 40), "holds a hash twice"),
        (_setup(div=1, hash_range=RANGE, bits=b"\xff" * 40), "more than the agreed 2 values"),
        ([psi.ServerSetup(raw=psi.ServerSetup.RawInfo(encrypted_elements=[POINT])).SerializeToString()],
         "comes in another form"),
    ],
)  # fmt: skip
def test_a_container_that_no_honest_side_writes_is_refused(tmp_path: Path, setup: list[bytes], reason: str) -> None:
    client, answer = _answered(tmp_path)
    with pytest.raises(OverlapError, match=reason):
        client.result(setup, answer.response, 2)


@settings(max_examples=200, deadline=None)
@given(div=st.integers(0, 62), hash_range=st.integers(1, 1 << 62), bits=st.binary(max_size=200))
def test_no_bits_break_the_reader(div: int, hash_range: int, bits: bytes) -> None:
    try:
        found = golomb.decode(golomb.Golomb(div, hash_range, bits), 100)
    except OverlapError:
        return
    assert len(found) <= 100
    assert all(0 <= value < hash_range for value in found)


def test_a_response_answers_each_value_with_a_point(tmp_path: Path) -> None:
    client, answer = _answered(tmp_path)
    few = [psi.Response(encrypted_elements=[POINT]).SerializeToString()]
    with pytest.raises(OverlapError, match="answers 1 of 3 values"):
        client.result(answer.setup, few, 2)
    with pytest.raises(OverlapError, match="the library refuses"):
        client.result(answer.setup, [psi.Response(encrypted_elements=[OFF_CURVE] * 3).SerializeToString()], 2)
    with pytest.raises(OverlapError, match="no more than 20 were agreed"):
        client.result(answer.setup, answer.response, 21)


def test_terms_and_sets_beyond_what_is_agreed(tmp_path: Path) -> None:
    for wrong in ({"most": 0}, {"most": run.MOST + 1}, {"rate": 2}, {"rate": 9}):
        with pytest.raises(OverlapError):
            Terms(True, **wrong)
    client, _server = sides(tmp_path, Terms(True, most=2))
    for items, reason in ((names(1, 2, 3), "no more than 2"), (["dummy:1"], "kind:value"), (["a\nb"], "kind:value")):
        with pytest.raises(OverlapError, match=reason):
            client.begin(items)


def test_a_large_message_goes_in_parts_that_read_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "A_PART", 2)
    points = [bytes([2]) + bytes([number] * 32) for number in range(5)]
    for parts, read in (
        (messages.write_request(points, True), lambda parts: messages.read_request(parts, True, 5)),
        (messages.write_response(points), lambda parts: messages.read_response(parts, 5)),
        (messages.write_raw(points), lambda parts: sorted(messages.read_setup(parts, True, 5))),
    ):
        assert len(parts) == 3
        assert read(parts) == points
