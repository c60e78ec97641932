"""The same fixtures as the node's tests."""

from tests.node.conftest import lazuria, own_home, person, verdia

__all__ = ["lazuria", "own_home", "person", "verdia"]
