"""Tables of a node. Shared state changes by acts only; these tables hold acts, and what follows from them."""

from verbale.node.models.matters import ActFile, Attachment, Draft, DraftVersion, Matter, MissingRef, Notice, StateEntry
from verbale.node.models.partners import Delivery, Partner
from verbale.node.models.people import ApiToken, AuditEntry, Clearing, ReadMark, User
from verbale.node.models.register import ActRecord, CheckpointRecord, CosignatureRecord, RegisterHead, TreeNode

__all__ = [
    "ActFile",
    "ActRecord",
    "ApiToken",
    "Attachment",
    "AuditEntry",
    "CheckpointRecord",
    "Clearing",
    "CosignatureRecord",
    "Delivery",
    "Draft",
    "DraftVersion",
    "Matter",
    "MissingRef",
    "Notice",
    "Partner",
    "ReadMark",
    "RegisterHead",
    "StateEntry",
    "TreeNode",
    "User",
]
