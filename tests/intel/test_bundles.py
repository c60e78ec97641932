"""Bundles read piece by piece: the same as when read whole, whatever the pieces, and bounded."""

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbale.intel import FormatUnknown, NotJson, ReportError, TooLarge, bundles
from verbale.intel.bundles import bundle_parts, read_objects

ID = "bundle--4a7f1d9e-9f53-4b0a-8ab5-f1f4d0f0f0a1"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Drops(io.BytesIO):
    """A file that gives only a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self.step = size

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self.step)


@settings(deadline=None, max_examples=300)
@given(
    objects=st.lists(VALUES, max_size=6),
    before=st.dictionaries(st.text().filter(lambda name: name != "objects"), VALUES, max_size=3),
    after=st.dictionaries(st.text().filter(lambda name: name != "objects"), VALUES, max_size=3),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
    step=st.integers(1, 40),
)
def test_the_same_comes_out_as_when_read_whole(
    objects: list[Any], before: dict[str, Any], after: dict[str, Any], indent: int | None, ascii_only: bool, step: int
) -> None:
    after = {name: value for name, value in after.items() if name not in before}
    text = json.dumps({**before, "objects": objects, **after}, indent=indent, ensure_ascii=ascii_only)
    data = text.encode("utf-8", "surrogatepass")
    assert [json.loads(raw.decode("utf-8", "surrogatepass")) for raw in read_objects(Drops(data, step))] == objects


@settings(deadline=None, max_examples=300)
@given(
    data=st.binary(max_size=60) | st.text('{}[]",:\\ objects01', max_size=60).map(str.encode), step=st.integers(1, 9)
)
def test_nothing_else_than_a_refusal_comes_of_anything_else(data: bytes, step: int) -> None:
    try:
        list(read_objects(Drops(data, step)))
    except ReportError as error:
        assert str(error)


@settings(deadline=None, max_examples=100)
@given(cut=st.integers(1, 200), step=st.integers(1, 50))
def test_a_file_that_is_cut_off_is_never_taken_for_whole(cut: int, step: int) -> None:
    data = json.dumps({"type": "bundle", "id": ID, "objects": [{"a": "}]{["}, {"b": [1, {"c": '"\\'}]}]}).encode()
    with pytest.raises(ReportError):
        list(read_objects(Drops(data[: max(len(data) - cut, 0)], step)))


def test_what_stood_before_a_fault_has_come_out() -> None:
    objects = read_objects(io.BytesIO(b'{"objects":[{"a":1},{"b":2},{"c"'))
    assert [next(objects), next(objects)] == [b'{"a":1}', b'{"b":2}']
    with pytest.raises(NotJson, match="byte 28"):
        next(objects)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", FormatUnknown),
        (b"[]", FormatUnknown),
        (b"{}", FormatUnknown),
        (b'{"type":"bundle"}', FormatUnknown),
        (b'{"objects":{}}', FormatUnknown),
        (b'{"objects":[]}x', NotJson),
        (b'{"objects":[],"objects":[]}', NotJson),
        (b'{"objects":[1 2]}', NotJson),
        (b'{"objects":[1,]}', NotJson),
        (b'{"objects":[,1]}', NotJson),
        (b'{"objects" []}', NotJson),
        (b'{"objects":[],}', NotJson),
        (b"{objects:[]}", NotJson),
        (b"{" + b",".join(b'"%d":0' % number for number in range(200)) + b"}", TooLarge),
    ],
)
def test_what_is_no_bundle_is_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        list(read_objects(io.BytesIO(data)))


def test_an_object_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MAX_ELEMENT_BYTES", 10_000_000)

    class Endless(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1) -> bytes:
            self.given += 1
            return b'{"objects":[{"a":"' if self.given == 1 else b"x" * (1 << 20)

    with pytest.raises(TooLarge):
        list(read_objects(Endless()))


def test_memory_does_not_grow_with_the_file() -> None:
    one = json.dumps({"type": "indicator", "name": "x" * 500}).encode()

    class Many(io.RawIOBase):
        left = 100_000

        def read(self, size: int = -1) -> bytes:
            if self.left == 100_000:
                self.left -= 1
                return b'{"objects":[' + one
            if self.left == 0:
                self.left = -1
                return b"]}"
            count = min(1_000, max(self.left, 0))
            self.left -= count
            return (b"," + one) * count

    tracemalloc.start()
    number = sum(1 for _ in read_objects(Many()))  # type: ignore[arg-type]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert number == 100_000
    assert peak < 8 << 20


@given(objects=st.lists(VALUES, max_size=5))
def test_what_is_written_is_read_again(objects: list[Any]) -> None:
    raws = [json.dumps(thing).encode() for thing in objects]
    data = b"".join(bundle_parts(raws, ID))
    assert json.loads(data) == {"type": "bundle", "id": ID, **({"objects": objects} if objects else {})}
    if objects:
        assert list(read_objects(io.BytesIO(data))) == raws
