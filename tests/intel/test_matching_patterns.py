"""Values in their normal form, expressions that read alike everywhere, and what a STIX pattern looks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.intel.matching.expressions import NotPortable, like, portable, python_pattern
from verbale.intel.matching.kinds import address, guessed, network, normal, refanged
from verbale.intel.matching.patterns import Key, Unmatched, needs_grammar, plan_of


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("ipv4", " 198.51.100.7 ", "198.51.100.7"),
        ("ipv6", "2001:DB8:0:0::1", "2001:db8::1"),
        ("ipv6", "fe80::1%eth0", "fe80::1"),
        ("domain", "WWW.Example.ORG.", "www.example.org"),
        ("domain", "münchen.example", "xn--mnchen-3ya.example"),
        ("domain", "_ldap._tcp.example", "_ldap._tcp.example"),
        ("url", "HTTP://Example.ORG:80", "http://example.org/"),
        ("url", "https://example.org:8443/A?b#c", "https://example.org:8443/A?b"),
        ("url", "http://a@EXAMPLE.org?x", "http://a@example.org/?x"),
        ("url", "http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("email", "Anna <Anna@Example.ORG>", "anna@example.org"),
        ("md5", "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
        ("mac", "00-00-5E-00-53-23", "00:00:5e:00:53:23"),
        ("port", "0443", "443"),
        ("asn", "AS64500", "64500"),
        ("cert-serial", "03:a1:b2", "03A1B2"),
        ("cert-sha1", "AA:" * 19 + "AA", "aa" * 20),
        ("file-name", "re\u0301sume\u0301.doc", "résumé.doc"),
    ],
)
def test_a_value_has_one_form(kind: str, written: str, value: str) -> None:
    found = normal(kind, written)
    assert found is not None
    assert (found.kind, found.value) == (kind, value)
    assert normal(kind, value) == found


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("ipv4", "198.51.100.256"),
        ("ipv4", "198.051.100.7"),
        ("ipv4", "2001:db8::1"),
        ("ipv6", "198.51.100.7"),
        ("domain", "198.51.100.7"),
        ("domain", "a b.example"),
        ("domain", "a" * 64 + ".example"),
        ("domain", ".".join(["a" * 60] * 5)),
        ("url", "/only/a/path"),
        ("email", "nobody"),
        ("md5", "d41d8cd98f00b204e9800998ecf8427"),
        ("sha1", "z" * 40),
        ("port", "65536"),
        ("port", "٤٤٣"),
        ("hash", "abcd"),
        ("file-name", "x" * 8_193),
        ("file-name", "  "),
    ],
)
def test_what_is_no_such_value_has_none(kind: str, written: str) -> None:
    assert normal(kind, written) is None


def test_an_address_mapped_into_ipv6_is_the_address() -> None:
    assert address("::ffff:198.51.100.7") == address("198.51.100.7")
    assert network("::ffff:198.51.100.0/120") == network("198.51.100.0/24")


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_a_prefix_of_the_bits_is_the_network(base: int, length: int, other: int) -> None:
    import ipaddress

    text = f"{ipaddress.ip_address(base)}/{length}"
    found = network(text)
    assert found is not None
    kind, prefixes = found
    assert kind == "ipv4"
    near = base ^ (other & 0xFF)  # addresses that are close fall on both sides of the border
    for number in (base, other, near):
        inside = ipaddress.ip_address(number) in ipaddress.ip_network(text, strict=False)
        one = address(str(ipaddress.ip_address(number)))
        assert one is not None
        assert any(one.net.startswith(prefix) for prefix in prefixes) is inside


@pytest.mark.parametrize("text", ["198.51.100.0/33", "198.51.100.0/", "198.51.100.0/x", "x/8", "2001:db8::/129"])
def test_what_is_no_network(text: str) -> None:
    assert network(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://evil.example/x", "url"),
        ("198.51.100.0/24", "ip"),
        ("2001:db8::1", "ip"),
        ("d41d8cd98f00b204e9800998ecf8427e", "hash"),
        ("a@evil.example", "email"),
        ("evil.example", "domain"),
        ("evil", None),
        ("a b", None),
    ],
)
def test_a_plain_value_tells_its_kind(text: str, kind: str | None) -> None:
    assert guessed(text) == kind


def test_values_made_harmless_are_read() -> None:
    assert refanged("hxxps://evil[.]example/a[.]b") == "https://evil.example/a.b"
    assert refanged("a[@]evil[.]example") == "a@evil.example"
    assert refanged("198.51.100[.]7") == "198.51.100.7"


# -- expressions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "fits", "not_fits"),
    [
        (r"^cmd\.exe$", "cmd.exe", "cmdxexe"),
        (r"(?i)POWERSHELL\s+-enc", "powershell \t-ENC", "powershell-enc"),
        (r"/gate[0-9]{2,3}\.php", "http://x/gate123.php?", "http://x/gate1.php"),
        (r"(?P<name>a|b)+c", "zabbac", "c"),
        (r"[^\w]x", "-x", "ax"),
        (r"[]a]", "]", "b"),
        (r"[a&&b]", "&", "c"),
        (r"[[]", "[", "]"),
        (r"a{b", "a{b", "ab"),
        (r"\x41\u0042", "AB", "ab"),
        ("a.b", "a\nb", "ab"),
        (r"ab\Z", "xab", "ab\n"),
        (r"[a-]z", "-z", "bz"),
    ],
)
def test_expressions_keep_their_meaning(pattern: str, fits: str, not_fits: str) -> None:
    found = python_pattern(portable(pattern))
    assert found.search(fits)
    assert not found.search(not_fits)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(?=a)b", "looks ahead"),
        (r"(?<!a)b", "looks ahead or behind"),
        (r"(a)\1", "refers back"),
        (r"a++", "possessive"),
        (r"(?>a)", "group of the kind"),
        (r"a{5000}", "repeats more than"),
        (r"(a{100}){100}", "repeats more than"),
        (r"\p{L}", "has \\p"),
        (r"[[:alpha:]]", "POSIX"),
        (r"(?m)^a", "lines one by one"),
        (r"(a", "is no regular expression"),
        (r"[a", "is no regular expression"),
        ("a\\", "backslash"),
        (r"*a", "is no regular expression"),
    ],
)
def test_what_engines_do_not_share_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(NotPortable, match=why.replace("\\", "\\\\")):
        portable(pattern)


@given(st.text(alphabet="ab.%_*[\\\n", max_size=8), st.text(alphabet="ab.%_*[\\\n", max_size=8))
def test_like_is_the_whole_value(pattern: str, value: str) -> None:
    def fits(pattern: str, value: str) -> bool:
        if not pattern:
            return not value
        if pattern[0] == "%":
            return fits(pattern[1:], value) or (bool(value) and fits(pattern, value[1:]))
        return bool(value) and pattern[0] in (value[0], "_") and fits(pattern[1:], value[1:])

    assert bool(python_pattern(like(pattern)).search(value)) is fits(pattern, value)


@given(st.text(alphabet="ab(|)[]{},0123^$*+?\\dwsx-&:<>=!", max_size=12))
def test_any_text_is_rewritten_or_refused(pattern: str) -> None:
    try:
        found = portable(pattern)
    except NotPortable:
        return
    python_pattern(found).search("ab")


# -- patterns -------------------------------------------------------------------------------------------------------


def test_a_plain_equality_needs_no_grammar() -> None:
    pattern = "[domain-name:value = 'Evil.Example' OR ipv4-addr:value='198.51.100.7']"
    assert not needs_grammar(pattern)
    plan = plan_of(pattern)
    assert plan.parts == (((Key("is", "domain", "evil.example"), Key("is", "ipv4", "198.51.100.7")),),)
    assert needs_grammar("[domain-name:value = 'x.example' AND ipv4-addr:value = '198.51.100.7']")
    assert not needs_grammar("[domain-name:value = 'x\\'.example']")
    assert needs_grammar("[domain-name:value = 'x.example' OR ]")


@pytest.mark.parametrize(
    ("simple", "same"),
    [
        ("[file:hashes.MD5 = '" + "a" * 32 + "']", "[(file:hashes.MD5 = '" + "a" * 32 + "')]"),
        ("[file:hashes.'SHA-256' = '" + "a" * 64 + "']", "[file:hashes.'SHA-256' IN ('" + "A" * 64 + "')]"),
        ("[url:value = 'http://x.example']", "[url:value = 'http://x.example/']"),
        ("[ipv4-addr:value = '198.51.100.0/24']", "[ipv4-addr:value ISSUBSET '198.51.100.0/24']"),
    ],
)
def test_both_roads_lead_to_the_same(simple: str, same: str) -> None:
    assert not needs_grammar(simple)
    assert plan_of(simple) == plan_of(same)


def test_and_is_one_row_and_or_within_it_one_term() -> None:
    plan = plan_of(
        "[network-traffic:dst_ref.value = '198.51.100.7' AND (network-traffic:dst_port = 80 OR "
        "network-traffic:dst_port = 8080)]"
    )
    assert plan.parts == (
        (
            (Key("is", "ipv4", "198.51.100.7", "dst"),),
            (Key("is", "port", "80", "dst"), Key("is", "port", "8080", "dst")),
        ),
    )
    assert plan.said == ("dst ipv4 = 198.51.100.7 and dst port = 80 or 1 more",)


def test_and_binds_before_or() -> None:
    plan = plan_of("[domain-name:value = 'a.example' AND file:name = 'b' OR domain-name:value = 'c.example']")
    assert [len(part) for part in plan.parts] == [2, 1]


def test_observations_by_or_and_repetition_of_the_whole() -> None:
    plan = plan_of("([domain-name:value = 'a.example'] OR [file:name = 'b']) REPEATS 3 TIMES")
    assert plan.at_least == 3
    assert plan.parts == (((Key("is", "domain", "a.example"), Key("is", "file-name", "b")),),)


def test_expressions_of_a_pattern() -> None:
    plan = plan_of(r"[domain-name:value LIKE '%.evil.example' AND file:name MATCHES '^a\\.exe$']")
    assert plan.parts == (
        (
            (Key("like", "domain", r"(?s)\.evil\.example\z"),),
            (Key("like", "file-name", r"(?s)^a\.exe\z"),),
        ),
    )


def test_paths_in_quotation_marks_and_with_an_index() -> None:
    plan = plan_of(
        "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'x' AND "
        "email-message:to_refs[0].value = 'a@b.example']"
    )
    assert [key.kind for term in plan.parts[0] for key in term] == ["user-agent", "email"]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("[file:name = 'a'] FOLLOWEDBY [file:name = 'b']", "joins observations by FOLLOWEDBY"),
        ("[file:name = 'a'] AND [file:name = 'b']", "joins observations by AND"),
        ("[file:name = 'a'] WITHIN 5 SECONDS", "WITHIN"),
        ("[file:name = 'a'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'", "START and STOP"),
        ("[file:name = 'a'] OR ([file:name = 'b'] REPEATS 2 TIMES)", "one of several observations repeats"),
        ("[file:name = 'a'] REPEATS 9999999999 TIMES", "repeats more often"),
        ("[file:name != 'a']", "must not be there"),
        ("[file:name NOT IN ('a', 'b')]", "must not be there"),
        ("[EXISTS file:name]", "EXISTS"),
        ("[file:size > 5]", "which the logs read here do not tell"),
        ("[network-traffic:dst_port > 5]", "compares by >"),
        ("[ipv4-addr:value ISSUPERSET '198.51.100.0/24']", "compares by ISSUPERSET"),
        ("[ipv4-addr:value ISSUBSET '2001:db8::/32']", "no network of IPv4 addresses"),
        ("[x-own:value = 'a']", "looks at x-own:value"),
        ("[ipv4-addr:value = 'nonsense']", "'nonsense', which is no IPv4 address"),
        ("[file:name MATCHES '(?=a)b']", "not every engine reads alike"),
        ("[file:name = 'a'", "is not a STIX pattern"),
        ("", "is not a STIX pattern"),
        ("[file:name = t'2026-01-01T00:00:00Z']", "a time or with binary data"),
        ("[" + "(" * 40 + "file:name = 'a'" + ")" * 40 + "]", "nested deeper"),
        ("[file:name = '" + "a" * 70_000 + "']", "characters"),
        ("[" + " AND ".join(f"file:name = 'a{n}'" for n in range(70)) + "]", "comparisons by AND"),
        (
            "["
            + " AND ".join(f"(file:name = 'a{n}' OR file:name = 'b' AND mutex:name = 'c{n}')" for n in range(12))
            + "]",
            "alternatives",
        ),
    ],
)
def test_what_is_not_matched_says_why(pattern: str, why: str) -> None:
    with pytest.raises(Unmatched, match=why.replace("(", r"\(").replace(")", r"\)")):
        plan_of(pattern)


@given(st.text(alphabet="[]()'= \\ANDORfile:nam", max_size=40))
def test_any_text_is_a_plan_or_a_reason(pattern: str) -> None:
    try:
        plan_of(pattern)
    except Unmatched as error:
        assert str(error)
