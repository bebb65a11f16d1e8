"""A server that speaks the OpenAI chat protocol: one question at a time, with the limits that any server needs.

The user names the server, so an address on this machine or a private network is as good as any other. The key comes
from the environment, goes to that server alone, and is written nowhere: redirects are not followed, and over plain
http it goes only to this machine or a private network.
"""

from __future__ import annotations

import ipaddress
import json
import os
import random
import socket
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from argmine.errors import CoderError, SettingsError

if TYPE_CHECKING:
    import httpx

    from argmine.settings import Settings

KEY_VARIABLE = "ARGMINE_CODER_KEY"
TRIES = 4
BACK_OFF_S = 1.0
LONGEST_PAUSE_S = 60.0
"""Seconds that a server may ask us to wait; who asks for more is not waited for."""
LARGEST_BODY = 4 * 2**20
_WHOLE_ANSWER = 4
"""A whole answer may take this many times the longest wait for a part of it."""
_PATH = "/chat/completions"
_FATAL = {
    401: f"it asks for a key (HTTP 401). Put one that it knows into {KEY_VARIABLE}",
    403: f"it refuses the key or the model (HTTP 403). Check {KEY_VARIABLE} and the model's name",
    404: "it knows no such address or model (HTTP 404). Check coder_url, which often ends in /v1, and the model's name",
    405: "it takes no questions at this address (HTTP 405). Check coder_url, which often ends in /v1",
}


class NoAnswerError(Exception):
    """A question that got no sound answer after all attempts; `reason` is what it is counted as."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class QuestionRefusedError(Exception):
    """A question that the server finds wrong (HTTP 400, 413 or 422), as where it is too long; `said` is its reason."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(status, said)
        self.reason = f"question refused (HTTP {status})"
        self.said = said


@dataclass(frozen=True)
class Said:
    """What the model said: its words, whether it refused, whether it was cut off, and the tokens that it cost."""

    content: str
    refused: bool
    cut_off: bool
    tokens_in: int
    tokens_out: int


class ChatServer:
    """The server at `coder_url`; raise SettingsError for an address that cannot be one or must not be asked."""

    def __init__(self, model: str, settings: Settings) -> None:
        self.model, self.settings = model, settings
        self.url, self.host = _address(settings.coder_url, model)
        self._local = is_loopback(self.host)
        if settings.offline and not self._local:
            raise SettingsError(
                f"coder llm:{model} asks the server {self.host}, and offline is set. Name a server on this machine."
            )
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()
        self._not_before = 0.0
        self._takes_schema = True

    def ask(self, messages: list[dict[str, str]], schema: dict[str, Any], most_tokens: int) -> Said:
        """Return what the model says.

        Raise NoAnswerError or QuestionRefusedError, and CoderError where there is no point in asking on.
        """
        question: dict[str, Any] = {
            "model": self.model,
            "messages": messages,
            "temperature": 0,
            "seed": self.settings.seed,
            "max_tokens": most_tokens,
            "stream": False,
        }
        form = {"type": "json_schema", "json_schema": {"name": "codes", "strict": True, "schema": schema}}
        if self._takes_schema:
            try:
                return self._attempts(question | {"response_format": form})
            except QuestionRefusedError:  # many servers do not know the field: what they answer is checked all the same
                said = self._attempts(question)
                self._takes_schema = False
                return said
        return self._attempts(question)

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _attempts(self, question: dict[str, Any]) -> Said:
        import httpx

        fault = ""
        for attempt in range(1, TRIES + 1):
            time.sleep(max(0.0, self._not_before - time.monotonic()))
            pause = BACK_OFF_S * 2.0 ** (attempt - 1) * (1 + random.random() / 4)  # noqa: S311 - only spreads the load
            try:
                status, headers, body = self._post(question)
            except httpx.TimeoutException:
                fault = f"no answer within {self.settings.timeout_s:g} s"
            except _EndlessError as error:
                fault = str(error)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                fault = f"connection lost ({type(error).__name__})"
            else:
                if status == 200:
                    said = _said(body)
                    if said is not None:
                        return said
                    fault = "answer that is not of the chat protocol"
                else:
                    fault = f"server failure (HTTP {status})" if status != 429 else "too many requests (HTTP 429)"
                    pause = self._pause(status, headers, body, pause)
            if attempt < TRIES:
                with self._lock:
                    self._not_before = max(self._not_before, time.monotonic() + pause)
        raise NoAnswerError(fault)

    def _pause(self, status: int, headers: httpx.Headers, body: bytes, usual_s: float) -> float:
        """Return the seconds to wait after a refusal; raise where there is no point in asking again."""
        if status in (400, 413, 422):
            raise QuestionRefusedError(status, self._shown(body))
        if status in _FATAL:
            raise CoderError(f"coder llm:{self.model} at {self.host}: {_FATAL[status]}.")
        if status != 429 and status != 408 and status < 500:
            raise CoderError(
                f"coder llm:{self.model} at {self.host}: it answers HTTP {status}, which is no chat. Check coder_url."
            )
        seconds = _asked_pause_s(headers.get("retry-after", ""))
        if seconds is not None and seconds > LONGEST_PAUSE_S:
            raise CoderError(
                f"coder llm:{self.model} at {self.host}: the server asks for a pause of {seconds:,.0f} s. Run again "
                "after it; what is coded already is kept."
            )
        return usual_s if seconds is None else seconds

    def _post(self, question: dict[str, Any]) -> tuple[int, httpx.Headers, bytes]:
        deadline = time.monotonic() + _WHOLE_ANSWER * self.settings.timeout_s
        with self._opened().stream("POST", self.url, json=question, headers=self._secret()) as response:
            parts, size = [], 0
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST_BODY or time.monotonic() > deadline:
                    raise _EndlessError
            return response.status_code, response.headers, b"".join(parts)

    def _opened(self) -> httpx.Client:
        import httpx

        from argmine import __version__

        with self._lock:
            if self._client is None:
                headers = {"User-Agent": f"argmine/{__version__}", "Accept": "application/json"}
                # A proxy would see what goes over plain http, and cannot reach this machine's own servers.
                through_proxy = self.url.startswith("https:") and not self._local
                self._client = httpx.Client(
                    timeout=self.settings.timeout_s, headers=headers, follow_redirects=False, trust_env=through_proxy
                )
            return self._client

    def _secret(self) -> dict[str, str]:
        key = os.environ.get(KEY_VARIABLE, "").strip()
        if not key:
            return {}
        if not key.isascii() or not key.isprintable():
            raise CoderError(f"the key in {KEY_VARIABLE} holds signs that no key has. Set it again.")
        if not self.url.startswith("https:") and not is_near(self.host):
            raise CoderError(
                f"coder llm:{self.model}: the key in {KEY_VARIABLE} is not sent to {self.host} over plain http, where "
                "others can read it. Give an https address, or unset the key."
            )
        return {"Authorization": f"Bearer {key}"}

    def _shown(self, body: bytes) -> str:
        """Return what a server said of a refused question, short and without the key."""
        text = body.decode("utf-8", errors="replace")
        try:
            error = json.loads(text)["error"]
            text = str(error["message"] if isinstance(error, dict) else error)
        except (ValueError, RecursionError, KeyError, TypeError):
            pass
        key = os.environ.get(KEY_VARIABLE, "").strip()
        text = text.replace(key, "…") if key else text
        return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:200]


class _EndlessError(Exception):
    def __str__(self) -> str:
        return "answer that does not end"


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, by its name or number alone.

    >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost.example.org")
    (True, True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_near(host: str) -> bool:
    """Return whether all that a host's name stands for is this machine or a private network."""
    if is_loopback(host):
        return True
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    numbers = [ipaddress.ip_address(str(where[0]).partition("%")[0]) for *_, where in found]
    return bool(numbers) and all(number.is_private for number in numbers)


def _address(given: str, model: str) -> tuple[str, str]:
    """Return the address that questions go to, and its host."""
    if not given:
        raise SettingsError(
            f"coder llm:{model} needs coder_url, the address of its server, as in --coder-url http://localhost:8000/v1."
        )
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError(f"coder_url is no valid address: {error}.") from error
    if "@" in parts.netloc:
        raise SettingsError(f"coder_url must hold no name or password. Put the key into {KEY_VARIABLE}.")
    if parts.scheme not in ("http", "https") or not host or not given.isprintable() or " " in given:
        raise SettingsError(f"coder_url is {given[:200]!r}; it must be an http or https address.")
    if parts.query or parts.fragment:
        raise SettingsError(f"coder_url must end with its path, without ? or #. A key belongs into {KEY_VARIABLE}.")
    path = parts.path.rstrip("/")
    path = path if path.endswith(_PATH) else path + _PATH
    return f"{parts.scheme}://{parts.netloc}{path}", host


def _asked_pause_s(given: str) -> float | None:
    """Return the seconds that a Retry-After header asks for, in seconds or as a date; None where it says nothing sound.

    >>> _asked_pause_s("7"), _asked_pause_s("soon"), _asked_pause_s("")
    (7.0, None, None)
    """
    given = given.strip()
    if given.isascii() and given.replace(".", "", 1).isdigit() and len(given) < 10:
        return float(given)
    try:
        at = parsedate_to_datetime(given)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _said(body: bytes) -> Said | None:
    """Return what the model said by an answer's body; None where that is not of the chat protocol."""
    try:
        answer = json.loads(body)
        choice = answer["choices"][0]
        message = choice["message"]
        content, refusal, end = message.get("content"), message.get("refusal"), choice.get("finish_reason")
        usage = answer.get("usage") or {}
        counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
    except (ValueError, RecursionError, KeyError, IndexError, TypeError, AttributeError):
        return None
    if content is not None and not isinstance(content, str):
        return None
    tokens = [count if isinstance(count, int) and count >= 0 else 0 for count in counts]
    return Said(content or "", bool(refusal) or end == "content_filter", end == "length", tokens[0], tokens[1])
