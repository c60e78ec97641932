"""Fixtures of a node: a partner, its people, a folder of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

from tests.node.world import Peer
from verbale.node import identity
from verbale.node.home import Home
from verbale.node.models import User

Person = Callable[..., User]


@pytest.fixture
def lazuria(db: None) -> Peer:
    return Peer("LZ", "Republic of Lazuria").befriend()


@pytest.fixture
def verdia(db: None) -> Peer:
    return Peer("VD", "Republic of Verdia").befriend()


@pytest.fixture
def person(db: None) -> Person:
    """Makes people: `person("ada", "desk")`."""

    def make(username: str, *roles: str, **fields: Any) -> User:
        user = User(username=username, roles=list(roles), **fields)
        user.set_unusable_password()
        user.save()
        return user

    return make


@pytest.fixture
def own_home(settings: Any, tmp_path: Path) -> Iterator[Home]:
    """A copy of our node's folder, for tests that change its keys or files."""
    copytree(settings.HOME.path, tmp_path / "node", ignore=ignore_patterns("*sqlite*", "blobs"))
    (tmp_path / "node" / "blobs").mkdir()
    settings.HOME = Home(tmp_path / "node")
    identity.reload()
    yield settings.HOME
    identity.reload()
