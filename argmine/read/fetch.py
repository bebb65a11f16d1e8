"""The network, and the only module that opens a socket: one GET, with the limits that a stranger's server needs."""

from __future__ import annotations

import ipaddress
import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from argmine.errors import SourceError
from argmine.settings import Settings

if TYPE_CHECKING:
    import httpx

LARGEST_BODY = 256 * 2**20
"""Bytes of an answer after decompression; a thread of 100,000 comments has about 60 MiB."""
_MOST_REDIRECTS = 5
_TRIES = 3
_BACK_OFF_S = 0.5
_LONGEST_RETRY_AFTER_S = 10.0
_WHOLE_ANSWER = 4
"""A whole answer may take this many times the longest wait for a part of it."""
_TRY_AGAIN = (429, 500, 502, 503, 504)
_REASONS = {
    401: "the server asks for a login (HTTP 401). Save the page while logged in and name the file",
    403: "the server refuses to show it (HTTP 403). Save the page in a browser and name the file",
    404: "there is no such page (HTTP 404). Check the address",
    410: "the page is gone (HTTP 410). Look for an archived copy and name the file",
    429: "the server has had too many requests (HTTP 429). Wait some minutes and try again",
}


@dataclass(frozen=True)
class Answer:
    """The body of an answer, decompressed, and the encoding that the server named for it."""

    body: bytes
    encoding: str | None
    url: str


def fetch(address: str, settings: Settings, *, named: str | None = None) -> Answer:
    """Return what stands at an address; raise SourceError, in one sentence, where that cannot be had or must not.

    Refused are schemes other than http and https, and addresses on this machine or a private network unless the
    settings allow them, also behind a redirect. `named` stands in messages for the address.
    """
    import httpx

    from argmine import __version__

    named = named or address
    deadline = time.monotonic() + _WHOLE_ANSWER * settings.timeout_s
    headers = {"User-Agent": f"argmine/{__version__}", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
    with (
        _one_sentence(named, settings),
        httpx.Client(timeout=settings.timeout_s, headers=headers, follow_redirects=False) as client,
    ):
        for _ in range(_MOST_REDIRECTS + 1):
            _check(address, named, settings)
            answer = _get(client, address, named, settings, deadline)
            if isinstance(answer, Answer):
                return answer
            address = answer
    raise SourceError(
        f"{named}: more than {_MOST_REDIRECTS} redirects, the last to {address[:200]}. Give the final address."
    )


def is_reachable(address: str, timeout_s: float) -> bool:
    """Return whether the address's host takes a connection within that many seconds; a proxy is asked in its place."""
    parts = urlsplit(address)
    proxies = getproxies()
    if _by_proxy(parts.scheme, parts.hostname or ""):
        parts = urlsplit(proxies.get(parts.scheme) or proxies["all"])
    port = parts.port or (80 if parts.scheme == "http" else 443)
    try:
        with socket.create_connection((parts.hostname, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def _get(client: httpx.Client, address: str, named: str, settings: Settings, deadline: float) -> Answer | str:
    """Return the answer, or the address that it redirects to."""
    for attempt in range(1, _TRIES + 1):
        with client.stream("GET", address) as response:
            _check_peer(response, named, settings)
            if response.is_redirect:
                return urljoin(address, response.headers["location"])
            if response.status_code == 200:
                return Answer(_body(response, named, settings, deadline), response.charset_encoding, address)
            wait = _wait(response, attempt)
            if wait is None or time.monotonic() + wait > deadline:
                raise SourceError(f"{named}: {_reason(response)}.")
        time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _reason(response: httpx.Response) -> str:
    status = response.status_code
    after = response.headers.get("retry-after", "")
    if status in _REASONS:
        return _REASONS[status] + (f"; it names {after[:40]} as the time" if status == 429 and after else "")
    if status >= 500:
        return f"the server has failed (HTTP {status}). Try again later"
    return f"the server answers HTTP {status}, which is no page. Check the address"


def _wait(response: httpx.Response, attempt: int) -> float | None:
    """Return the seconds to wait before the next attempt; None if there should be none."""
    if response.status_code not in _TRY_AGAIN or attempt == _TRIES:
        return None
    asked = response.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit() and len(asked) < 9:
        return float(asked) if float(asked) <= _LONGEST_RETRY_AFTER_S else None
    if asked:  # a date: further away than is worth waiting for
        return None
    return _BACK_OFF_S * 2.0 ** (attempt - 1) * (1 + random.random() / 4)  # noqa: S311 - only spreads the load


def _body(response: httpx.Response, named: str, settings: Settings, deadline: float) -> bytes:
    parts = []
    size = 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > LARGEST_BODY:
            raise SourceError(
                f"{named}: the answer is larger than {LARGEST_BODY // 2**20} MiB. Download it and name the file."
            )
        if time.monotonic() > deadline:
            seconds = _WHOLE_ANSWER * settings.timeout_s
            raise SourceError(
                f"{named}: the answer has not ended after {seconds:g} s. Raise timeout_s, or try again later."
            )
    return b"".join(parts)


def _check(address: str, named: str, settings: Settings) -> None:
    """Raise SourceError for an address that must not be asked."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SourceError(f"{address[:200]}: not a valid address: {error}.") from error
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise SourceError(f"{named}: only http and https addresses are read, and this leads to {address[:200]!r}.")
    if settings.allow_private or _by_proxy(parts.scheme.lower(), host):
        return
    try:
        found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError(
            f"{named}: the host {host[:100]} cannot be found. Check the address and the network."
        ) from error
    for *_, where in found:
        _refuse_private(str(where[0]), host, named)


def _check_peer(response: httpx.Response, named: str, settings: Settings) -> None:
    """Raise SourceError if the connection went elsewhere than the name said a moment ago."""
    host = response.url.host
    stream = response.extensions.get("network_stream")
    if settings.allow_private or stream is None or _by_proxy(response.url.scheme, host):
        return
    where = stream.get_extra_info("server_addr")
    if where:
        _refuse_private(str(where[0]), host, named)


def _refuse_private(number: str, host: str, named: str) -> None:
    place = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(place, ipaddress.IPv6Address) and place.ipv4_mapped:
        place = place.ipv4_mapped
    if not place.is_global or place.is_multicast:
        raise SourceError(
            f"{named}: {host[:100]} is {place}, this machine or a private network. Set allow_private if that is meant."
        )


def _by_proxy(scheme: str, host: str) -> bool:
    """Return whether a proxy asks in our place; the name is then resolved there and not here."""
    proxies = getproxies()
    return bool(proxies.get(scheme) or proxies.get("all")) and not proxy_bypass(host)


@contextmanager
def _one_sentence(named: str, settings: Settings) -> Iterator[None]:
    """Turn what can go wrong on the way into a SourceError."""
    import httpx

    try:
        yield
    except httpx.TimeoutException as error:
        raise SourceError(
            f"{named}: no answer within {settings.timeout_s:g} s. Raise timeout_s, or try again later."
        ) from error
    except httpx.DecodingError as error:
        raise SourceError(f"{named}: the answer cannot be decompressed. Download it and name the file.") from error
    except (httpx.ConnectError, httpx.NetworkError) as error:
        reason = str(error).strip(" .")[:200] or "no connection"
        raise SourceError(
            f"{named}: the host cannot be reached ({reason}). Check the network, or name a saved file."
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceError(f"{named}: the answer is not sound HTTP ({str(error)[:200]}). Try again later.") from error
