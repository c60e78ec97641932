"""Regular expressions and LIKE that mean the same to RE2 (DuckDB), to Java (Spark) and to Python.

STIX asks for PCRE (2.1 section 9.6), which no engine for bulk data has; the common part of the three dialects is
rewritten so that it reads alike in each, the rest is refused with the reason. `.` takes in line ends and an expression
may begin to fit anywhere in the value, as STIX asks. One difference stays: beside letters that are not ASCII, Java's
`\\b` sees a word where RE2 sees none.
"""

from __future__ import annotations

import re
from typing import Final

from .limits import MAX_REPETITION


class NotPortable(ValueError):
    """Says what an expression has that the engines do not share."""


_PLAIN_ESCAPES: Final = {"t": r"\t", "n": r"\n", "r": r"\r", "f": r"\f", "v": r"\x0b", "a": r"\x07"}
_SETS: Final = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\x0b\f\r "}
_QUANTIFIER: Final = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{0,4}))?\}")
_HEX: Final = re.compile(r"x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})")
_SPECIAL: Final = frozenset(r".^$*+?()[]{}|\\/&~#-" + "\"'")


def like(pattern: str, *, any_case: bool = False) -> str:
    """A LIKE of STIX: `%` for any characters, `_` for one, of the whole value. `any_case` is for values of which the
    normal form is in lower case."""
    if any_case:
        pattern = pattern.lower()
    # What may begin or end anyhow needs no `.*` there: an engine finds the middle sooner without.
    begins, ends = not pattern.startswith("%"), not pattern.endswith("%")
    middle = pattern.strip("%")
    parts = [{"%": ".*", "_": "."}.get(character) or _literal(character) for character in middle]
    return "(?s)" + ("^" if begins else "") + "".join(parts) + (r"\z" if ends else "")


def portable(pattern: str, *, any_case: bool = False) -> str:
    """A MATCHES of STIX in the common dialect. Raises `NotPortable`."""
    if match := re.match(r"\(\?([ims]+)\)", pattern):
        if "m" in match[1]:
            raise NotPortable("asks for lines one by one, (?m)")
        any_case = any_case or "i" in match[1]
        pattern = pattern[match.end() :]
    rewritten = _Rewriter(pattern).whole()
    try:
        # Python knows `\z` only from 3.14 on; its `\Z` means the same.
        re.compile(rewritten.replace(r"\z", r"\Z"))
    except (re.error, OverflowError, RecursionError) as error:
        raise NotPortable(f"is no regular expression: {error}") from None
    return ("(?is)" if any_case else "(?s)") + rewritten


def python_pattern(expression: str) -> re.Pattern[str]:
    """A result of `like` or `portable` for Python."""
    return re.compile(expression.replace(r"\z", r"\Z"))


def _literal(character: str) -> str:
    if character in _SPECIAL:
        return f"\\{character}" if character not in "\"'/~#" else character
    return (
        character
        if character.isprintable()
        else f"\\x{{{ord(character):x}}}"
        if ord(character) > 255
        else f"\\x{ord(character):02x}"
    )


class _Rewriter:
    """One pass from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._product = 1

    def whole(self) -> str:
        out: list[str] = []
        while self._at < len(self._text):
            out.append(self._piece())
        return "".join(out)

    def _piece(self) -> str:
        text, at = self._text, self._at
        character = text[at]
        self._at += 1
        if character == "\\":
            return self._escape(inside=False)
        if character == "[":
            return self._set()
        if character == "(":
            return self._group()
        if character == "$":
            return r"\z"
        if character in "*+?":
            return self._suffix(character)
        if character == "{":
            match = _QUANTIFIER.match(text, at)
            if match is None:
                return r"\{"
            self._at = match.end()
            self._product *= max(int(match[1]), int(match[3] or 0), 1)
            if self._product > MAX_REPETITION:
                raise NotPortable(f"repeats more than {MAX_REPETITION:,} times")
            return self._suffix(match[0])
        if character in "^.|)":
            return character
        return _literal(character)

    def _suffix(self, quantifier: str) -> str:
        following = self._text[self._at : self._at + 1]
        if following == "+":
            raise NotPortable("has a possessive quantifier")
        if following == "?":
            self._at += 1
        return quantifier  # greedy or not makes no difference to whether there is a match

    def _group(self) -> str:
        rest = self._text[self._at : self._at + 60]
        if not rest.startswith("?"):
            if rest.startswith("*"):
                raise NotPortable("has a verb, (*…)")
            return "(?:"
        if rest.startswith("?:"):
            self._at += 2
            return "(?:"
        if named := re.match(r"\?P?<[A-Za-z_]\w{0,40}>", rest):
            self._at += named.end()
            return "(?:"
        if re.match(r"\?<?[=!]", rest):
            raise NotPortable("looks ahead or behind")
        raise NotPortable(f"has a group of the kind ({rest[:3]}")

    def _escape(self, *, inside: bool) -> str:
        text = self._text
        if self._at >= len(text):
            raise NotPortable("ends in a backslash")
        character = text[self._at]
        if match := _HEX.match(text, self._at):
            self._at = match.end()
            number = int(match[1] or match[2] or match[3], 16)
            if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                raise NotPortable("names a character that does not exist")
            return _literal(chr(number))
        self._at += 1
        if character in _PLAIN_ESCAPES:
            return _PLAIN_ESCAPES[character]
        if character in _SETS:
            return _SETS[character] if inside else f"[{_SETS[character]}]"
        if character.lower() in _SETS and not inside:
            return f"[^{_SETS[character.lower()]}]"
        if inside and character == "b":
            return r"\x08"
        if character in "bBA" and not inside:
            return {"b": r"\b", "B": r"\B", "A": "^"}[character]
        if character in "zZ" and not inside:
            return r"\z"
        if character.isascii() and character.isalnum():
            raise NotPortable("refers back to a group" if character.isdigit() else f"has \\{character}")
        return _literal(character)

    def _set(self) -> str:
        out = ["["]
        if self._text[self._at : self._at + 1] == "^":
            self._at += 1
            out.append("^")
        first = True
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == "]" and not first:
                self._at += 1
                return "".join(out) + "]"
            if self._text.startswith("[:", self._at):
                raise NotPortable("has a POSIX class, [:…:]")
            self._at += 1
            if character == "\\":
                out.append(self._escape(inside=True))
            elif character == "-":
                out.append(r"\-" if first or self._text[self._at : self._at + 1] == "]" else "-")
            else:
                out.append(_literal(character))
            first = False
        raise NotPortable("is no regular expression: a class is never closed")
