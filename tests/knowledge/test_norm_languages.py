"""Norms in other languages: which are there, what is refused, and that a word of any language finds them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.own_packs import packs_in, put
from verbale.knowledge import PackError, all_measures, all_norms, check_packs, norm_of, search_norms
from verbale.knowledge.norms import Norm, NormPack
from verbale.knowledge.outline import differences
from verbale.knowledge.packs import read_pack

FIVE = ["fr", "es", "ru", "ar", "zh"]
SCRIPTS = {"ru": ("\u0400", "\u04ff"), "ar": ("\u0600", "\u06ff"), "zh": ("\u4e00", "\u9fff")}
OWN = """\
id: our-norms
version: 1
name: Norms of the Southern Union
short: Southern norm
about: Agreed by three states that do not exist.
adopted: 2026-05-01
sources: [{title: "Southern Union, Declaration of Vale"}]
norms:
  - id: hospitals
    title: Hospitals are spared
    about: No operation touches a hospital.
    reference: SU/2026/4, para. 2 (a)
    translations:
      - language: pt
        title: Poupar os hospitais
        about: Nenhuma operação atinge um hospital.
        reference: SU/2026/4, n.º 2, alínea a)
      - language: fa
        title: بیمارستان‌ها
        about: هیچ عملیاتی به بیمارستان آسیب نمی‌رساند.
        reference: SU/2026/4
        official:
          words: بیمارستان‌ها در امان‌اند.
          reference: SU/2026/4 (P)
          url: https://example.org/su
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with packs_in(tmp_path / "own", monkeypatch) as folder:
        yield folder


def eleven() -> list[Norm]:
    return next(pack.norms for pack in all_norms() if pack.id == "un-11")


class TestShipped:
    @pytest.mark.parametrize("norm", eleven(), ids=lambda norm: norm.id)
    def test_every_norm_of_the_united_nations_stands_in_the_five_other_languages(self, norm: Norm) -> None:
        assert [item.language for item in norm.translations] == FIVE
        for item in norm.translations:
            assert item.reference.startswith("A/70/174")
            low, high = SCRIPTS.get(item.language, ("a", "z"))
            for text in (item.title, item.about):
                letters = [letter for letter in text if letter.isalpha()]
                assert sum(low <= letter.lower() <= high for letter in letters) > 0.8 * len(letters), text

    def test_none_of_them_is_said_to_be_the_text_of_the_united_nations(self) -> None:
        """Their official texts could not be read; one that is put in comes with the place at which it was."""
        assert not [item for norm in eleven() for item in norm.translations if item.official is not None]

    def test_no_translation_stands_twice_for_two_norms(self) -> None:
        texts = [text for norm in eleven() for item in norm.translations for text in (item.title, item.about)]
        assert len(set(texts)) == len(texts) == 11 * 5 * 2

    def test_what_is_official_names_its_place(self) -> None:
        (pack,) = [pack for pack in all_norms() if pack.id == "paris-call"]
        quoted = [item.official for norm in pack.norms for item in norm.translations if item.official is not None]
        assert len(quoted) == 9
        assert all("Ambassade de France" in item.reference and item.url for item in quoted)

    def test_the_measures_of_the_united_nations_likewise(self) -> None:
        (pack,) = [pack for pack in all_measures() if pack.id == "un"]
        for measure in pack.measures:
            assert [item.language for item in measure.translations] == FIVE
            assert all(measure.reference.split(",")[0] in item.reference for item in measure.translations)


class TestSearch:
    @pytest.mark.parametrize(
        ("words", "norm"),
        [
            ("chaîne d’approvisionnement fonctions cachées", "un-11/i"),
            ("CHAI\u0302NE d'approvisionnement nuisibles", "un-11/i"),
            ("vulnerabilidades notificación", "un-11/j"),
            ("групп экстренной готовности", "un-11/k"),
            ("سلسلة الإمداد", "un-11/i"),
            ("供应链", "un-11/i"),
            ("归因", "un-11/b"),
            ("cyber-mercenariat", "paris-call/8"),
        ],
    )
    def test_a_word_of_any_language_finds_the_norm(self, words: str, norm: str) -> None:
        assert [found.name for found in search_norms(words)] == [norm]


class TestAPackOfAState:
    def test_it_may_add_any_language(self, own: Path) -> None:
        put(own, "norms", "ours", OWN)
        check_packs()
        found = norm_of("our-norms/hospitals")
        assert found is not None
        portuguese, persian = (found.norm.in_language(code) for code in ("pt-BR", "fa"))
        assert portuguese is not None
        assert persian is not None
        assert (portuguese.right_to_left, persian.right_to_left) == (False, True)
        assert persian.official is not None
        assert found.norm.in_language("de") is None
        assert [item.name for item in search_norms("امان‌اند")] == ["our-norms/hospitals"]

    @pytest.mark.parametrize(
        ("old", "new", "line", "reason"),
        [
            ("language: pt", "language: Portuguese", 14, "language"),
            ("language: pt", "language: pt_BR", 14, "language"),
            ("language: pt", "language: en", 14, "the pack itself tells it in English"),
            ("language: fa", "language: pt", 18, "the language stands twice"),
            ("        title: Poupar", "        titel: Poupar", 15, "unknown field `titel`"),
            ("        title: Poupar os hospitais\n", "", 14, "missing required field `title`"),
            ("about: Nenhuma operação atinge um hospital.", "about: ''", 16, "about"),
            ("        official:", "        official: true\n        other:", 22, "Expected `object | null`, got `bool`"),
            ("          reference: SU/2026/4 (P)\n", "", 22, "missing required field `reference`"),
            ("https://example.org/su", "javascript:alert(1)", 25, "url"),
            ("words: بیمارستان‌ها در امان‌اند.", "words: " + "x" * 601, 23, "words"),
        ],
    )
    def test_what_is_wrong_is_refused_with_file_line_and_reason(
        self, old: str, new: str, line: int, reason: str, own: Path
    ) -> None:
        assert old in OWN
        put(own, "norms", "ours", OWN.replace(old, new, 1))
        with pytest.raises(PackError) as refusal:
            check_packs()
        assert str(refusal.value).startswith(f"ours.yaml: line {line}: "), str(refusal.value)
        assert reason in str(refusal.value)

    def test_two_versions_are_compared_language_by_language(self, tmp_path: Path) -> None:
        files = []
        for name, text in (("old", OWN), ("new", OWN.replace("Poupar os", "Não atingir"))):
            files.append(tmp_path / f"{name}.yaml")
            files[-1].write_text(text, encoding="utf-8")
        said = differences(*(read_pack(file, NormPack) for file in files))
        assert said == [
            "Norms, hospitals, translations, pt, title changed from “Poupar os hospitais” to “Não atingir hospitais”."
        ]
