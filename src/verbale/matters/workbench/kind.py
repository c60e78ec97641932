"""How the node knows a workbench: its deeds, what the node adds to them, and what waits."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import path, reverse
from django.utils.functional import lazy
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from verbale.knowledge.attribution import CONSISTENCY
from verbale.matters.kit.kinds import kind
from verbale.matters.kit.spec import Deed, Field, Texts, View
from verbale.matters.likelihood import BAND_WORDS, CONFIDENCE_WORDS, band_told, confidence_sentence
from verbale.matters.workbench import acts, fold, pages, words
from verbale.matters.workbench.acts import OTHER
from verbale.matters.workbench.board import board
from verbale.matters.workbench.judges import judges
from verbale.matters.workbench.weighing import hypotheses, labels, open_gaps, outline, weigh
from verbale.node.errors import UserError
from verbale.node.models import Matter
from verbale.node.projection import state_of
from verbale.node.registry import Task
from verbale.protocol import Act

__all__ = ["KIND", "tasks"]

_MOST_TASKS = 200
_EXCERPT = 300
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _open(view: View) -> bool:
    return view.open and view.opening["by"] == view.me


def _text(act: Act) -> str:
    return " ".join(str(act.body.get("text", "")).split())[:_EXCERPT]


# -- hypotheses as people name them ------------------------------------------------------------------------------------


def _key(view: View, given: str, field: str) -> str:
    """The key of a hypothesis that stands, by `H2`, `other` or its id. Raises UserError."""
    told = given.strip()
    known = labels(view.state)
    for key, _entry in hypotheses(view.state):
        if told.upper() in (known[key], key.upper()) or (len(told) >= 8 and key.startswith(told)):
            return key
    raise UserError(
        gettext("%(given)s is no hypothesis here; there are %(names)s.")
        % {"given": told or "–", "names": ", ".join(known[key] for key, _entry in hypotheses(view.state))},
        field,
    )


def _label(view: View, key: str) -> str:
    return labels(view.state)[key]


def _percent(given: str, label: str) -> int:
    """Of C, N, I, or a percentage. Raises UserError."""
    told = given.strip().upper().rstrip("% ")
    if told in CONSISTENCY:
        return int(CONSISTENCY[told] * 100)
    if len(told) <= 2 and told.isascii() and told.isdecimal() and int(told):
        return int(told)
    raise UserError(
        gettext("%(label)s takes C, N, I or a percentage from 1 to 99.") % {"label": label},
        "values",
    )


def _judged(view: View, body: dict[str, Any]) -> dict[str, Any]:
    values = []
    for row in body["values"]:
        key = _key(view, str(row.get("hypothesis", "")), "values")
        label = _label(view, key)
        values.append(
            {"hypothesis": key, "label": label, "percent": _percent(str(row.get("value", "")), label)},
        )
    analyst = view.user.username if view.user is not None else ""
    name = view.user.shown if view.user is not None else ""
    return {**body, "values": values, "analyst": analyst, "name": name[:100]}


def _weights(view: View, body: dict[str, Any]) -> dict[str, Any]:
    found = []
    for row in body["priors"]:
        key, parts = _key(view, str(row.get("hypothesis", "")), "priors"), str(row.get("parts", "")).strip()
        label = _label(view, key)
        if not (len(parts) <= 4 and parts.isascii() and parts.isdecimal()):
            raise UserError(gettext("%(label)s takes a whole number up to 1000.") % {"label": label}, "priors")
        found.append({"hypothesis": key, "parts": int(parts), "label": label})
    return {**body, "priors": found}


def _concluded(view: View, body: dict[str, Any]) -> dict[str, Any]:
    key = _key(view, body["hypothesis"], "hypothesis")
    found = outline(view.state)
    shares = found.posterior.shares if found is not None else {}
    computed = [
        {"hypothesis": one, "permille": round(share * 1000), "label": _label(view, one)}
        for one, share in sorted(shares.items())
    ]
    return {**body, "hypothesis": key, "label": _label(view, key), "computed": computed}


def _traced(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """Evidence with the hashes of what is kept elsewhere checked: a mistyped one would prove nothing."""
    for line in body.get("elsewhere", ()):
        if _SHA256.fullmatch(line.lower()) is None:
            raise UserError(
                gettext("%(line)s is no SHA-256: 64 digits from 0 to f.") % {"line": line[:80]}, "elsewhere"
            )
    return {**body, "elsewhere": [line.lower() for line in body.get("elsewhere", ())]}


def _rating_of_gap(view: View, body: dict[str, Any]) -> dict[str, Any]:
    # A gap that is put without a rating has that of a source which cannot be judged.
    return {**body, "reliability": body.get("reliability") or "F", "credibility": body.get("credibility") or "6"}


def _named_in(*fields: str) -> Any:
    """The acts that put the hypotheses forward of which the body speaks, for its refs."""

    def refs(view: View, body: Mapping[str, Any]) -> list[str]:
        keys = [row["hypothesis"] for field in fields for row in body[field]] if fields else [body["hypothesis"]]
        return [key for key in keys if key != OTHER]

    return refs


# -- what stands in a form at first ------------------------------------------------------------------------------------


def _rows(value: str) -> Any:
    def initial(view: View) -> list[dict[str, str]]:
        return [
            {
                "hypothesis": _label(view, key),
                value: str(entry["parts"]) if value == "parts" else "",
                "name": words.named(key, entry),
            }
            for key, entry in hypotheses(view.state)
        ]

    return initial


def _choices(view: View) -> list[tuple[str, str]]:
    return [(key, f"{_label(view, key)}: {words.named(key, entry)}") for key, entry in hypotheses(view.state)]


def _gaps(view: View) -> list[tuple[str, str]]:
    return [(key, f"G{entry['number']}: {entry['text'][:100]}") for key, entry in open_gaps(view.state)]


def _leading(view: View) -> str | None:
    found = outline(view.state)
    return found.posterior.leader if found is not None else None


def _band(view: View) -> str | None:
    found = outline(view.state)
    leader = found.posterior.leader if found is not None else None
    return found.posterior.band(leader).code if found is not None and leader is not None else None


def _confidence(view: View) -> str | None:
    found = weigh(view.state)
    return found.confidence.level if found is not None else None


# -- one line of what an act says --------------------------------------------------------------------------------------


def _judgement_told(act: Act) -> str:
    values = ", ".join(
        f"{value.get('label') or '?'} {value['percent']} %" for value in act.body["values"] if "percent" in value
    )
    return gettext("%(name)s: %(values)s") % {"name": act.body["name"], "values": values}


def _priors_told(act: Act) -> str:
    return ", ".join(f"{part.get('label') or '?'} × {part['parts']}" for part in act.body["priors"])


def _conclusion_told(act: Act) -> str:
    body = act.body
    told = gettext("%(label)s: %(words)s.") % {
        "label": body.get("label") or "?",
        "words": band_told(body["likelihood"]),
    }
    return f"{told} {confidence_sentence(body['confidence'])}"


_RATING = (
    Field("reliability", _("Reliability of the source"), "choice", choices=tuple(words.RELIABILITY.items())),
    Field("credibility", _("Credibility of the information"), "choice", choices=tuple(words.CREDIBILITY.items())),
)
_GROUP = Field(
    "group",
    _("Group"),
    required=False,
    help=_("One name for all items that go back to the same origin: together they count once."),
)
_ITEM = Field("item", _("What it is about"), "act")

DEEDS = (
    Deed(
        "workbench.open",
        acts.Opening,
        _("Attribution workbench"),
        _("Open an attribution workbench"),
        (
            Field("title", _("Title")),
            Field("question", _("The question"), "text", required=False, help=_("Who ran the operation?")),
            Field(
                "other",
                _("Weight of “somebody else, or unknown”"),
                "number",
                initial=1,
                help=_("Before the evidence, against those of the other hypotheses: 1 beside three of 1 is a quarter."),
            ),
        ),
        lead=_("It never leaves this node. Whoever may read the dossier that it is about may read it."),
        opens=True,
        alone=True,
        clearance=False,
        sentence=lambda act: str(act.body["title"]),
        excerpt=lambda act: str(act.body.get("question", ""))[:_EXCERPT],
    ),
    Deed(
        "workbench.evidence",
        acts.Evidence,
        _("Evidence"),
        _("Add evidence"),
        (
            Field("text", _("What it says"), "text", size=6),
            *_RATING,
            _GROUP,
            Field("source", _("Source"), required=False),
            Field("attachments", _("Files"), "files", required=False, help=_("They are kept here by their SHA-256.")),
            Field(
                "elsewhere",
                _("SHA-256 of files that are kept elsewhere"),
                "lines",
                required=False,
                help=_("One a line."),
                size=2,
            ),
            Field(
                "custody",
                _("Chain of custody"),
                "rows",
                required=False,
                columns=("day", "who", "what"),
                help=_("One a line: 2026-11-20 | CERT Crimson | imaged the mail server"),
            ),
            Field("answers", _("The gap that it fills"), "choice", required=False, choices=_gaps),
        ),
        clearance=False,
        when=_open,
        main=True,
        complete=_traced,
        refs=lambda view, body: [body["answers"]] if body.get("answers") else [],
        sentence=_text,
        template="workbench/act.html",
    ),
    Deed(
        "workbench.hypothesis",
        acts.Hypothesis,
        _("Hypothesis"),
        _("Put forward a hypothesis"),
        (
            Field("text", _("The hypothesis"), help=_("An answer to the question that excludes the others.")),
            Field("parts", _("Weight before the evidence"), "number", initial=1),
            Field("reason", _("Why"), "text", required=False),
        ),
        clearance=False,
        when=_open,
        sentence=_text,
    ),
    Deed(
        "workbench.gap",
        acts.Gap,
        _("Gap"),
        _("Note what is not known"),
        (
            Field("text", _("What would be seen"), "text", help=_("As a statement that is so or is not so.")),
            *(Field(f.name, f.label, f.widget, required=False, choices=f.choices) for f in _RATING),
        ),
        lead=_("Something that could be looked for. Judged like evidence, it shows how much an answer would tell."),
        clearance=False,
        when=_open,
        complete=_rating_of_gap,
        sentence=_text,
    ),
    Deed(
        "workbench.judge",
        acts.Judgement,
        _("Judgement"),
        _("Judge it"),
        (
            _ITEM,
            Field(
                "values",
                _("How probable it is under each hypothesis"),
                "rows",
                columns=("hypothesis", "value", "name"),
                initial=_rows("value"),
                help=_("Between the bars C (consistent), N (neither), I (inconsistent), or a percentage from 1 to 99."),
                size=6,
            ),
            Field("text", _("Why"), "text", required=False),
        ),
        lead=_("If the hypothesis were so, how probable would it be to see this? It stands under your name."),
        clearance=False,
        names="item",
        when=_open,
        listed=False,
        complete=_judged,
        refs=_named_in("values"),
        sentence=_judgement_told,
        template="workbench/act.html",
    ),
    Deed(
        "workbench.rate",
        acts.Rating,
        _("Rating"),
        _("Rate it anew"),
        (_ITEM, *_RATING, _GROUP, Field("text", _("Why"), "text")),
        clearance=False,
        names="item",
        when=_open,
        listed=False,
        sentence=_text,
    ),
    Deed(
        "workbench.prior",
        acts.Priors,
        _("Weights before the evidence"),
        _("Set the weights"),
        (
            Field(
                "priors",
                _("Weights"),
                "rows",
                columns=("hypothesis", "parts", "name"),
                initial=_rows("parts"),
                help=_("Whole numbers between the bars; only their proportions matter."),
                size=6,
            ),
            Field("text", _("Why"), "text"),
        ),
        clearance=False,
        when=_open,
        complete=_weights,
        refs=_named_in("priors"),
        sentence=_priors_told,
        template="workbench/act.html",
    ),
    Deed(
        "workbench.withdraw",
        acts.Withdrawal,
        _("Withdrawal"),
        _("Withdraw it"),
        (_ITEM, Field("text", _("Why"), "text")),
        clearance=False,
        names="item",
        when=_open,
        listed=False,
        sentence=_text,
    ),
    Deed(
        "workbench.conclude",
        acts.Conclusion,
        _("Conclusion"),
        _("Conclude"),
        (
            Field("hypothesis", _("Hypothesis"), "choice", choices=_choices, initial=_leading),
            Field(
                "likelihood",
                _("Likelihood"),
                "choice",
                choices=tuple((code, lazy(band_told, str)(code)) for code in BAND_WORDS),
                initial=_band,
            ),
            Field(
                "confidence",
                _("Confidence"),
                "choice",
                choices=tuple(CONFIDENCE_WORDS.items()),
                initial=_confidence,
            ),
            Field("text", _("Why"), "text", size=8),
        ),
        lead=_("In our own judgement. What the arithmetic gives is kept beside it."),
        clearance=False,
        when=_open,
        complete=_concluded,
        refs=_named_in(),
        sentence=_conclusion_told,
        template="workbench/act.html",
    ),
    Deed(
        "workbench.close",
        acts.Closing,
        _("Workbench closed"),
        _("Close the workbench"),
        (Field("text", _("Remark"), "text", required=False),),
        clearance=False,
        when=_open,
        sentence=_text,
    ),
)


def tasks() -> Iterator[Task]:
    """Evidence that nobody has judged under every hypothesis."""
    rows = Matter.objects.filter(kind="workbench", state__key="opening").exclude(state__key="closed")
    for matter in rows.order_by("-last_at")[:_MOST_TASKS]:
        state = state_of(matter)
        found = outline(state)
        if found is None or not found.unjudged:
            continue
        number = len(found.unjudged)
        yield Task(
            ours=True,
            sentence=ngettext_lazy("Judge %(n)s item of evidence", "Judge %(n)s items of evidence", number)
            % {"n": number},
            detail=fold.title(dict(state)),
            matter_id=matter.id,
            act_id=found.unjudged[0],
            precedence=state["opening"]["precedence"],
            since=state[f"evidence:{found.unjudged[0]}"]["issued"],
            right="draft",
            form_url=reverse("workbench:matrix", args=[matter.id]),
            label=_("Judge"),
        )


KIND = kind(
    name="workbench",
    label=_("Attribution workbench"),
    deeds=DEEDS,
    texts=Texts(
        many=_("Attribution"),
        empty=_(
            "No workbench yet. Hypotheses on who did it, weighed against the evidence, would stand here; "
            "begin with “Open an attribution workbench”."
        ),
        standing=lambda view: words.standing_told(view.state),
        lead=_("Who did it: hypotheses against evidence, each judgement with its author. It never leaves this node."),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="workbench/panel.html",
    more=board,
    tasks=tasks,
    urls=(
        path("<slug:matter_id>/matrix", pages.matrix, name="matrix"),
        path("<slug:matter_id>/assessment.pdf", pages.pdf, name="pdf"),
    ),
    step=1,
    private=True,
    judges=judges,
)
