"""What a STIX pattern looks for in one row of a log (STIX 2.1 section 9).

A pattern becomes alternatives; each is a list of terms that must all hold in the same row; each term is a list of keys
of which one is enough. So `[a = 'x' OR a = 'y']` is one alternative of one term with two keys, and
`[a = 'x' AND b IN ('y', 'z')]` one of two terms.

| part of a pattern | here |
|---|---|
| `=`, `IN` | the value in its normal form (`kinds`); an address with `/n` stands for its network |
| `ISSUBSET` | addresses by the prefix of their bits |
| `LIKE`, `MATCHES` | a regular expression, where all engines read it alike (`expressions`) |
| `AND`, `OR`, parentheses inside one `[…]` | the same row; a row stands for one observation |
| `[…] OR […]` | either |
| `REPEATS n TIMES` around the whole | at least n rows |
| `[…] AND […]`, `FOLLOWEDBY`, `WITHIN`, `START … STOP`, other `REPEATS` | not matched: several rows, or the clock |
| `!=`, `NOT`, `EXISTS` | not matched: a log leaves out much, and what a row does not say proves nothing |
| `<`, `>`, `<=`, `>=`, `ISSUPERSET` | not matched: they compare by order |
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from stix2patterns.v21.pattern import Pattern

from ..limits import MAX_PATTERN_CHARACTERS, MAX_PATTERN_NESTING
from ..pattern_values import any_of
from ..stix_patterns import nesting
from ..text import clean_line
from .expressions import NotPortable, like, portable
from .kinds import LOWERED, network, normal
from .limits import MAX_PATTERN_KEYS, MAX_PATTERN_PARTS, MAX_PATTERN_TERMS

__all__ = ["Key", "Plan", "Term", "Unmatched", "needs_grammar", "plan_of", "value_keys"]


class Unmatched(ValueError):
    """Why a pattern or value is not looked for; the rest of a sentence that begins `not matched here, because it`."""


class Key(NamedTuple):
    """One thing to look for. `how` is `is`, `net` (`value` begins the address's bits) or `like` (`value` is a regular
    expression); a `role` of "" means any."""

    how: str
    kind: str
    value: str
    role: str = ""


Term = tuple[Key, ...]


class Plan(NamedTuple):
    """`parts` are the alternatives; `said` has a text for each; at least `at_least` rows must fit."""

    parts: tuple[tuple[Term, ...], ...]
    said: tuple[str, ...]
    at_least: int = 1


_HASHES: Final = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA1": "sha1",
    "SHA-256": "sha256",
    "SHA256": "sha256",
    "SHA-512": "sha512",
    "SHA512": "sha512",
}

PATHS: Final[dict[str, tuple[str, str]]] = {
    "ipv4-addr:value": ("ipv4", ""),
    "ipv6-addr:value": ("ipv6", ""),
    "domain-name:value": ("domain", ""),
    "domain-name:resolves_to_refs[*].value": ("host", "answer"),
    "url:value": ("url", ""),
    "email-addr:value": ("email", ""),
    "mac-addr:value": ("mac", ""),
    "autonomous-system:number": ("asn", ""),
    "mutex:name": ("mutex", ""),
    "network-traffic:src_ref.value": ("host", "src"),
    "network-traffic:dst_ref.value": ("host", "dst"),
    "network-traffic:src_port": ("port", "src"),
    "network-traffic:dst_port": ("port", "dst"),
    "network-traffic:protocols[*]": ("protocol", ""),
    "network-traffic:extensions.http-request-ext.request_value": ("request", ""),
    "network-traffic:extensions.http-request-ext.request_header.User-Agent": ("user-agent", ""),
    "network-traffic:extensions.http-request-ext.request_header.Host": ("host", "dst"),
    "file:name": ("file-name", ""),
    "process:command_line": ("command-line", ""),
    "process:name": ("file-name", "process"),
    "process:image_ref.name": ("file-name", "process"),
    "email-message:from_ref.value": ("email", "from"),
    "email-message:sender_ref.value": ("email", "from"),
    "email-message:to_refs[*].value": ("email", "to"),
    "email-message:cc_refs[*].value": ("email", "to"),
    "email-message:bcc_refs[*].value": ("email", "to"),
    "email-message:subject": ("subject", ""),
    "email-message:message_id": ("message-id", ""),
    "email-message:body_multipart[*].body_raw_ref.name": ("file-name", "attachment"),
    "windows-registry-key:key": ("registry-key", ""),
    "user-account:user_id": ("user", ""),
    "user-account:account_login": ("user", ""),
    "artifact:url": ("url", ""),
    "x509-certificate:serial_number": ("cert-serial", ""),
    "x509-certificate:subject": ("cert-subject", ""),
    "x509-certificate:issuer": ("cert-issuer", ""),
    **{f"{owner}:hashes.{name}": (kind, "") for owner in ("file", "artifact") for name, kind in _HASHES.items()},
    **{f"process:image_ref.hashes.{name}": (kind, "process") for name, kind in _HASHES.items()},
    **{f"x509-certificate:hashes.{name}": (f"cert-{kind}", "") for name, kind in _HASHES.items() if kind != "sha512"},
}
"""Object path to kind and role of an observed value. Paths without quotation marks, with `[*]` for any index."""


def needs_grammar(pattern: str) -> bool:
    """Whether `plan_of` asks the grammar's parser: about anything but equalities, none or joined by OR."""
    return not any_of(pattern)


def plan_of(pattern: str) -> Plan:
    """What to look for. Raises `Unmatched`."""
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise Unmatched(f"has more than {MAX_PATTERN_CHARACTERS:,} characters")
    if simple := any_of(pattern):
        keys: list[Key] = []
        for each in simple:
            kind, role = _target(re.sub(r"\[[0-9]+\]", "[*]", each.path))
            keys += value_keys(kind, str(each.value), role)
        return _plan([(_term(keys),)], 1)
    if nesting(pattern) > MAX_PATTERN_NESTING:
        raise Unmatched(f"is nested deeper than {MAX_PATTERN_NESTING} levels")
    try:
        tree = Pattern(pattern).visit(_Root())
    except RecursionError:
        raise Unmatched("chains too many comparisons for the grammar's parser") from None
    except Exception as error:
        # Foreign code on hostile text; whatever it raises, nobody can read this pattern.
        raise Unmatched(f"is not a STIX pattern: {clean_line(str(error))[:200]}") from None
    try:
        return _observations(tree)
    except RecursionError:
        raise Unmatched("chains too many comparisons") from None


def value_keys(kind: str, text: str, role: str = "") -> list[Key]:
    """What a plain value of a kind stands for. Raises `Unmatched`."""
    if kind in ("ip", "ipv4", "ipv6", "host") and "/" in text:
        return _network_keys(kind, text, role)
    found = normal(kind, text)
    if found is None:
        raise Unmatched(f"looks for {clean_line(text)[:80]!r}, which is no {_WORDS.get(kind, kind)}")
    return [Key("is", found.kind, found.value, role)]


_WORDS: Final = {
    "ip": "IP address",
    "ipv4": "IPv4 address",
    "ipv6": "IPv6 address",
    "host": "address or domain name",
    "domain": "domain name",
    "url": "URL",
    "email": "e-mail address",
    "port": "port number",
}


def _network_keys(kind: str, text: str, role: str) -> list[Key]:
    found = network(text.strip())
    if found is None or kind not in (found[0], "ip", "host"):
        raise Unmatched(f"looks for {clean_line(text)[:80]!r}, which is no network of {_WORDS.get(kind, kind)}es")
    return [Key("net", found[0], prefix, role) for prefix in found[1]]


def _target(path: str) -> tuple[str, str]:
    found = PATHS.get(path)
    if found is None:
        raise Unmatched(f"looks at {clean_line(path)[:100]}, which the logs read here do not tell")
    return found


def _term(keys: list[Key]) -> Term:
    if len(keys) > MAX_PATTERN_KEYS:
        raise Unmatched(f"looks for more than {MAX_PATTERN_KEYS:,} values")
    return tuple(dict.fromkeys(keys))


Parts = list[tuple[Term, ...]]


def _plan(parts: Parts, at_least: int) -> Plan:
    return Plan(tuple(parts), tuple(_said(part) for part in parts), at_least)


_SIGNS: Final = {"is": "=", "net": "in", "like": "like"}


def _said(part: tuple[Term, ...]) -> str:
    """An alternative in words, for hits on several terms at once."""
    if len(part) == 1:
        return ""
    words = []
    for term in part:
        first = term[0]
        more = f" or {len(term) - 1:,} more" if len(term) > 1 else ""
        role = f"{first.role} " if first.role else ""
        words.append(f"{role}{first.kind} {_SIGNS[first.how]} {first.value[:200]}{more}")
    return " and ".join(words)


# -- the parse tree -------------------------------------------------------------------------------------------------


class _Root:
    """What the package calls a visitor: hands over the tree."""

    def visit(self, tree: Any) -> Any:
        return tree


def _name(node: Any) -> str:
    return type(node).__name__.removesuffix("Context")


def _children(node: Any) -> list[Any]:
    return [node.getChild(place) for place in range(node.getChildCount())]


def _observations(tree: Any) -> Plan:
    node, at_least = tree.getChild(0), 1
    while True:
        name, children = _name(node), _children(node)
        if name == "ObservationExpressionRepeated":
            at_least = max(at_least, _repeats(children[1]))
            node = children[0]
        elif name == "ObservationExpressionCompound":
            node = children[1]
        elif name.startswith("ObservationExpression") and len(children) == 1:
            node = children[0]
        else:
            break
    return _plan(_either(node), at_least)


def _repeats(qualifier: Any) -> int:
    digits = qualifier.getChild(1).getText()
    if len(digits) > 9:
        raise Unmatched("repeats more often than any log has rows")
    return int(digits)


_BETWEEN: Final = {
    "ObservationExpressionWithin": "asks for a span of time (WITHIN)",
    "ObservationExpressionStartStop": "asks for times between START and STOP",
    "ObservationExpressionRepeated": "asks that one of several observations repeats",
}


def _either(node: Any) -> Parts:
    name, children = _name(node), _children(node)
    if name == "ObservationExpressionSimple":
        return _comparisons(children[1])
    if name == "ObservationExpressionCompound":
        return _either(children[1])
    if name in _BETWEEN:
        raise Unmatched(f"{_BETWEEN[name]}, which looks at several rows of a log together")
    if len(children) == 1:
        return _either(children[0])
    word = children[1].getText()
    if word != "OR":
        raise Unmatched(f"joins observations by {word}, which looks at several rows of a log together")
    return _or(_either(children[0]), _either(children[2]))


def _or(left: Parts, right: Parts) -> Parts:
    if len(left) == len(right) == 1 and len(left[0]) == len(right[0]) == 1:
        return [(_term([*left[0][0], *right[0][0]]),)]
    if len(left) + len(right) > MAX_PATTERN_PARTS:
        raise Unmatched(f"has more than {MAX_PATTERN_PARTS:,} alternatives")
    return left + right


def _and(left: Parts, right: Parts) -> Parts:
    if len(left) * len(right) > MAX_PATTERN_PARTS:
        raise Unmatched(f"has more than {MAX_PATTERN_PARTS:,} alternatives")
    joined = [tuple(dict.fromkeys(one + other)) for one in left for other in right]
    if any(len(part) > MAX_PATTERN_TERMS for part in joined):
        raise Unmatched(f"joins more than {MAX_PATTERN_TERMS} comparisons by AND")
    return joined


def _comparisons(node: Any) -> Parts:
    name, children = _name(node), _children(node)
    if name == "PropTestParen":
        return _comparisons(children[1])
    if name in ("ComparisonExpression", "ComparisonExpressionAnd"):
        if len(children) == 1:
            return _comparisons(children[0])
        joined = _or if name == "ComparisonExpression" else _and
        return joined(_comparisons(children[0]), _comparisons(children[2]))
    return [(_term(_keys(name, children)),)]


def _keys(name: str, children: list[Any]) -> list[Key]:
    if name == "PropTestExists":
        raise Unmatched("asks whether something is there (EXISTS), which a log that leaves it out cannot tell")
    sign = children[1].getText()
    if sign in ("NOT", "!=", "<>"):
        raise Unmatched("says what must not be there, and what a log leaves out proves nothing")
    kind, role = _target(_path(children[0]))
    if name == "PropTestEqual":
        return value_keys(kind, _text(children[2]), role)
    if name == "PropTestSet":
        literals = [child for child in _children(children[2]) if _name(child) == "PrimitiveLiteral"]
        if len(literals) > MAX_PATTERN_KEYS:
            raise Unmatched(f"looks for more than {MAX_PATTERN_KEYS:,} values")
        return [key for literal in literals for key in value_keys(kind, _text(literal), role)]
    if name == "PropTestIsSubset":
        text = _text(children[2])
        return value_keys(kind, text, role) if "/" not in text else _network_keys(kind, text, role)
    if name in ("PropTestLike", "PropTestRegex"):
        return _expression_keys(name, kind, _text(children[2]), role)
    raise Unmatched(f"compares by {sign}, which is not done here")


def _expression_keys(name: str, kind: str, text: str, role: str) -> list[Key]:
    kinds = {"host": ("ipv4", "ipv6", "domain"), "ip": ("ipv4", "ipv6")}.get(kind, (kind,))
    try:
        return [
            Key("like", each, (like if name == "PropTestLike" else portable)(text, any_case=each in LOWERED), role)
            for each in kinds
        ]
    except NotPortable as error:
        raise Unmatched(f"has a regular expression that not every engine reads alike: it {error}") from None


def _path(node: Any) -> str:
    """`file:hashes.'SHA-256'` as `file:hashes.SHA-256`, any index as `[*]`."""
    out = []
    for leaf in _leaves(node):
        text = leaf.getText()
        out.append(_unquoted(text) if text.startswith("'") else text)
    return re.sub(r"\[[0-9]+\]", "[*]", "".join(out))


def _leaves(node: Any) -> list[Any]:
    found, waiting = [], [node]
    while waiting:
        here = waiting.pop()
        inner = _children(here) if hasattr(here, "getChildCount") else []
        if inner:
            waiting.extend(reversed(inner))
        else:
            found.append(here)
    return found


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _text(node: Any) -> str:
    """A literal as text: a string without its marks, a number or a boolean as written."""
    text: str = node.getText()
    if text[:1] == "'":
        return _unquoted(text)
    if text[:2] in ("t'", "h'", "b'"):
        raise Unmatched("compares with a time or with binary data, which is not done here")
    return text
