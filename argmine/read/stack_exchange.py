"""A Stack Exchange question as its API 2.3 gives it: questions, answers and comments in wrappers of `items`.

One file may hold one wrapper or a list of them; answers and comments are found inside a question too. Bodies are HTML.
Live, the question is asked for, then its answers, then the comments of both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.read.addresses import origin, split_web
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Mark, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.html_text import html_text
from argmine.read.markdown import line_feeds, markdown_marks
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects, words
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from argmine.read.fetch import Session

_IDENTIFIERS = ("comment_id", "answer_id", "question_id")
API = "https://api.stackexchange.com/2.3"
_HOST = re.compile(
    r"(?:[a-z]{2}\.)?(?:stackoverflow|superuser|serverfault|askubuntu|stackapps)\.com|mathoverflow\.net"
    r"|[a-z0-9.-]+\.stackexchange\.com"
)
_PATH = re.compile(r"/q(?:uestions)?/(\d{1,10})(?:/.*)?")
_ITEMS_A_PAGE = 100
_MOST_PAGES = 50


def _matches(payload: Payload, columns: Columns) -> bool:
    wrappers = _wrappers(payload.json[0]) if payload.json else []
    return bool(wrappers) and all("quota_remaining" in one or "has_more" in one for one in wrappers)


def _wrappers(value: Any) -> list[dict[str, Any]]:
    found = objects(value if isinstance(value, list) else [value])
    return [one for one in found if any(_is_item(item) for item in objects(one.get("items")))]


def _is_item(value: dict[str, Any]) -> bool:
    return any(name in value for name in _IDENTIFIERS)


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or (None, 0)
    wrappers = _wrappers(value)
    unfinished = sum(one.get("has_more") is True for one in wrappers[-1:])
    return parse_items(
        [item for one in wrappers for item in objects(one.get("items"))], replaced=replaced, unfinished=bool(unfinished)
    )


def parse_items(items: Sequence[dict[str, Any]], *, replaced: int = 0, unfinished: bool = False) -> Parsed:
    """Return questions, answers and comments as drafts; `unfinished` where the API says that it has more."""
    flat: list[dict[str, Any]] = []
    waiting = list(reversed(items))
    while waiting:
        item = waiting.pop()
        flat.append(item)
        for name in ("answers", "comments"):
            waiting += reversed(objects(item.get(name)))
    unique: dict[str, dict[str, Any]] = {}
    for item in flat:
        identifier = _identifier(item)
        if identifier is not None:
            unique[identifier] = unique.get(identifier, {}) | item
    threads = {
        identifier: text_or_none(item.get("question_id"))
        for identifier, item in unique.items()
        if _kind(item) != "comment_id"
    }
    questions = [item for item in unique.values() if _kind(item) == "question_id"]
    question = questions[0] if len(questions) == 1 else {}
    base = origin(words(question.get("link")))
    drafts = [_draft(identifier, item, threads, base) for identifier, item in unique.items()]
    return Parsed(
        drafts,
        title=unescape(words(question.get("title"))).strip(),
        url=text_or_none(question.get("link")),
        claimed=_claimed(question, list(unique.values())) if question else None,
        replaced_characters=replaced,
        pages=2 if unfinished else 1,
        notes=["the API has more than this file holds (has_more)"] if unfinished else [],
    )


def _kind(item: dict[str, Any]) -> str | None:
    return next((name for name in _IDENTIFIERS if item.get(name) is not None), None)


def _identifier(item: dict[str, Any]) -> str | None:
    """Return a post's identifier; comments are numbered apart from questions and answers, so theirs begin with c."""
    kind = _kind(item)
    number = text_or_none(item.get(kind)) if kind else None
    return f"c{number}" if kind == "comment_id" and number else number


def _draft(identifier: str, item: dict[str, Any], threads: dict[str, str | None], base: str) -> Draft:
    kind = _kind(item)
    text, markup = _body(item)
    owner = mapping(item, "owner")
    parent = {"comment_id": item.get("post_id"), "answer_id": item.get("question_id")}.get(str(kind))
    thread = item.get("question_id") or threads.get(str(text_or_none(item.get("post_id"))))
    return Draft(
        post_id=identifier,
        text=text,
        parent_id=text_or_none(parent),
        author=author_or_none(unescape(words(owner.get("display_name")))),
        created_us=microseconds(item.get("creation_date")),
        score=score_or_none(item.get("score")),
        url=text_or_none(item.get("link")) or (f"{base}/a/{identifier}" if base and kind == "answer_id" else None),
        status=body_status(text),
        thread_id=text_or_none(thread),
        markup=markup,
        opening=kind == "question_id",
    )


def _body(item: dict[str, Any]) -> tuple[str, list[Mark]]:
    if isinstance(item.get("body"), str):
        return html_text(item["body"])
    text = line_feeds(unescape(words(item.get("body_markdown"))))
    return text, markdown_marks(text)


def _claimed(question: dict[str, Any], items: Sequence[dict[str, Any]]) -> int | None:
    """Return the answers and comments that the source counts, as far as it does."""
    answers = count(question.get("answer_count"))
    if answers is None:
        return None
    counted = sum(count(item.get("comment_count")) or 0 for item in items)
    return answers + max(counted, sum(_kind(item) == "comment_id" for item in items))


def named_question(source: str) -> tuple[str, str] | None:
    """Return the site and the number of the question that an address names; None for an address of another kind.

    >>> named_question("https://law.stackexchange.com/questions/40/is-it-fair-use#41")
    ('law.stackexchange.com', '40')
    """
    parts = split_web(source)
    host = (parts.hostname or "").removeprefix("www.") if parts else ""
    found = _PATH.fullmatch(parts.path) if parts and _HOST.fullmatch(host) else None
    return (host, found[1]) if found else None


def _live(source: str, session: Session) -> Parsed:
    """Return the question; raise SourceError if the API does not know it."""
    site, number = named_question(source) or ("", source)
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


FORMAT = Format(
    name="stack_exchange",
    title="Stack Exchange question, answers and comments (JSON of API 2.3)",
    gives="replies, authors, times, scores, permalinks",
    lacks="comments that were not asked for",
    matches=_matches,
    parse=_parse,
    address=lambda source, settings: source if named_question(source) else None,
    live=_live,
)
