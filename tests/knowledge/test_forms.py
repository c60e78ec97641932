"""Forms as packs: they render, they say what is wrong, and a state adds its own without a line of code."""

import datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from verbale import paper
from verbale.knowledge import Form, PackError, all_forms, check_packs, check_values, form_of, render
from verbale.knowledge.packs import load_kind

_SAMPLE = {
    "line": "a line",
    "text": "A sentence.",
    "lines": "first\nsecond",
    "date": "2026-11-24",
    "prose": "One.\n\nTwo.",
}


def _values(form: Form) -> dict[str, str]:
    return {item.key: item.choices[0] if item.kind == "choice" else _SAMPLE[item.kind] for item in form.fields}


def _paragraphs(form: Form, values: dict[str, str], language: str = "en") -> list[str]:
    return render(form, values, language=language, state="Crimson", partner="Lazuria")


@pytest.mark.parametrize("form", all_forms(), ids=lambda form: form.id)
class TestEveryForm:
    def test_it_renders_what_is_filled_in_and_prints(self, form: Form) -> None:
        values = _values(form)
        assert check_values(form, values) == {}
        for language in form.paragraphs:
            paragraphs = _paragraphs(form, values, language)
            assert paragraphs
            assert not any("{" in text for text in paragraphs)
            sheet = paper.Paper(
                form="note-verbale",
                language=language,
                number="1/2026",
                sender_ministry="Ministry of Foreign Affairs",
                sender_state="Republic of Crimson",
                sender_short="CR",
                sender_colour="#8a1c2b",
                addressee="Ministry of Foreign Affairs of the Republic of Lazuria",
                place="Port Crimson",
                date=datetime.date(2026, 11, 24),
                marking="TLP:AMBER",
                precedence="ROUTINE",
                exercise=False,
                paragraphs=tuple(paragraphs),
                attachments=(),
                style=form.style,
                heading=form.heading,
            )
            assert paper.to_pdf(sheet).startswith(b"%PDF-")
            assert paper.to_docx(sheet).startswith(b"PK")

    def test_a_required_field_that_is_empty_is_named(self, form: Form) -> None:
        wrong = check_values(form, {})
        assert wrong.keys() == {item.key for item in form.fields if item.required}

    def test_an_optional_field_that_is_empty_leaves_no_trace(self, form: Form) -> None:
        values = {key: value for key, value in _values(form).items() if form.field(key).required}
        assert check_values(form, values) == {}
        assert not any("…" in text for text in _paragraphs(form, values))

    def test_too_long_a_text_is_refused_with_the_limit(self, form: Form) -> None:
        item = next(item for item in form.fields if item.kind not in ("choice", "date"))
        wrong = check_values(form, {**_values(form), item.key: "x" * (item.most + 1)})
        assert str(item.most) in wrong[item.key]


def test_the_preservation_request_says_what_article_29_asks_for() -> None:
    form = form_of("preservation-request")
    assert form is not None
    articles = " ".join(item.help for item in form.fields)
    assert all(f"29 (2) ({letter})" in articles for letter in "abcdef")
    text = "\n".join(_paragraphs(form, _values(form)))
    assert "not less than sixty days" in text
    assert "search or similar access" in text


def test_lines_become_a_list_in_a_sentence() -> None:
    form = form_of("request-for-assistance")
    assert form is not None
    text = "\n".join(_paragraphs(form, {**_values(form), "asked": "stop the traffic.\n\nkeep the logs;"}))
    assert "as follows: (a) stop the traffic; (b) keep the logs." in text


def test_a_brace_in_what_is_filled_in_is_a_brace() -> None:
    form = form_of("demarche")
    assert form is not None
    text = "\n".join(_paragraphs(form, {**_values(form), "concern": "the sign {position} and {0}"}))
    assert "the sign {position} and {0}" in text


@pytest.mark.parametrize(
    ("values", "field", "word"),
    [
        ({"when": "yesterday"}, "when", "day"),
        ({"state_of": "worse"}, "state_of", "ongoing"),
        ({"unheard": "of"}, "unheard", "no such field"),
    ],
)
def test_a_wrong_value_is_named(values: dict[str, str], field: str, word: str) -> None:
    form = form_of("incident-notification")
    assert form is not None
    assert word in check_values(form, {**_values(form), **values})[field]


_OWN = """
id: thanks
version: 1
name: Thanks
sources: [{title: Our protocol department}]
style: note
about: Thanks for something.
fields:
  - {key: cause, label: What for}
paragraphs:
  en:
    - {text: "thank {partner} for {cause}."}
"""


def test_a_state_adds_a_form_of_its_own_by_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "thanks.yaml").write_text(_OWN)
    monkeypatch.setenv("VERBALE_PACKS", str(tmp_path))
    form = load_kind("forms", Form)["thanks"]
    assert _paragraphs(form, {"cause": "its help"}) == ["thank Lazuria for its help."]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("{cause}", "{reason}"), "no field for reason"),
        (("for {cause}", ""), "cause stands nowhere"),
        (("style: note", "style: letter"), "style"),
        (("sources: [{title: Our protocol department}]", "sources: []"), "sources"),
        (("version: 1", "version: 0"), "version"),
        (("about: Thanks", "colour: red\nabout: Thanks"), "colour"),
        (("fields:", "fields: ["), "YAML"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_broken_pack_is_refused_by_file_and_field(
    change: tuple[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "thanks.yaml").write_text(_OWN.replace(*change))
    monkeypatch.setenv("VERBALE_PACKS", str(tmp_path))
    with pytest.raises(PackError, match=r"thanks\.yaml") as refusal:
        check_packs()
    assert said in str(refusal.value)


def _printed(tmp_path: Path, **changes: object) -> str:
    sheet = paper.Paper(
        form="note-verbale",
        language="en",
        number="7/2026",
        sender_ministry="Ministry of Foreign Affairs",
        sender_state="Republic of Crimson",
        sender_short="CR",
        sender_colour="#8a1c2b",
        addressee="Ministry of Foreign Affairs of the Republic of Lazuria",
        place=str(changes.pop("place", "Port Crimson")),
        date=datetime.date(2026, 11, 24),
        marking="TLP:AMBER",
        precedence="ROUTINE",
        exercise=False,
        paragraphs=("Talks could begin in March.",),
        attachments=(),
        **changes,
    )
    (tmp_path / "a.pdf").write_bytes(paper.to_pdf(sheet))
    reader = PdfReader(tmp_path / "a.pdf")
    return " ".join(page.extract_text() for page in reader.pages) + str(reader.metadata)


def test_an_aide_memoire_has_no_courtesy_formulas(tmp_path: Path) -> None:
    text = _printed(tmp_path, style="impersonal", heading="Aide-mémoire")
    assert "Aide-mémoire" in text
    assert "Republic of Crimson" in text
    assert "compliments" not in text
    assert "highest consideration" not in text
    assert "Lazuria" not in text


def test_a_non_paper_is_nobodys(tmp_path: Path) -> None:
    text = _printed(tmp_path, style="plain", heading="Non-paper", place="")
    assert "Non-paper" in text
    assert "Talks could begin" in text
    for trace in ("Crimson", "Lazuria", "Ministry", "7/2026", "Seal", "compliments"):
        assert trace not in text


def test_an_unknown_style_is_refused(tmp_path: Path) -> None:
    with pytest.raises(paper.PaperError, match="style"):
        _printed(tmp_path, style="letter")
