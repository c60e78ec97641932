"""Every text that a template shows goes through the translator: what is left after taking tags away has no letters."""

import re
from pathlib import Path

import pytest

import verbale

_ROOT = Path(verbale.__file__).parent
_TEMPLATES = sorted(_ROOT.glob("*/**/templates/**/*.html"))
_TRANSLATED = re.compile(r"{%\s*blocktranslate.*?%}.*?{%\s*endblocktranslate\s*%}", re.DOTALL)
_CLASS_BLOCK = re.compile(r"{%\s*block width\s*%}\w*{%\s*endblock\s*%}")
_TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
_SHOWN_ATTRIBUTE = re.compile(r'\b(?:title|aria-label|placeholder|alt|label)="([^"]*)"')
_ELEMENT = re.compile(r"<script.*?</script>|<style.*?</style>|<!doctype[^>]*>|<[^>]*>", re.DOTALL)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
# Names of things, keys of the keyboard, and formats: the same in every language.
_SAME_EVERYWHERE = {"Verbale", "PDF", "DOCX", "TLP", "quot", "amp", "nbsp", "middot"}


def _plain(path: Path) -> str:
    return _TAG.sub(" ", _CLASS_BLOCK.sub(" ", _TRANSLATED.sub(" ", path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", _TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_template_has_no_text_that_cannot_be_translated(path: Path) -> None:
    plain = _plain(path)
    shown = [*_SHOWN_ATTRIBUTE.findall(plain), _ELEMENT.sub(" ", plain)]
    words = {word for text in shown for word in _LETTERS.findall(text)} - _SAME_EVERYWHERE
    assert words == set()


def test_there_are_templates_to_look_at() -> None:
    assert len(_TEMPLATES) > 25
