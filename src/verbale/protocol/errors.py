"""Errors of the protocol, as a small tree by what is at fault. Catch the branch, not the leaf.

Every message is one sentence for a person: what is wrong, where, and what was expected.
"""


class ProtocolError(Exception):
    """Anything that the protocol refuses."""


class MalformedError(ProtocolError):
    """Bytes that are not what they claim to be: syntax, canonical form, a missing or wrong field."""


class LimitError(MalformedError):
    """A document larger, deeper or longer than the limit that the message names."""


class SignatureError(ProtocolError):
    """A signature that does not verify, is missing, or was made with a key that may not sign this."""


class ProofError(ProtocolError):
    """A Merkle proof, checkpoint, cosignature or receipt that does not show what it claims."""


class SealError(ProtocolError):
    """A parcel that cannot be opened: not sealed to these keys, or changed on its way."""


class CredentialsError(ProtocolError):
    """Credentials that are broken, revoked, or not the ones that were pinned."""


class ChangedKeysError(CredentialsError):
    """A partner presents other keys than the pinned ones, without a rotation signed by the old keys."""


class KeystoreError(ProtocolError):
    """The file of private keys is missing, damaged, readable by others, or the passphrase is wrong."""
