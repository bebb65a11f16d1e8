"""The network, and the only module that opens a socket: requests with the limits that a stranger's server needs."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from argmine.errors import SourceError
from argmine.read.answers import Answer, Deadline, json_of, refuse_coding, whole_body
from argmine.read.credentials import hide_secrets, with_credentials
from argmine.read.pace import rest, take_turn
from argmine.read.page_cache import Kept, open_cache
from argmine.read.refusals import LONGEST_WAIT_S, TRIES, WALLED, back_off_s, reason, wait_s
from argmine.settings import Settings

if TYPE_CHECKING:
    import httpx

_MOST_REDIRECTS = 5
_WHOLE_ANSWER = 4
"""A whole answer may take this many times the longest wait for a part of it."""
_AT_ONCE = 8
_PAGE_LOOKED_AT = 2**19


class Session:
    """One thread's reading from the network. Its requests share a cache, a pace and the user's credentials.

    `named` stands in messages for the address. Refused are schemes other than http and https, and addresses on this
    machine or a private network unless the settings allow them, also behind a redirect.
    """

    def __init__(self, settings: Settings, named: str) -> None:
        self.settings, self.named = settings, named
        self._client: httpx.Client | None = None
        self._cache = open_cache(settings.cache_dir)
        self._granted: dict[str, str] = {}
        self._digest = hashlib.sha256()
        self._first = ""
        self._n_answers = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()

    def get(self, address: str) -> Answer:
        """Return what stands at an address; raise SourceError where that cannot be had or must not."""
        return self._counted(self._get(address))

    def get_all(self, addresses: Sequence[str]) -> list[Answer]:
        """Return what stands at each address, several asked at once; raise SourceError as get does."""
        if len(addresses) < 2:
            return [self.get(address) for address in addresses]
        self._opened()  # before there are several threads to do so
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [self._counted(answer) for answer in pool.map(self._get, addresses)]

    def get_json(self, address: str) -> Any:
        """Return the JSON at an address; raise SourceError as get does, and where the answer is something else."""
        return self.as_json(self.get(address))

    def post_json(
        self, address: str, *, form: Mapping[str, str] | None = None, content: Any = None, basic: str = ""
    ) -> Any:
        """Return the JSON that a POST of a form or of JSON gives; it is never cached. `basic` is user:password."""
        headers = {"Content-Type": "application/json"} if form is None else {}
        body = {"data": dict(form)} if form is not None else {"content": json.dumps(content)}
        auth = tuple(basic.split(":", 1)) if basic else None
        return self.as_json(self._counted(self._ask("POST", address, headers, body | {"auth": auth})))

    def as_json(self, answer: Answer) -> Any:
        """Return the JSON of an answer; raise SourceError where it is something else."""
        return json_of(answer, self.named)

    def grant(self, host: str, authorization: str) -> None:
        """Send this Authorization header to that host from now on."""
        self._granted[host] = authorization

    def rest(self, address: str, seconds: float) -> None:
        """Ask an address's host nothing for some seconds, as it wished; raise SourceError if that is too long."""
        if seconds > LONGEST_WAIT_S:
            raise SourceError(f"{self.named}: the server asks for a pause of {seconds:g} s. Try again after it.")
        rest(urlsplit(address).hostname or "", seconds)

    @property
    def sha256(self) -> str:
        """Return the hash of the answers so far: of one answer, of its bytes; of several, of their hashes in order."""
        return self._digest.hexdigest() if self._n_answers != 1 else self._first

    def notes(self) -> list[str]:
        """Return what a reader of the result should know of the network."""
        return self._cache.notes(self._n_answers)

    def _counted(self, answer: Answer) -> Answer:
        self._n_answers += 1
        self._first = hashlib.sha256(answer.body).hexdigest()
        self._digest.update(self._first.encode())
        return answer

    def _get(self, address: str) -> Answer:
        kept = None if self.settings.refresh and not self.settings.offline else self._cache.find(address)
        if kept and (self.settings.offline or kept.is_fresh):
            return self._cache.use(kept)
        return self._ask("GET", address, kept.validators() if kept else {}, {}, kept)

    def _ask(
        self, method: str, address: str, headers: dict[str, str], body: dict[str, Any], kept: Kept | None = None
    ) -> Answer:
        """Return the answer after whatever redirects and attempts it takes."""
        if self.settings.offline:
            raise SourceError(
                f"{self.named}: reading an address needs the network, and offline is set. Name a saved file."
            )
        with self._one_sentence():
            asked = address
            for _ in range(_MOST_REDIRECTS + 1):
                _check(address, self.named, self.settings)
                answer = self._attempts(method, address, headers, body, kept, asked)
                if isinstance(answer, Answer):
                    return answer
                address, method, body = answer, "GET", {}
            raise SourceError(
                f"{self.named}: more than {_MOST_REDIRECTS} redirects, the last to {address[:200]}. "
                "Give the final address."
            )

    def _attempts(
        self, method: str, address: str, headers: dict[str, str], body: dict[str, Any], kept: Kept | None, asked: str
    ) -> Answer | str:
        """Return the answer of one hop, or the address that it redirects to."""
        import httpx

        host = urlsplit(address).hostname or ""
        for attempt in range(1, TRIES + 1):
            time.sleep(take_turn(host))
            deadline = Deadline.after(_WHOLE_ANSWER * self.settings.timeout_s)
            full, secret = with_credentials(address, self._granted)
            try:
                with self._opened().stream(method, full, headers=headers | secret, **body) as response:
                    _check_peer(response, self.named, self.settings)
                    if response.has_redirect_location:
                        return self._target(address, response.headers["location"])
                    if response.status_code == 304 and kept:
                        return self._cache.renew(kept, response.headers)
                    if response.status_code == 200:
                        refuse_coding(response.headers.get("content-encoding", ""), self.named)
                        whole = whole_body(response.iter_bytes(), self.named, deadline)
                        answer = Answer(whole, response.charset_encoding, address, _next_page(response))
                        if method == "GET" and not secret and full == address:
                            self._cache.keep(asked, answer, response.headers)
                        return answer
                    wait = wait_s(response.status_code, response.headers, attempt)
                    if wait is None:
                        raise SourceError(f"{self.named}: {_reason(response, deadline)}.")
            except httpx.ReadError:
                if attempt == TRIES:
                    raise
                wait = back_off_s(attempt)
            rest(host, wait)
        raise AssertionError("the last attempt returns or raises")

    def _target(self, address: str, location: str) -> str:
        try:
            return urljoin(address, location)
        except ValueError as error:
            raise SourceError(f"{self.named}: it redirects to {location[:200]!r}, which is no address.") from error

    def _opened(self) -> httpx.Client:
        import httpx

        from argmine import __version__

        if self._client is None:
            headers = {"User-Agent": f"argmine/{__version__}", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
            self._client = httpx.Client(timeout=self.settings.timeout_s, headers=headers, follow_redirects=False)
        return self._client

    @contextmanager
    def _one_sentence(self) -> Iterator[None]:
        """Turn what can go wrong on the way into a SourceError, without any secret in it."""
        try:
            with _one_sentence(self.named, self.settings):
                yield
        except SourceError as error:
            raise SourceError(hide_secrets(str(error), self._granted)) from None


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


def _reason(response: httpx.Response, deadline: Deadline) -> str:
    page = _beginning(response, deadline) if response.status_code in WALLED else ""
    return reason(response.status_code, response.headers, page, response.url.host)


def _beginning(response: httpx.Response, deadline: Deadline) -> str:
    """Return the first part of the page that came with a refusal."""
    import httpx

    parts: list[bytes] = []
    try:
        for part in response.iter_bytes():
            parts.append(part[:_PAGE_LOOKED_AT])
            if sum(map(len, parts)) > _PAGE_LOOKED_AT or deadline.is_over:
                break
    except httpx.HTTPError:  # the status alone must do
        pass
    return b"".join(parts).decode("utf-8", errors="replace")


def _next_page(response: httpx.Response) -> str | None:
    try:
        found = response.links.get("next", {}).get("url")
    except ValueError:
        return None
    return urljoin(str(response.url), found) if found else None


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
