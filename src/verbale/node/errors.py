"""Errors of the node, by who is at fault. Each message is a sentence for a person: what is wrong and what to do."""


class NodeError(Exception):
    """Anything that a node refuses or cannot do."""


class UserError(NodeError):
    """What a person asked for is not lawful or not complete. `field` names where, when one field is at fault."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class AccessError(NodeError):
    """The person may not do this, or may not see this."""


class ClearanceError(AccessError):
    """The act needs the clearance of a second person."""


class PartnerError(NodeError):
    """A partner sent what must be refused."""


class EnvironmentFault(NodeError):
    """The machine or the set-up of this node stands in the way: keys, disk, database."""


class NotFoundError(NodeError):
    """What was asked for is not here."""
