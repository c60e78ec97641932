"""Traffic Light Protocol 2.0 (FIRST, August 2022): the five labels and what each lets a recipient do."""

from collections.abc import Collection
from enum import StrEnum

from verbale.protocol.errors import MalformedError

__all__ = ["Marking", "may_disclose", "parse_marking"]


class Marking(StrEnum):
    """A TLP 2.0 label. Order by `rank`: a higher rank is the stricter marking."""

    CLEAR = "CLEAR"
    GREEN = "GREEN"
    AMBER = "AMBER"
    AMBER_STRICT = "AMBER+STRICT"
    RED = "RED"

    @property
    def rank(self) -> int:
        return _RANK[self]

    @property
    def label(self) -> str:
        """As FIRST writes it: `TLP:AMBER+STRICT`."""
        return f"TLP:{self.value}"


_RANK = {
    Marking.CLEAR: 0,
    Marking.GREEN: 1,
    Marking.AMBER: 2,
    Marking.AMBER_STRICT: 3,
    Marking.RED: 4,
}


def parse_marking(text: str) -> Marking:
    """`TLP:AMBER`, `amber`, and TLP 1.0's `WHITE` (now CLEAR) are understood. Raises MalformedError."""
    word = text.strip().upper().removeprefix("TLP:")
    try:
        return Marking("CLEAR" if word == "WHITE" else word)
    except ValueError:
        known = ", ".join(Marking)
        raise MalformedError(f"{text!r:.40} is no TLP 2.0 marking; the markings are {known}") from None


def may_disclose(
    marking: Marking, *, author: str, holder: str, recipient: str, audience: Collection[str], community: Collection[str]
) -> bool:
    """Whether `holder` may let the node `recipient` have an act so marked.

    The author's own release is not restricted by the marking that the author set. For anybody else: RED to nobody
    beyond the audience; AMBER and AMBER+STRICT inside the holder's own state, hence to no other node beyond the
    audience; GREEN to the community set; CLEAR to anyone.
    """
    if recipient in audience or recipient in (author, holder) or holder == author:
        return True
    if marking is Marking.GREEN:
        return recipient in community
    return marking is Marking.CLEAR
