"""What is no report at all, and what is too much: refused at once, by the right error."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from verbale.intel import (
    BadObject,
    FormatUnknown,
    NotJson,
    ReportError,
    TooLarge,
    read_report,
    read_report_file,
)
from verbale.intel.limits import MAX_BYTES, MAX_DEPTH, MAX_TOKENS

from .builders import (
    TLP2,
    attribute,
    bundle,
    event,
    link,
    ref,
    report_object,
    sco,
    sdo,
    tags,
)

MALWARE = sdo("malware", name="x", is_family=True)
TEXT = json.dumps(bundle(MALWARE))


def with_member(member: str) -> bytes:
    """A bundle whose malware has one more member, given as JSON text."""
    return TEXT.replace('"is_family"', f'{member}, "is_family"').encode()


@pytest.mark.parametrize(
    ("sentence", "data", "error", "message"),
    [
        ("nothing", b"", NotJson, "the file is empty"),
        ("white space only", b" \n\t", NotJson, "the file is empty"),
        ("a byte order mark only", b"\xef\xbb\xbf", NotJson, "not JSON: Expecting value at line 1, column 1"),
        ("no JSON", b'{"type": bundle}', NotJson, "not JSON: Expecting value at line 1, column 10"),
        ("half a file", TEXT[:-9].encode(), NotJson, "not JSON: "),
        ("two texts in one", b"{} {}", NotJson, "not JSON: Extra data"),
        ("STIX 1", b"<stix:STIX_Package/>", NotJson, "this looks like XML; STIX 1.x is not read"),
        ("UTF-16", TEXT.encode("utf-16"), NotJson, "not UTF-8: byte 0 (0xff) is not allowed there"),
        ("a byte that is no UTF-8", b'{"a": "\xc3("}', NotJson, "not UTF-8: byte 7 (0xc3)"),
        ("a surrogate in UTF-8", b'{"a": "\xed\xa0\x80"}', NotJson, "not UTF-8"),
        ("NaN", with_member('"x_a": NaN'), NotJson, f'{MALWARE["id"]}: field "x_a": NaN is not a JSON number'),
        ("Infinity", with_member('"x_a": [-Infinity]'), NotJson, 'field "x_a[0]": -Infinity is not a JSON number'),
        ("a number without end", with_member('"x_a": 1e999'), NotJson, f'{MALWARE["id"]}: field "x_a": the number is'),
        ("a number of 5,000 digits", with_member('"x_a": ' + "9" * 5000), NotJson, 'field "x_a": the number is out of'),
        ("an integer that is not exact everywhere", with_member('"x_a": 9007199254740992'), NotJson, 'field "x_a"'),
        (
            "a name that stands twice",
            with_member('"name": "y"'),
            NotJson,
            f'{MALWARE["id"]}: field "name": stands twice',
        ),
        (
            "half a surrogate pair",
            with_member(r'"x_a": "\ud800"'),
            NotJson,
            f'{MALWARE["id"]}: field "x_a": holds half of',
        ),
        ("the same in a name", with_member(r'"\udc00": 1'), NotJson, "has a name with half of a surrogate pair"),
        (
            "a control character in the name at fault",
            with_member(r'"\u001b[2J": NaN'),
            NotJson,
            r'field "\u001b[2J": NaN',
        ),
        ("65 levels", b"[" * (MAX_DEPTH + 1), TooLarge, "nested deeper than 64 levels, at byte 64"),
        ("a string", b'"bundle"', FormatUnknown, "but found a string"),
        ("null", b"null", FormatUnknown, "but found null"),
        ("an empty list", b"[]", FormatUnknown, "an empty list; expected a STIX 2.1 bundle"),
        ("an empty object", b"{}", FormatUnknown, "but found an empty object"),
        ("some other JSON", b'{"name": "x"}', FormatUnknown, "but found an object with 'name'"),
        ("a list with something else in it", b'[{"Event": {}}, 7]', FormatUnknown, "[1]: expected"),
        ("STIX and MISP at once", b'{"type": "bundle", "Event": {}}', FormatUnknown, "STIX and of MISP at once"),
        ("a response without events", b'{"response": []}', FormatUnknown, "a MISP response without an event"),
        ("an event that is none", b'{"Event": [1]}', BadObject, "Event: must be an event object, not an array"),
        ("a bundle without id", b'{"type": "bundle"}', BadObject, 'bundle: field "id": is missing'),
    ],
)
def test_what_is_no_report_is_refused(sentence: str, data: bytes, error: type[ReportError], message: str) -> None:
    with pytest.raises(ReportError) as caught:
        read_report(data)
    assert type(caught.value) is error, sentence
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_brackets_inside_strings_are_not_counted() -> None:
    text = TEXT.replace('"name": "x"', r'"name": "\\\"[[[' + "[{" * 100 + r'\\"')
    assert read_report(text.encode()).malware[0].name.startswith('\\"[[[')


@pytest.mark.parametrize("unit", [b"[", b'{"a":', b'[{"a":[', b'["]",'])
def test_a_million_levels_fail_at_once(unit: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(TooLarge, match="nested deeper than 64 levels"):
        read_report(unit * 10**6)
    assert time.monotonic() - started < 2


def test_a_flood_of_small_things_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TooLarge, match="more than 6,000,000 strings, brackets and commas"):
        read_report(b"[" + b"[]," * (MAX_TOKENS // 3 + 1))


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    started = time.monotonic()
    with pytest.raises(TooLarge, match=r"has 209,715,200 bytes; the limit is 67,108,864 \(64 MiB\)"):
        read_report_file(path)
    assert time.monotonic() - started < 0.5


def test_bytes_beyond_the_limit_are_refused() -> None:
    with pytest.raises(TooLarge, match="has 67,108,865 bytes"):
        read_report(bytes(MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("sentence", "tree"),
    [
        (
            "granular markings times values",
            bundle(
                sco(
                    "file",
                    hashes={f"h{n}": "a" for n in range(9000)},
                    granular_markings=[
                        {"marking_ref": TLP2["RED"], "selectors": [f"hashes.h{n}"]} for n in range(9000)
                    ],
                )
            ),
        ),
        (
            "relations times values",
            bundle(
                sco("file", hashes={f"h{n}": "a" for n in range(9000)}),
                *(link(ref("file"), "x", ref("file"), n) for n in range(9000)),
            ),
        ),
        (
            "relations times markings",
            bundle(
                sdo("x-a", granular_markings=[{"marking_ref": TLP2["RED"], "selectors": ["a"]}] * 9000),
                *(link(ref("x-a"), "x", ref("x-a"), n) for n in range(9000)),
            ),
        ),
        (
            "relations times a long name",
            bundle(sdo("tool", name="x" * 100_000), *(link(ref("tool"), "x", ref("tool"), n) for n in range(9000))),
        ),
        (
            "references times a long name",
            event(
                Galaxy=[
                    {
                        "type": "tool",
                        "GalaxyCluster": [
                            {"value": "x" * 100_000, "meta": {"refs": [f"http://a.example/{n}" for n in range(9000)]}}
                        ],
                    }
                ]
            ),
        ),
        (
            "one tag on every attribute",
            event(*(attribute("md5", "a", n, Tag=tags("tlp:red", 'misp-galaxy:tool="x"')) for n in range(1000, 9000))),
        ),
        (
            "versions of one object",
            bundle(*({**MALWARE, "modified": f"2026-01-01T00:00:00.{n:06}Z"} for n in range(9000))),
        ),
        (
            "a flow that loops",
            bundle(
                *(
                    sdo(
                        "attack-action",
                        n,
                        name="x",
                        technique_id="T1566",
                        effect_refs=[ref("attack-action", m) for m in range(n, n + 9)],
                    )
                    for n in range(2000)
                ),
                report_object(),
            ),
        ),
    ],
)
def test_time_and_size_grow_with_the_file_and_not_with_its_square(sentence: str, tree: Any) -> None:
    """A file of a megabyte must cost neither minutes nor gigabytes, whatever it repeats."""
    data = json.dumps(tree).encode()
    started = time.monotonic()
    report = read_report(data)
    assert time.monotonic() - started < 5, sentence
    shown = [relation.source for relation in report.relationships] + [one.title for one in report.references]
    assert sum(map(len, shown)) < 250 * 9000 + 1
