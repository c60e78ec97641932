"""Requests to a server of others: over TLS, with a limit to time and size, and every failure a sentence."""

import email.utils
import functools
import ipaddress
import ssl
import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import orjson

from verbale import __version__
from verbale.node.errors import NodeError, UserError

__all__ = ["Got", "Link", "TooMuch", "Trouble", "checked_address", "reason_of"]

MOST_BYTES = 32 << 20
"""Of one answer, unpacked."""
SECONDS = 120.0
"""For one request, from the first byte to the last."""
_LONGEST_PAUSE = 86_400.0
"""A server that asks us to stay away longer is asked once a day."""
_TOLD = 500


class Trouble(NodeError):
    """A run cannot go on now. `status` is the server's answer, if there was one, `pause` the seconds it asks for."""

    def __init__(self, message: str, *, status: int = 0, pause: float = 0.0) -> None:
        super().__init__(message)
        self.status, self.pause = status, pause


class TooMuch(Trouble):
    """The answer is larger than we take."""


class Got(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def date(self) -> float | None:
        """The server's clock, Unix seconds."""
        return _moment(self.headers.get("date", ""))


def checked_address(text: str) -> str:
    """An address without a slash at its end. Raises UserError: without TLS only this machine is spoken to."""
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise UserError(f"{text!r:.100} is no address", "address") from None
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise UserError(f"{text!r:.100} is no address such as https://cert.example/taxii2/root/", "address")
    if parts.username or parts.password:
        raise UserError("the address must not hold a name or a token: they have options of their own", "address")
    if parts.scheme == "http" and not _is_here(host):
        raise UserError(f"{host} is reached by https only: over http anybody on the way reads and changes", "address")
    return text.strip().rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Reading the machine's certificates takes longer than asking whether there is anything new."""
    return httpx.create_ssl_context()


class Link:
    """A connection to one server. It counts what it cost."""

    def __init__(
        self,
        *,
        user: str = "",
        token: str = "",
        accept: str,
        seconds: float | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`seconds` for each request, where somebody waits for it."""
        self._seconds = seconds
        headers = {"accept": accept, "user-agent": f"Verbale/{__version__}"}
        if token and not user:
            headers["authorization"] = f"Bearer {token}"
        self._http = httpx.Client(
            auth=httpx.BasicAuth(user, token) if user else None,
            headers=headers,
            timeout=httpx.Timeout(min(60.0, seconds or 60.0), connect=min(10.0, seconds or 10.0)),
            verify=_trusted(),
            # A redirect would carry the token to an address that nobody entered.
            follow_redirects=False,
            transport=transport,
        )
        self.requests = self.bytes = 0

    def close(self) -> None:
        self._http.close()

    def ask(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        most: int | None = None,
    ) -> Got:
        """The answer, whatever its status but those that ask for patience. Raises Trouble."""
        most = MOST_BYTES if most is None else most
        host = urlsplit(url).hostname or url
        self.requests += 1
        seconds = SECONDS if self._seconds is None else self._seconds
        end = time.monotonic() + seconds
        parts: list[bytes] = []
        size = 0
        try:
            # An empty mapping would take the query from the address, None leaves it.
            with self._http.stream(method, url, params=params or None, content=content, headers=headers) as answer:
                for part in answer.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    self.bytes += len(part)
                    if size > most:
                        raise TooMuch(f"{host} sends more than {most:,} bytes in one answer", status=answer.status_code)
                    if time.monotonic() > end:
                        raise Trouble(f"{host} sends too slowly: {size:,} bytes in {seconds:.0f} seconds")
                got = Got(answer.status_code, dict(answer.headers), b"".join(parts))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Trouble(f"{host} cannot be reached: {error or type(error).__name__}") from None
        if got.status in (429, 503) or got.status >= 500:
            raise _patience(host, got)
        if 300 <= got.status < 400 and got.status != 304:
            raise Trouble(
                f"{host} points to another address, {got.headers.get('location', '')!r:.200}: if it is right, "
                "enter it for this feed",
                status=got.status,
            )
        return got


def _patience(host: str, got: Got) -> Trouble:
    pause = min(max(_retry_after(got), 0.0), _LONGEST_PAUSE)
    why = f"{host} answers {got.status}: {reason_of(got)}"
    if pause:
        why += f"; it asks us to come again after {pause:.0f} seconds"
    return Trouble(why, status=got.status, pause=pause)


def _retry_after(got: Got) -> float:
    text = got.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    then = _moment(text)
    # Both by the server's clock: ours may be wrong.
    now = got.date or time.time()
    return then - now if then is not None else 0.0


def _moment(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def reason_of(got: Got) -> str:
    """What the server says is wrong, on one line: the TAXII error message, else its status."""
    words: list[str] = []
    try:
        told = orjson.loads(got.body)
        if isinstance(told, dict):
            words = [str(told[key]) for key in ("title", "description") if told.get(key)]
    except orjson.JSONDecodeError:
        pass
    line = " ".join(": ".join(words).split())
    return "".join(char for char in line if char.isprintable())[:_TOLD] or httpx.codes.get_reason_phrase(got.status)
