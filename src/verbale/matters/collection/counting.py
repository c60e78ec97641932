"""What the files of a contribution hold, before they leave: objects by type, and whether their markings allow it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from verbale.intel import ReportError, read_reports
from verbale.intel.errors import FormatUnknown, NotJson
from verbale.matters.collection.acts import MAX_TYPES
from verbale.node.errors import UserError
from verbale.protocol import Marking

__all__ = ["count"]

_LONGEST_TYPE = 100


def count(files: Iterable[tuple[str, bytes]], limit: Marking) -> list[dict[str, Any]]:
    """How many objects of each type the STIX and MISP files among these hold, the most frequent first.

    A file of another sort is a text to us, and counts for nothing. Raises UserError for a STIX or MISP file that is not
    lawful, or that is marked above `limit`: sharing it would break its own terms.
    """
    found: Counter[str] = Counter()
    for name, content in files:
        try:
            reports = read_reports(content, name=name)
        except (NotJson, FormatUnknown):
            continue
        except ReportError as error:
            raise UserError(
                _("%(name)s cannot be read: %(error)s") % {"name": name, "error": error}, "attachments"
            ) from None
        for report in reports:
            if report.marking is not None and Marking(report.marking).rank > limit.rank:
                raise UserError(
                    _("%(name)s is marked TLP:%(marking)s; no more than %(limit)s may go into this collection.")
                    % {"name": name, "marking": report.marking, "limit": limit.label},
                    "attachments",
                )
            for kind, number in report.object_counts.items():
                found[kind[:_LONGEST_TYPE]] += number
    rows = sorted(found.items(), key=lambda row: (-row[1], row[0]))
    return [{"type": kind, "count": number} for kind, number in rows[:MAX_TYPES] if kind and number]
