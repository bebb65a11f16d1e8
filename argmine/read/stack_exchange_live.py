"""A Stack Exchange question from its address: the question, its answers, and the comments of both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.read.addresses import split_web
from argmine.read.draft import Parsed
from argmine.read.shape import count, mapping, objects
from argmine.read.stack_exchange import parse_items

if TYPE_CHECKING:
    from argmine.read.fetch import Session

API = "https://api.stackexchange.com/2.3"
_HOST = re.compile(
    r"(?:[a-z]{2}\.)?(?:stackoverflow|superuser|serverfault|askubuntu|stackapps)\.com|mathoverflow\.net"
    r"|[a-z0-9.-]+\.stackexchange\.com"
)
_PATH = re.compile(r"/q(?:uestions)?/(\d{1,10})(?:/.*)?")
_ITEMS_A_PAGE = 100
_MOST_PAGES = 50


def question(source: str) -> tuple[str, str] | None:
    """Return the site and the number of the question that an address names; None for an address of another kind.

    >>> question("https://law.stackexchange.com/questions/40/is-it-fair-use#41"), question("https://a.com/questions/40")
    (('law.stackexchange.com', '40'), None)
    """
    parts = split_web(source)
    host = (parts.hostname or "").removeprefix("www.") if parts else ""
    found = _PATH.fullmatch(parts.path) if parts and _HOST.fullmatch(host) else None
    return (host, found[1]) if found else None


def read_thread(source: str, session: Session) -> Parsed:
    """Return the question; raise SourceError if the API does not know it."""
    site, number = question(source) or ("", source)
    items, unfinished = _all(f"questions/{number}", site, session)
    if not items:
        raise SourceError(f"{session.named}: {site} has no question {number}. Check the address.")
    answers, more = _all(f"questions/{number}/answers", site, session)
    items, unfinished = items + answers, unfinished or more
    numbers = [number, *(str(found) for item in answers if (found := count(item.get("answer_id"))) is not None)]
    for at in range(0, len(numbers), _ITEMS_A_PAGE):
        some = ";".join(numbers[at : at + _ITEMS_A_PAGE])
        comments, more = _all(f"posts/{some}/comments", site, session)
        items, unfinished = items + comments, unfinished or more
    return parse_items(items, unfinished=unfinished)


def _all(path: str, site: str, session: Session) -> tuple[list[dict[str, Any]], bool]:
    """Return the items of every page, and whether there are more than were asked for."""
    items: list[dict[str, Any]] = []
    for page in range(1, _MOST_PAGES + 1):
        where = f"{API}/{path}?site={site}&filter=withbody&sort=creation&order=asc&pagesize={_ITEMS_A_PAGE}&page={page}"
        answer = mapping(session.get_json(where))
        pause = count(answer.get("backoff"))
        if pause:
            session.rest(where, pause)
        items += objects(answer.get("items"))
        if answer.get("has_more") is not True:
            return items, False
    return items, True
