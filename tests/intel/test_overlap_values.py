"""One spelling for each value: what is written in different ways meets, what is different does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.intel.overlap.values import KINDS, LONGEST, Refused, Value, normal, of_lines, of_pattern, split
from verbale.matters.overlap import acts


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("ipv4", " 198.51.100.7 ", "ipv4:198.51.100.7"),
        ("ipv4", "198[.]51[.]100(.)7", "ipv4:198.51.100.7"),
        ("ip-src", "198.51.100.7/32", "ipv4:198.51.100.7"),
        ("ipv4", "198.51.100.7/24", "ipv4:198.51.100.0/24"),
        ("ipv4-addr", "2001:DB8:0::1", "ipv6:2001:db8::1"),
        ("ipv6", "2001[:]db8[:][:]1/64", "ipv6:2001:db8::/64"),
        ("ipv6", "::ffff:198.51.100.7", "ipv4:198.51.100.7"),
        ("ipv6", "[2001:db8::1]", "ipv6:2001:db8::1"),
        ("domain", "Evil.Example.", "domain:evil.example"),
        ("domain", "evil[.]example", "domain:evil.example"),
        ("domain-name", "evil [dot] example", "domain:evil.example"),
        ("hostname", "bücher.example", "domain:xn--bcher-kva.example"),
        ("domain", "XN--BCHER-KVA.example", "domain:xn--bcher-kva.example"),
        ("domain", "_dmarc.example", "domain:_dmarc.example"),
        ("url", "hxxps://EVIL[.]example/a", "url:https://evil.example/a"),
        ("url", "HTTP://evil.example", "url:http://evil.example/"),
        ("url", "http[:]//evil.example:80/a#top", "url:http://evil.example/a"),
        ("url", "http://evil.example:8080/%7Euser/%c3%a4?q=%41&Q=b", "url:http://evil.example:8080/~user/%C3%A4?q=A&Q=b"),
        ("url", "https://[2001:DB8::1]:443/", "url:https://[2001:db8::1]/"),
        ("url", "http://User:Pass@evil.example/", "url:http://User:Pass@evil.example/"),
        ("url", "fxp://evil.example/x", "url:ftp://evil.example/x"),
        ("email", "Bad.Man[@]Evil[.]Example", "email:bad.man@evil.example"),
        ("email-addr", "bad [at] evil [dot] example", "email:bad@evil.example"),
        ("md5", "D41D8CD98F00B204E9800998ECF8427E", "md5:d41d8cd98f00b204e9800998ecf8427e"),
        ("sha-1", "A" * 40, "sha1:" + "a" * 40),
        ("sha256", "0" * 64, "sha256:" + "0" * 64),
        ("vulnerability", "cve-2020-0601", "cve:CVE-2020-0601"),
        ("mutex", "Global\\MyMutex", "mutex:Global\\MyMutex"),
        ("regkey", "HKLM\\Software\\Evil\\", "registry-key:hkey_local_machine\\software\\evil"),
        ("mutex", "e\u0301", "mutex:\u00e9"),
    ],
)  # fmt: skip
def test_a_value_has_one_spelling(kind: str, written: str, value: str) -> None:
    found = normal(kind, written)
    assert found is not None
    assert found.item == value
    assert normal(found.kind, found.value) == found == split(value)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("ipv4", "198.51.100.256"),
        ("ipv4", "198.051.100.7"),
        ("ipv6", "fe80::1%eth0"),
        ("domain", "198.51.100.7"),
        ("domain", "*.example"),
        ("domain", "a b.example"),
        ("domain", "x" * 64 + ".example"),
        ("url", "evil.example/a"),
        ("url", "http:///a"),
        ("url", "http://evil.example:99999/"),
        ("email", "evil.example"),
        ("email", "@evil.example"),
        ("md5", "d41d8cd98f00b204e9800998ecf8427"),
        ("sha256", "g" * 64),
        ("cve", "CVE-20-1"),
        ("mutex", "a\nb"),
        ("mutex", " "),
        ("mutex", "x" * (LONGEST + 1)),
        ("yara", "rule x {}"),
    ],
)
def test_what_is_no_value(kind: str, written: str) -> None:
    assert normal(kind, written) is None


@given(kind=st.sampled_from(KINDS), text=st.text(max_size=60))
def test_a_spelling_is_its_own_and_one_line(kind: str, text: str) -> None:
    found = normal(kind, text)
    if found is not None:
        assert normal(found.kind, found.value) == found
        assert len(found.item.splitlines()) == 1


@given(text=st.text(max_size=200))
def test_no_text_breaks_a_list(text: str) -> None:
    for found in of_lines(text):
        assert isinstance(found, Refused) or normal(found.kind, found.value) == found


def test_a_list_of_an_analyst() -> None:
    given_lines = (
        "kind,value\n"
        "# from the night shift\n\n"
        "ip-dst,198[.]51[.]100[.]7\n"
        'url,"http://evil.example/a,b"\n'
        "evil[.]example\n"
        "D41D8CD98F00B204E9800998ECF8427E\n"
        "cve-2020-0601\n"
        "bad@evil.example\n"
        "2001:db8::1\n"
        "hxxp://evil.example\n"
        "HKLM\\Software\\Evil\n"
        "mutex,Global\\M\n"
        "no value at all\n"
        "md5,abc\n"
    )
    found = list(of_lines(given_lines))
    assert [item.item for item in found if isinstance(item, Value)] == [
        "ipv4:198.51.100.7",
        "url:http://evil.example/a,b",
        "domain:evil.example",
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "cve:CVE-2020-0601",
        "email:bad@evil.example",
        "ipv6:2001:db8::1",
        "url:http://evil.example/",
        "registry-key:hkey_local_machine\\software\\evil",
        "mutex:Global\\M",
    ]
    assert [item for item in found if isinstance(item, Refused)] == [
        Refused(14, "no value at all", "is no domain name"),
        Refused(15, "abc", "is no MD5 of 32 hexadecimal digits"),
    ]


@pytest.mark.parametrize(
    ("pattern", "items"),
    [
        ("[ipv4-addr:value = '198.51.100.7']", ["ipv4:198.51.100.7"]),
        ("[domain-name:value='Evil.example' OR url:value = 'http://evil.example']",
         ["domain:evil.example", "url:http://evil.example/"]),
        ("[file:hashes.'SHA-256' = '" + "a" * 64 + "' OR file:hashes.MD5 = '" + "b" * 32 + "']",
         ["sha256:" + "a" * 64, "md5:" + "b" * 32]),
        (r"[mutex:name = 'it\'s']", ["mutex:it's"]),
        ("[ipv4-addr:value = '198.51.100.7' AND domain-name:value = 'evil.example']", []),
        ("[ipv4-addr:value != '198.51.100.7']", []),
        ("[ipv4-addr:value = '198.51.100.7'] AND [domain-name:value = 'evil.example']", []),
        ("[file:hashes.'sha256' = '" + "a" * 64 + "']", ["sha256:" + "a" * 64]),
        ("[network-traffic:dst_ref.value = '198.51.100.7']", ["ipv4:198.51.100.7"]),
        ("[file:name = 'a.exe' OR domain-name:value = 'evil.example']", []),
        ("[ipv4-addr:value = '198.51.100.7'] WITHIN 5 SECONDS", []),
        ("[ipv4-addr:value = 'nothing']", []),
        ("[]", ()),
    ],
)  # fmt: skip
def test_only_a_pattern_that_looks_for_one_of_several_values_gives_them(pattern: str, items: list[str]) -> None:
    assert [value.item for value in of_pattern(pattern)] == list(items)


def test_the_acts_name_the_kinds_that_can_be_compared() -> None:
    assert acts.KINDS == KINDS
