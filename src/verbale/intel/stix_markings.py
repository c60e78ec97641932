"""Which marking applies to which object of a STIX bundle (STIX 2.1 section 7.2).

Object markings (`object_marking_refs`) and granular markings (`granular_markings`) are added up: the strictest counts.
A granular marking may only raise, since this reader hands on objects and values, not single words. A marking whose
definition is neither in the bundle nor published by OASIS could mean anything and counts as `DEFAULT_MARKING`.
"""

from __future__ import annotations

from .errors import BadObject
from .fields import Node
from .limits import MAX_MARKING_CHECKS
from .stix_objects import StixObject
from .text import clean_line, clean_text
from .tlp import DEFAULT_MARKING, TLP_EXTENSION, TLP_MARKING_IDS, strictest, tlp_word


class Markings:
    """The marking definitions of a bundle, and what they make of its objects.

    `statements` are the terms of use in words, in file order. `unresolved` are the ids of definitions that are not
    there, each with the first object that refers to it.
    """

    def __init__(self, definitions: list[StixObject]) -> None:
        self.statements: list[str] = []
        self.unresolved: dict[str, str] = {}
        self._words: dict[str, str | None] = dict(TLP_MARKING_IDS)
        for definition in definitions:
            word = self._read(definition)
            # The published ids keep their published meaning, whatever a bundle says they are.
            self._words.setdefault(definition.id, word)

    def of(self, obj: StixObject) -> str | None:
        """The marking of the whole object: the strictest on it or on any part of it; None when there is none."""
        return strictest([self._object_word(obj), *self._granular_words(obj).values()])

    def of_values(self, obj: StixObject, paths: list[str]) -> list[str | None]:
        """The marking of the value at each of `paths` (`hashes.MD5`), as the selectors of section 7.2.3.1 name it; the
        path "" is the whole object. An object with too many selectors to compare is marked as a whole."""
        word, granular = self._object_word(obj), self._granular_words(obj)
        if not granular:
            return [word] * len(paths)
        if len(granular) * len(paths) > MAX_MARKING_CHECKS:
            return [strictest([word, *granular.values()])] * len(paths)
        # With a dot at the end, what holds a value is a prefix of what it holds: `hashes.` of `hashes.MD5.`.
        dotted = [(f"{selector}.", inner) for selector, inner in granular.items()]
        return [
            strictest([word, *(inner for selector, inner in dotted if not path or _overlap(selector, f"{path}."))])
            for path in paths
        ]

    def of_unknown(self, obj: StixObject) -> str | None:
        """Like `of`, for an object that is not understood and whose markings may be no markings at all."""
        try:
            return self.of(obj)
        except BadObject:
            return DEFAULT_MARKING

    def _object_word(self, obj: StixObject) -> str | None:
        return strictest(self._word(ref, obj) for ref in obj.identifiers("object_marking_refs"))

    def _granular_words(self, obj: StixObject) -> dict[str, str | None]:
        """Selector to marking. One that names neither marking nor language, or selects nothing, is refused: passed
        over, it would leave open what its maker meant to close."""
        found: dict[str, str | None] = {}
        for granular in obj.nodes("granular_markings"):
            ref = granular.identifier("marking_ref")
            if not ref:
                granular.string("lang", required=True)
                continue
            selectors = granular.lines("selectors")
            if not selectors:
                raise granular.fault("selectors", "is missing or empty")
            word = self._word(ref, obj)
            found.update({selector: strictest([word, found.get(selector)]) for selector in selectors})
        return found

    def _word(self, ref: str, obj: StixObject) -> str | None:
        if ref not in self._words:
            self.unresolved.setdefault(ref, obj.id)
            return DEFAULT_MARKING
        return self._words[ref]

    def _read(self, definition: StixObject) -> str | None:
        extensions = definition.node("extensions")
        extension = extensions.node(TLP_EXTENSION) if extensions else None
        if extension is not None:
            return self._tlp(extension, "tlp_2_0")
        kind = definition.string("definition_type")
        content = definition.node("definition")
        if kind == "tlp" and content is not None:
            return self._tlp(content, "tlp")
        if kind == "statement" and content is not None:
            self.statements.append(content.text("statement", required=True))
            return None
        name = definition.line("name")
        self.statements.append(f"{clean_line(kind) or 'marking'}: {name or definition.id}")
        return DEFAULT_MARKING

    @staticmethod
    def _tlp(node: Node, field: str) -> str:
        written = node.string(field, required=True)
        word = tlp_word(written)
        if word is None:
            raise node.fault(field, f'"{clean_text(written[:40])}" is no TLP level')
        return word


def _overlap(selector: str, path: str) -> bool:
    """Whether a selector marks the value at `path`, something inside it, or something that holds it; both dotted."""
    return selector.startswith(path) or path.startswith(selector)
