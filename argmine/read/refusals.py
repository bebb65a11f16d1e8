"""Answers that are no page: what to say of them, and when to ask again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime

from argmine.read.page_cache import now
from argmine.read.times import microseconds
from argmine.read.walls import find_wall, wall_message

TRIES = 3
BACK_OFF_S = 0.5
LONGEST_WAIT_S = 60.0
"""Seconds that a server may ask us to wait; who asks for more is not waited for."""
WALLED = (401, 403, 429, 503)
"""Refusals that may come with a page which names itself."""
_TRY_AGAIN = (429, 500, 502, 503, 504)
_REASONS = {
    401: "the server asks for a login (HTTP 401). Save the page while logged in and name the file",
    403: "the server refuses to show it (HTTP 403). Save the page in a browser and name the file",
    404: "there is no such page (HTTP 404). Check the address",
    410: "the page is gone (HTTP 410). Look for an archived copy and name the file",
    429: "the server has had too many requests (HTTP 429). Wait some minutes and try again",
}


def reason(status: int, headers: Mapping[str, str], page: str, host: str) -> str:
    """Return what an error says about a refusal, without a full stop; `page` is what came with it, if it was read.

    >>> reason(410, {}, "", "a.org")
    'the page is gone (HTTP 410). Look for an archived copy and name the file'
    """
    if headers.get("x-ratelimit-remaining") == "0" and status in (403, 429):
        return f"the server's limit of requests is used up (HTTP {status}){_renewal(headers, host)}"
    wall = find_wall(page) if page else None
    if wall:
        return f"{wall_message(wall).rstrip('.')} (HTTP {status})"
    if status in _REASONS:
        after = headers.get("retry-after", "")
        return _REASONS[status] + (f"; it names {after[:40]} as the time" if status == 429 and after else "")
    if status >= 500:
        return f"the server has failed (HTTP {status}). Try again later"
    return f"the server answers HTTP {status}, which is no page. Check the address"


def _renewal(headers: Mapping[str, str], host: str) -> str:
    at = microseconds(headers.get("x-ratelimit-reset", ""))
    when = f"; it is renewed at {datetime.fromtimestamp(at / 1e6, UTC):%H:%M} UTC" if at else ""
    return f"{when}. Try again then, or set a token for {host} (see `argmine formats`)"


def wait_s(status: int, headers: Mapping[str, str], attempt: int) -> float | None:
    """Return the seconds to wait before the next attempt; None if there should be none.

    >>> wait_s(429, {"retry-after": "7"}, 1), wait_s(429, {"retry-after": "3600"}, 1), wait_s(404, {}, 1)
    (7.0, None, None)
    """
    if status not in _TRY_AGAIN or attempt == TRIES:
        return None
    asked = headers.get("retry-after", "").strip()
    if not asked:
        return back_off_s(attempt)
    if asked.isascii() and asked.isdigit() and len(asked) < 9:
        seconds = float(asked)
    else:
        at = microseconds(asked)
        seconds = LONGEST_WAIT_S + 1 if at is None else max(at / 1e6 - now(), 0.0)
    return seconds if seconds <= LONGEST_WAIT_S else None


def back_off_s(attempt: int) -> float:
    """Return the seconds to wait after a failed attempt of which nobody says how long it will last."""
    return BACK_OFF_S * 2.0 ** (attempt - 1) * (1 + random.random() / 4)  # noqa: S311 - only spreads the load
