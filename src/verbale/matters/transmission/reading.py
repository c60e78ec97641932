"""A transmission as its reader sees it: every act verified here and now, from the bundle alone."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from verbale.node import attachments
from verbale.node.models import ActRecord
from verbale.node.register import known_credentials
from verbale.protocol import Disclosed, Disclosure, ProtocolError, verify_disclosure

__all__ = ["Read", "read", "record_of"]


@dataclass(frozen=True)
class Read:
    """What came of verifying a bundle."""

    found: Disclosure | None
    problem: str = ""
    """Why it does not hold, or is not here."""

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The acts that are shown, in the order of their issue."""
        if self.found is None:
            return []
        items = sorted(self.found.disclosed, key=lambda item: item.act.order)
        return [
            {
                "record": record_of(item),
                "holders": sorted({(receipt.holder, receipt.leaf.at) for receipt in item.receipts}),
                "withheld": item.withheld,
            }
            for item in items
        ]

    @property
    def assumed(self) -> list[str]:
        """Nodes whose credentials came with the bundle and were never compared out of band."""
        return sorted(set(self.found.credentials) - set(known_credentials())) if self.found else []


def read(sha256: str) -> Read:
    """Verify the bundle of that hash."""
    data = attachments.load(sha256)
    if data is None:
        return Read(None, _("The bundle has not arrived."))
    try:
        return Read(verify_disclosure(data.splitlines(keepends=True), known_credentials()))
    except ProtocolError as error:
        return Read(None, str(error))


def record_of(item: Disclosed) -> ActRecord:
    """The act as pages tell it; it stands in no register of ours, and is not stored."""
    own = next(iter(item.receipts), None)
    at = own.leaf.at if own is not None else item.act.issued
    return ActRecord.of(item.act, item.envelope, index=own.index if own else 0, at=at, via="shown")
