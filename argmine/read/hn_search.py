"""Hacker News as the Algolia API's search gives it: `GET https://hn.algolia.com/api/v1/search?tags=comment,story_ID`.

A flat list of hits, comments and stories, with bodies in the site's HTML. One answer, several in an array, or a
recording of requests, those for items among them. A hit that comes again is the same one.
"""

from __future__ import annotations

from typing import Any

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.hn_item import is_node, node_drafts, permalink
from argmine.read.hn_markup import decode_entities, hn_text
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects, words
from argmine.read.times import microseconds

_WRAPPERS = ("reply", "response")


def _answers(value: Any) -> list[dict[str, Any]]:
    """Return the answers of searches in a value: it, its elements, or what their recordings hold."""
    return [part for part in _parts(value) if _is_answer(part)]


def _parts(value: Any) -> list[dict[str, Any]]:
    elements = [value] if isinstance(value, dict) else objects(value)
    return [part for element in elements for part in (element, *(mapping(element, name) for name in _WRAPPERS))]


def _is_answer(value: dict[str, Any]) -> bool:
    hits = value.get("hits")
    return isinstance(hits, list) and "nbHits" in value and all("objectID" in hit for hit in objects(hits))


def _matches(payload: Payload, columns: Columns) -> bool:
    return any(answer["hits"] for answer in _answers(payload.json[0])) if payload.json else False


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or (None, 0)
    answers = _answers(value)
    hits = {str(hit.get("objectID")): hit for answer in answers for hit in objects(answer["hits"])}
    if not hits:
        raise SourceError(f"{payload.name}: this is no answer of Hacker News' search with hits. Search again.")
    found = {identifier: _draft(identifier, hit) for identifier, hit in hits.items()}
    for draft in (draft for part in _parts(value) if is_node(part) for draft in node_drafts(part)[0]):
        found.setdefault(str(draft.post_id), draft)
    drafts = list(found.values())
    threads = {draft.thread_id for draft in drafts}
    titles = {words(hit.get("story_title")) for hit in hits.values()} - {""}
    pages = max((count(answer.get("nbPages")) or 1 for answer in answers), default=1)
    return Parsed(
        drafts,
        title=decode_entities(titles.pop()) if len(titles) == 1 else "",
        url=permalink(str(threads.pop())) if len(threads) == 1 else None,
        claimed=count(answers[0].get("nbHits")) if len(answers) == 1 else None,
        replaced_characters=replaced,
        pages_read=min(len(answers), pages) if len(answers) == 1 else 1,
        pages=pages if len(answers) == 1 else 1,
        notes=["a search gives what it found, which need not be a whole thread"],
    )


def _draft(identifier: str, hit: dict[str, Any]) -> Draft:
    is_comment = isinstance(hit.get("comment_text"), str)
    body = words(hit.get("comment_text")) or words(hit.get("story_text"))
    text, markup = hn_text(body)
    if not is_comment and not text.strip():
        text, markup = decode_entities(words(hit.get("title"))), []
    created = microseconds(hit.get("created_at_i"))
    status = body_status(text)
    return Draft(
        post_id=identifier,
        text=text,
        parent_id=text_or_none(hit.get("parent_id")),
        author=author_or_none(hit.get("author")),
        created_us=microseconds(hit.get("created_at")) if created is None else created,
        score=score_or_none(hit.get("points")),
        url=permalink(identifier),
        status="deleted" if is_comment and status == "ok" and not text.strip() else status,
        thread_id=text_or_none(hit.get("story_id")) or (None if is_comment else identifier),
        markup=markup,
        opening=not is_comment,
    )


FORMAT = Format(
    name="hn_search",
    title="Hacker News search results (Algolia JSON)",
    gives="authors, times, permalinks, scores of stories, replies among the hits",
    lacks="comments that the search did not find, texts of deleted and dead ones, scores of comments",
    matches=_matches,
    parse=_parse,
)
