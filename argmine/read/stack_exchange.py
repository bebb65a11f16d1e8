"""A Stack Exchange question as its API 2.3 gives it: questions, answers and comments in wrappers of `items`.

One file may hold one wrapper or a list of them; answers and comments are found inside a question too. Bodies are HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape
from typing import TYPE_CHECKING, Any

from argmine.read.addresses import origin
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Mark, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.html_text import html_text
from argmine.read.markdown import line_feeds, markdown_marks
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects, words
from argmine.read.times import microseconds
from argmine.settings import Settings

if TYPE_CHECKING:
    from argmine.read.fetch import Session

_IDENTIFIERS = ("comment_id", "answer_id", "question_id")


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


def _address(source: str, settings: Settings) -> str | None:
    from argmine.read.stack_exchange_live import question

    return source if question(source) else None


def _live(source: str, session: Session) -> Parsed:
    from argmine.read.stack_exchange_live import read_thread

    return read_thread(source, session)


FORMAT = Format(
    name="stack_exchange",
    title="Stack Exchange question, answers and comments (JSON of API 2.3)",
    gives="replies, authors, times, scores, permalinks",
    lacks="comments that were not asked for",
    matches=_matches,
    parse=_parse,
    address=_address,
    live=_live,
)
