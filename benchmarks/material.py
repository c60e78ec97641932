"""What the measurements work on: notes verbales of Lazuria to Crimson, signed as a node signs them. No Django."""

from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from verbale.matters.channel.fold import channel_id
from verbale.protocol import Act, Credentials, Envelope, PrivateKeys, make_act, sign_act
from verbale.protocol.envelope import pae

__all__ = ["AUTHOR", "READER", "Author", "Bare"]

AUTHOR, READER = "LZ", "CR"
_PARAGRAPH = (
    "inform the Ministry that the competent authorities have examined the report transmitted with the latter's note, "
    "have secured the data named in it with the hosting provider concerned for a period of ninety days, and propose "
    "that the technical points of contact of both sides speak without delay. This communication makes no statement on "
    "attribution."
)


class Author:
    """A partner that writes numbered notes, each later than the one before."""

    def __init__(self) -> None:
        self.keys = PrivateKeys.generate()
        self._began = datetime.now(UTC) - timedelta(days=1)
        self.credentials = Credentials.create(
            self.keys,
            node=AUTHOR,
            name="Republic of Lazuria",
            kind="state",
            endpoint="",
            issued=self._began - timedelta(days=1),
        )
        self._count = 0

    def note(self) -> Act:
        """The next note: about 1.7 kB in canonical form."""
        self._count += 1
        return make_act(
            type="channel.note",
            author=AUTHOR,
            audience=(READER,),
            matter=channel_id((AUTHOR, READER)),
            issued=self._began + timedelta(milliseconds=self._count),
            precedence="FLASH",
            body={
                "form": "note-verbale",
                "number": f"{self._count}/2026",
                "subject": "Preservation of data, and talks",
                "paragraphs": [_PARAGRAPH] * 3,
                "letterhead": {
                    "ministry": "Ministry of Foreign Affairs",
                    "state": "Republic of Lazuria",
                    "short": AUTHOR,
                    "colour": "#1d4f91",
                    "place": "Azurine",
                },
                "addressee": "Ministry of Foreign Affairs of the Republic of Crimson",
                "date": "2026-11-24",
                "language": "en",
                "about": None,
                "reply_by": None,
                "attachments": [],
            },
        )

    def notes(self, count: int) -> list[Act]:
        return [self.note() for _ in range(count)]

    def signed(self, count: int) -> list[Envelope]:
        return [sign_act(act.canonical, self.keys) for act in self.notes(count)]


class Bare:
    """The two signature verifications of `cryptography` alone: keys loaded, messages ready, nothing else done."""

    def __init__(self, author: Author) -> None:
        self._ed25519 = Ed25519PublicKey.from_public_bytes(author.keys.public.ed25519).verify
        self._mldsa65 = MLDSA65PublicKey.from_public_bytes(author.keys.public.mldsa65).verify

    @staticmethod
    def jobs(envelopes: list[Envelope]) -> list[tuple[bytes, bytes, bytes]]:
        return [
            (pae(envelope.payload_type, envelope.payload), envelope.pairs[0].ed25519, envelope.pairs[0].mldsa65)
            for envelope in envelopes
        ]

    def verify(self, jobs: list[tuple[bytes, bytes, bytes]]) -> None:
        for message, ed25519, mldsa65 in jobs:
            self._ed25519(ed25519, message)
            self._mldsa65(mldsa65, message)

    def verify_on(self, pool: Executor, threads: int, jobs: list[tuple[bytes, bytes, bytes]]) -> None:
        """As `verify`, each thread an equal share."""
        list(pool.map(self.verify, [jobs[start::threads] for start in range(min(threads, len(jobs)))]))
