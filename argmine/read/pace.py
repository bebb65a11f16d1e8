"""How fast a host is asked: a least time between two requests, one for the whole process."""

from __future__ import annotations

import threading
import time

USUAL_S = 1.0
"""Seconds between two requests to a host that says nothing else; 55 a minute is known to be safe on forums."""
INTERVALS_S = {
    "hn.algolia.com": 0.36,  # 10,000 an hour
    "hacker-news.firebaseio.com": 0.0,  # no limit is stated, and a thread needs a request a comment
    "oauth.reddit.com": 0.6,  # 100 a minute
    "www.reddit.com": 6.0,  # feeds: about 10 a minute
    "arctic-shift.photon-reddit.com": 1.0,  # the owner asks for few requests
    "api.github.com": 0.1,
    "api.stackexchange.com": 0.1,
    "public.api.bsky.app": 0.1,
    "127.0.0.1": 0.0,  # one's own machine
    "localhost": 0.0,
}

_free_at: dict[str, float] = {}
_lock = threading.Lock()


def take_turn(host: str) -> float:
    """Return the seconds to wait before a request to a host; the turn after it is then taken."""
    interval = INTERVALS_S.get(host.lower(), USUAL_S)
    with _lock:
        here = time.monotonic()
        turn = max(here, _free_at.get(host.lower(), here))
        _free_at[host.lower()] = turn + interval
    return turn - here


def rest(host: str, seconds: float) -> None:
    """Let no request go to a host for some seconds, as it asked."""
    with _lock:
        _free_at[host.lower()] = max(_free_at.get(host.lower(), 0.0), time.monotonic() + seconds)
