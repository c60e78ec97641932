"""What is to be said of a contribution before it leaves: well-known benign values that its files name, which nobody
should be made to block."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from verbale.holdings.benign import benign_in
from verbale.holdings.contributed import File, objects_in
from verbale.intel import ReportError
from verbale.node import attachments
from verbale.node.registry import Warning

__all__ = ["warnings"]

_MOST = 50


def warnings(draft: Any, user: Any) -> Iterator[Warning]:
    """One for each value and list, 50 at most; files that hold no objects have none."""
    found = list(islice(_found(draft), _MOST + 1))
    for told in found[:_MOST]:
        yield Warning(told)
    if len(found) > _MOST:
        yield Warning(_("The files name more values that are well known and benign; only 50 are told here."))


def _found(draft: Any) -> Iterator[str]:
    files = draft.body.get("attachments", ()) if draft.type == "collection.contribute" else ()
    seen = set()
    for file in files:
        content = attachments.load(str(file["sha256"]))
        try:
            raws = objects_in(File(file["sha256"], file["name"], content))[0] if content is not None else ()
        except ReportError:
            continue
        for item in benign_in(raws):
            told = (file["name"], item.value, item.list_name)
            if told not in seen:
                seen.add(told)
                yield _(
                    "%(file)s names %(value)s, which is well known and benign: it is on the list “%(list)s”. %(why)s"
                ) % {
                    "file": file["name"],
                    "value": item.value,
                    "list": item.list_name,
                    "why": item.reason,
                }
