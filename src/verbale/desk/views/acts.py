"""One act: its paper, its proof, its files."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from verbale import paper
from verbale.node import attachments, register, sentences
from verbale.node.access import may, readable_acts, readable_matters, saw
from verbale.node.identity import node_name
from verbale.node.models import ActFile, ActRecord, Attachment, Delivery, Matter, StateEntry
from verbale.node.partners import names
from verbale.node.registry import act_type, kind_of, paper_of
from verbale.node.web import download, page
from verbale.protocol import Act

__all__ = ["act", "docx", "envelope", "file", "paper_context", "pdf", "receipt"]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _readable(request: HttpRequest, act_id: str) -> ActRecord:
    record = get_object_or_404(readable_acts(request.user), pk=act_id)
    saw(request.user, [record])
    return record


def paper_context(act: Act) -> dict:
    """What the template of a paper shows; empty for an act that is none."""
    sheet = paper_of(act)
    return {} if sheet is None else {"sheet": paper.lay_out(sheet)}


@page("read")
def act(request: HttpRequest, act_id: str) -> HttpResponse:
    """An act in full."""
    record = _readable(request, act_id)
    known, me = names(), node_name()
    known_type = act_type(record.type)
    reply = known_type.reply if known_type else None
    files = list(record.files.all())
    held = set(Attachment.objects.filter(pk__in=[item.sha256 for item in files]).values_list("pk", flat=True))
    waits = StateEntry.objects.filter(matter_id=record.matter_id, key=f"wait:{record.id}:{me}").first()
    return render(
        request,
        "desk/act.html",
        {
            "record": record,
            "act": record.act,
            "body": record.act.body,
            "template": known_type.template if known_type else "",
            "entry": sentences.timeline([record], known)[0],
            "about": Matter.objects.filter(pk=record.about_id or record.matter_id).first(),
            "own": _other_matter(request, record),
            "files": [{"file": item, "held": item.sha256 in held} for item in files],
            "proof": sentences.proof_sentences(record, known, me),
            "receipts": [row.node for row in record.deliveries.exclude(receipt=None).order_by("node")],
            "owed": waits.value if waits else {},
            "may_acknowledge": may(request.user, "acknowledge"),
            "reply": reply if reply and record.author != me and may(request.user, reply.right) else None,
            **paper_context(record.act),
        },
    )


def _other_matter(request: HttpRequest, record: ActRecord) -> Matter | None:
    """The matter that an act belongs to, where that is another than the dossier that it is about."""
    if record.about_id in ("", record.matter_id):
        return None
    found = readable_matters(request.user).filter(pk=record.matter_id).first()
    kind = kind_of(found.kind) if found is not None else None
    return None if kind is None or kind.series else found


@page("read")
def pdf(request: HttpRequest, act_id: str) -> HttpResponse:
    """The paper as PDF."""
    record = _readable(request, act_id)
    return _print(record, "pdf")


@page("read")
def docx(request: HttpRequest, act_id: str) -> HttpResponse:
    """The paper as an editable document."""
    record = _readable(request, act_id)
    return _print(record, "docx")


def _print(record: ActRecord, form: str) -> HttpResponse:
    sheet = paper_of(record.act)
    if sheet is None:
        raise Http404
    number = re.sub(r"[^A-Za-z0-9.]+", "-", sheet.number).strip("-.")
    name = f"{record.author}-{number or record.id[:12]}"
    if form == "pdf":
        return HttpResponse(
            paper.to_pdf(sheet),
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
        )
    return HttpResponse(
        paper.to_docx(sheet), content_type=DOCX, headers={"Content-Disposition": f'attachment; filename="{name}.docx"'}
    )


@page("read")
def envelope(request: HttpRequest, act_id: str) -> HttpResponse:
    """The signed envelope."""
    record = _readable(request, act_id)
    return download(record.envelope.to_bytes(), f"{act_id[:12]}.act.json")


@page("read")
def receipt(request: HttpRequest, act_id: str, holder: str) -> HttpResponse:
    """A receipt as a file that anybody can check: a partner's, or our own."""
    record = _readable(request, act_id)
    if holder == node_name():
        return download(register.receipt_for(record).to_bytes(), f"{act_id[:12]}.{holder}.receipt.json")
    found = get_object_or_404(Delivery, act=record, node=holder, receipt__isnull=False)
    return download(register.carried(bytes(found.receipt)), f"{act_id[:12]}.{holder}.receipt.json")


@page("read")
def file(request: HttpRequest, sha256: str) -> HttpResponse:
    """An attachment, as a download: what others sent is never shown inside our own pages."""
    named = ActFile.objects.filter(sha256=sha256, act__in=readable_acts(request.user)).first()
    path = attachments.path_of(sha256)
    if named is None or not path.exists():
        raise Http404
    return download(path.read_bytes(), named.name, "application/octet-stream")
