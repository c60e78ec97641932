"""Attachments: files on the disk under the hash of their bytes, whole or not at all."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from verbale.node import attachments
from verbale.node.attachments import describe, load, path_of, store
from verbale.node.errors import UserError
from verbale.node.home import Home
from verbale.node.models import Attachment
from verbale.protocol.limits import MAX_ATTACHMENT_BYTES

pytestmark = pytest.mark.django_db


@pytest.fixture
def blobs(own_home: Home) -> Path:
    return own_home.blobs


def hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("content", [b"", b"plain", bytes(range(256)) * 300], ids=["empty", "text", "bytes"])
def test_what_is_stored_is_loaded_again(blobs: Path, content: bytes) -> None:
    assert store([content]) == [hashed(content)]
    assert load(hashed(content)) == content
    assert Attachment.objects.get().size == len(content)


def test_a_file_stands_under_its_hash_in_a_folder_of_its_first_two_digits(blobs: Path) -> None:
    (sha256,) = store([b"plain"])
    assert path_of(sha256) == blobs / sha256[:2] / sha256
    assert files(blobs) == [path_of(sha256)]


def test_hashes_are_given_in_the_order_of_the_files(blobs: Path) -> None:
    contents = [b"c", b"a", b"b", b"a"]
    assert store(iter(contents)) == [hashed(content) for content in contents]
    assert len(files(blobs)) == Attachment.objects.count() == 3


def test_no_files_are_no_hashes(blobs: Path) -> None:
    assert store([]) == []
    assert (files(blobs), Attachment.objects.count()) == ([], 0)


def test_stored_again_it_stays_one_and_is_not_written_again(blobs: Path) -> None:
    (sha256,) = store([b"plain"])
    before = path_of(sha256).stat()
    assert store([b"plain"]) == [sha256]
    after = path_of(sha256).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (len(files(blobs)), Attachment.objects.count()) == (1, 1)


def test_a_file_whose_row_was_lost_gets_its_row_again(blobs: Path) -> None:
    """The file is on the disk before the transaction that notes it ends: that may be rolled back."""
    store([b"plain"])
    Attachment.objects.all().delete()
    store([b"plain"])
    assert Attachment.objects.get().sha256 == hashed(b"plain")


def test_a_file_that_was_lost_is_written_again(blobs: Path) -> None:
    (sha256,) = store([b"plain"])
    path_of(sha256).unlink()
    assert load(sha256) is None
    store([b"plain"])
    assert load(sha256) == b"plain"


def test_a_description_names_the_file_by_what_it_holds() -> None:
    assert describe(b"plain", "a.txt", "text/plain") == {
        "sha256": hashed(b"plain"),
        "name": "a.txt",
        "media_type": "text/plain",
        "size": 5,
    }


# -- what must not be -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sha256", ["0" * 64, hashed(b"never stored")])
def test_what_is_not_held_is_none(blobs: Path, sha256: str) -> None:
    assert load(sha256) is None


def test_the_limit_itself_is_allowed_and_one_byte_more_is_not(blobs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_ATTACHMENT_BYTES == 32 << 20
    monkeypatch.setattr(attachments, "MAX_ATTACHMENT_BYTES", 100)
    store([bytes(100)])
    with pytest.raises(UserError, match="has 101 bytes; the limit is 100"):
        store([bytes(101)])
    assert load(hashed(bytes(101))) is None
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("fault", ["fsync", "replace"])
def test_a_file_is_there_whole_or_not_at_all(blobs: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    def full(*arguments: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(*((attachments.os, "fsync") if fault == "fsync" else (Path, "replace")), full)
        with pytest.raises(OSError, match="no space left"):
            store([b"plain"])
    assert load(hashed(b"plain")) is None
    assert not Attachment.objects.exists()
    store([b"plain"])
    assert load(hashed(b"plain")) == b"plain"


def test_the_bytes_are_on_the_disk_before_the_name_is(blobs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    fsync, replace = attachments.os.fsync, Path.replace
    monkeypatch.setattr(attachments.os, "fsync", lambda handle: told.append("fsync") or fsync(handle))
    monkeypatch.setattr(Path, "replace", lambda path, target: told.append("replace") or replace(path, target))
    store([b"plain"])
    assert told == ["fsync", "replace"]


def test_files_before_one_that_is_too_large_are_kept(blobs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are addressed by what they hold: one that nobody names does no harm."""
    monkeypatch.setattr(attachments, "MAX_ATTACHMENT_BYTES", 10)

    def contents() -> Iterator[bytes]:
        yield b"plain"
        yield bytes(11)

    with pytest.raises(UserError):
        store(contents())
    assert load(hashed(b"plain")) == b"plain"
