"""The ground floor: acts, canonical form, keys, envelopes, register, receipts, credentials, pouch.

Knows no Django and no diplomacy: bytes in, values or a `ProtocolError` out; clocks, randomness of tests, files and
networks are the caller's. `docs/protocol.md` specifies everything here for a second implementation.
"""

from verbale.protocol.acts import (
    PRECEDENCES,
    Act,
    act_id,
    is_node,
    make_act,
    matter_id,
    new_nonce,
    parse_act,
    standing_matter_id,
)
from verbale.protocol.canonical import canonical_bytes, in_nfc, parse_canonical
from verbale.protocol.credentials import Credentials, Identity
from verbale.protocol.disclosure import MAX_DISCLOSED, Disclosed, Disclosure, Kept, verify_disclosure, write_disclosure
from verbale.protocol.encoding import format_time, parse_time
from verbale.protocol.envelope import Envelope, sign_act
from verbale.protocol.errors import (
    ChangedKeysError,
    CredentialsError,
    KeystoreError,
    LimitError,
    MalformedError,
    ProofError,
    ProtocolError,
    SealError,
    SignatureError,
)
from verbale.protocol.exports import verify_export, write_export
from verbale.protocol.folding import EFFECTIVE, Effect, State, fold, gettext_noop, ordered
from verbale.protocol.keys import PrivateKeys, PublicKeys
from verbale.protocol.keystore import Keystore
from verbale.protocol.marking import Marking, may_disclose, parse_marking
from verbale.protocol.notes import Checkpoint, Cosignature, cosign, sign_checkpoint
from verbale.protocol.offline import Finding, verify_file
from verbale.protocol.parcel import Contents, SealedParcel, seal
from verbale.protocol.receipts import Leaf, Receipt, verify_checkpoint
from verbale.protocol.words import fingerprint_words, same_words

__all__ = [
    "EFFECTIVE",
    "MAX_DISCLOSED",
    "PRECEDENCES",
    "Act",
    "ChangedKeysError",
    "Checkpoint",
    "Contents",
    "Cosignature",
    "Credentials",
    "CredentialsError",
    "Disclosed",
    "Disclosure",
    "Effect",
    "Envelope",
    "Finding",
    "Identity",
    "Kept",
    "Keystore",
    "KeystoreError",
    "Leaf",
    "LimitError",
    "MalformedError",
    "Marking",
    "PrivateKeys",
    "ProofError",
    "ProtocolError",
    "PublicKeys",
    "Receipt",
    "SealError",
    "SealedParcel",
    "SignatureError",
    "State",
    "act_id",
    "canonical_bytes",
    "cosign",
    "fingerprint_words",
    "fold",
    "format_time",
    "gettext_noop",
    "in_nfc",
    "is_node",
    "make_act",
    "matter_id",
    "may_disclose",
    "new_nonce",
    "ordered",
    "parse_act",
    "parse_canonical",
    "parse_marking",
    "parse_time",
    "same_words",
    "seal",
    "sign_act",
    "sign_checkpoint",
    "standing_matter_id",
    "verify_checkpoint",
    "verify_disclosure",
    "verify_export",
    "verify_file",
    "write_disclosure",
    "write_export",
]
