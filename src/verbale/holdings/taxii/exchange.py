"""One request and one answer, as far as TAXII looks at them, and what they agree on: media types and errors."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson

__all__ = ["MAX_CONTENT_LENGTH", "TAXII", "Answer", "Asked", "Problem", "credentials", "negotiate", "take_body"]

TAXII = "application/taxii+json;version=2.1"
MAX_CONTENT_LENGTH = 32 << 20
"""Bytes of one POST."""


@dataclass(frozen=True)
class Asked:
    """A request. `path` is what follows `/taxii2/`; header names are in small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    read: Callable[[int], bytes]
    """At most so many bytes of the body."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, resource: object, status: int = 200) -> "Answer":
        return cls(status, orjson.dumps(resource))


class Problem(Exception):
    """Ends a request with an error message (3.6.1)."""

    def __init__(self, status: int, title: str, description: str = "", **headers: str) -> None:
        super().__init__(title)
        self.status, self.title, self.description = status, title, description
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    @property
    def answer(self) -> Answer:
        told = {"title": self.title, "description": self.description, "http_status": str(self.status)}
        return Answer(self.status, orjson.dumps({key: value for key, value in told.items() if value}), self.headers)


def negotiate(asked: Asked) -> None:
    """Raises Problem 406 when the client takes nothing that we have (1.6.8)."""
    # Any header that takes all media types takes ours too; one that is not there says nothing of the sort (3.1).
    for item in asked.headers.get("accept", "").split(","):
        kind, _semicolon, rest = item.partition(";")
        kind = kind.strip().lower()
        if kind in ("*/*", "application/*") or (kind == "application/taxii+json" and _takes(rest)):
            return
    raise Problem(406, "Not acceptable", f"This server answers with {TAXII}; the header Accept must name it.")


def _takes(parameters: str) -> bool:
    """Whether the parameters of a media type leave version 2.1."""
    for parameter in parameters.split(";"):
        name, _equals, value = parameter.partition("=")
        if name.strip().lower() == "version" and value.strip().strip('"') != "2.1":
            return False
    return True


def take_body(asked: Asked) -> bytes:
    """The body of a POST. Raises Problem 415 for another media type, 413 for more than is taken."""
    kind, _semicolon, rest = asked.headers.get("content-type", "").partition(";")
    # A STIX bundle has its objects where an envelope has them, and OpenCTI posts one (3.1 allows to take it).
    if kind.strip().lower() not in ("application/taxii+json", "application/stix+json") or not _takes(rest):
        raise Problem(415, "Unsupported media type", f"The header Content-Type must be {TAXII}.")
    try:
        length = int(asked.headers.get("content-length") or 0)
    except ValueError:
        raise Problem(400, "Bad request", "The header Content-Length is no number.") from None
    body = b"" if length > MAX_CONTENT_LENGTH else asked.read(MAX_CONTENT_LENGTH + 1)
    if max(length, len(body)) > MAX_CONTENT_LENGTH:
        raise Problem(413, "Too large", f"A request has at most {MAX_CONTENT_LENGTH:,} bytes: post in parts.")
    if len(body) < length:
        raise Problem(400, "Bad request", "The request did not arrive whole.")
    return body


def credentials(asked: Asked) -> tuple[str | None, str] | None:
    """User name and token by HTTP Basic, or a token alone; None when there is neither."""
    scheme, _space, value = asked.headers.get("authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "token"):
        return None, value.strip()
    if scheme.lower() == "basic":
        try:
            name, colon, token = base64.b64decode(value.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (name, token) if colon else None
    return None
