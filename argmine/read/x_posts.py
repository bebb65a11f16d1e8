"""Posts of X in files: tweets of API v1.1 (a list, a line each, search results) and pages of API v2.

In v1.1 `in_reply_to_status_id_str` names the parent; in v2 `referenced_tweets` does. Shortened links are written out;
the names at the beginning of a reply are addresses, no words, and are left out; a repost is wholly its source's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Mark, Parsed, Quoted, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.json_rows import first_object, object_lines
from argmine.read.markdown import markdown_marks
from argmine.read.payload import Payload
from argmine.read.shape import mapping, objects, words
from argmine.read.times import microseconds

_ADDRESSED = re.compile(r"\s*(?:@\w{1,50}\s+)*(?:@\w{1,50}\Z)?")
_REPOST = re.compile(r"RT @(\w{1,50}):\s")
_V2_NAMES = ("author_id", "edit_history_tweet_ids", "referenced_tweets", "public_metrics")


def _matches(payload: Payload, columns: Columns) -> bool:
    if payload.json is not None:
        value = payload.json[0]
        rows = value if isinstance(value, list) else [value]
        return bool(rows) and all(_is_v1(row) or _is_v2(row) or _is_page(row) for row in rows)
    first = first_object(payload)
    return first is not None and (_is_v1(first) or _is_v2(first) or _is_page(first))


def _is_v1(value: Any) -> bool:
    tweet = mapping(value)
    return "id_str" in tweet and ("full_text" in tweet or "text" in tweet) and "screen_name" in mapping(tweet, "user")


def _is_v2(value: Any) -> bool:
    tweet = mapping(value)
    number = text_or_none(tweet.get("id")) or ""
    return number.isdecimal() and "text" in tweet and any(name in tweet for name in _V2_NAMES)


def _is_page(value: Any) -> bool:
    page = mapping(value)
    return any(map(_is_v1, objects(page.get("statuses")))) or any(map(_is_v2, _data(page)))


def _data(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    data = page.get("data")
    return objects([data] if isinstance(data, dict) else data)


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or object_lines(payload)
    drafts: dict[str | None, Draft] = {}
    missing = 0
    for row in objects(value if isinstance(value, list) else [value]):
        if _is_page(row):
            users = {text_or_none(user.get("id")): user for user in objects(mapping(row, "includes").get("users"))}
            found = [_draft_v1(tweet) for tweet in objects(row.get("statuses")) if _is_v1(tweet)]
            found += [_draft_v2(tweet, users) for tweet in _with_parents(row)]
            missing += sum(one.get("resource_type") == "tweet" for one in objects(row.get("errors")))
        else:
            found = [_draft_v1(row)] if _is_v1(row) else [_draft_v2(row, {})] if _is_v2(row) else []
        for draft in found:
            drafts.setdefault(draft.post_id, draft)
    return Parsed(
        _with_openings(list(drafts.values())),
        replaced_characters=replaced,
        notes=[f"posts that the file names and cannot give (deleted, private): {missing:,}"] if missing else [],
    )


def _with_parents(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the posts of a page, and of those beside it the ones that they answer."""
    posts = [one for one in _data(page) if _is_v2(one)]
    answered = {_reference(post, "replied_to") for post in posts}
    beside = objects(mapping(page, "includes").get("tweets"))
    return posts + [one for one in beside if "text" in one and text_or_none(one.get("id")) in answered]


def _with_openings(drafts: list[Draft]) -> list[Draft]:
    """Return the drafts, each that others answer and that answers none as the opening of its thread."""
    answered = {draft.parent_id for draft in drafts}
    for draft in drafts:
        draft.opening = draft.parent_id is None and draft.post_id in answered
    return drafts


def _draft_v1(tweet: dict[str, Any]) -> Draft:
    source = mapping(tweet, "retweeted_status")
    body = mapping(source or tweet, "extended_tweet") or source or tweet
    author = author_or_none(mapping(tweet, "user").get("screen_name"))
    identifier, parent = text_or_none(tweet.get("id_str")), text_or_none(tweet.get("in_reply_to_status_id_str"))
    entities = [mapping(one, "entities") for one in (body, source or tweet)]
    text, markup = _text(words(body.get("full_text")) or words(body.get("text")), entities, reply=parent is not None)
    whole = (text_or_none(source.get("id_str")), author_or_none(mapping(source, "user").get("screen_name")))
    markup, sources = _as_repost(text, markup, whole) if source else (markup, {})
    return Draft(
        post_id=identifier,
        text=text,
        parent_id=parent,
        author=author,
        created_us=microseconds(tweet.get("created_at")),
        score=score_or_none(tweet.get("favorite_count")),
        url=_permalink(author, identifier),
        status=body_status(text),
        thread_id=text_or_none(tweet.get("conversation_id_str")),
        markup=markup,
        sources=sources,
    )


def _draft_v2(tweet: dict[str, Any], users: Mapping[str | None, dict[str, Any]]) -> Draft:
    user = mapping(tweet, "author") or users.get(text_or_none(tweet.get("author_id")), {})
    author = author_or_none(user.get("username")) or author_or_none(tweet.get("author_id"))
    note = mapping(tweet, "note_tweet")  # a long post's whole text
    entities = [mapping(note, "entities"), mapping(tweet, "entities")]
    parent, source = _reference(tweet, "replied_to"), _reference(tweet, "retweeted")
    raw = words(note.get("text")) or words(tweet.get("text"))
    text, markup = _text(raw, entities, reply=parent is not None)
    said_by = _REPOST.match(text)
    if source:
        markup, sources = _as_repost(text, markup, (source, said_by[1] if said_by else None))
    else:
        sources = {}
    identifier = text_or_none(tweet.get("id"))
    return Draft(
        post_id=identifier,
        text=text,
        parent_id=parent,
        author=author,
        created_us=microseconds(tweet.get("created_at")),
        score=score_or_none(mapping(tweet, "public_metrics").get("like_count")),
        url=_permalink(author if "username" in user else "i", identifier),
        status=body_status(text),
        thread_id=text_or_none(tweet.get("conversation_id")),
        markup=markup,
        sources=sources,
    )


def _reference(tweet: Mapping[str, Any], kind: str) -> str | None:
    named = objects(tweet.get("referenced_tweets"))
    return next((text_or_none(one.get("id")) for one in named if one.get("type") == kind), None)


def _text(raw: str, entities: Sequence[Mapping[str, Any]], *, reply: bool) -> tuple[str, list[Mark]]:
    text = raw
    for one in entities:
        for link in objects(one.get("urls")):
            short, long = words(link.get("url")), words(link.get("expanded_url"))
            if short and long:
                text = text.replace(short, long)
    text = unescape(text)
    if reply:
        found = _ADDRESSED.match(text)
        text = text[found.end() :] if found else text
    return text, [mark for mark in markdown_marks(text) if mark[2] == "link"]


def _as_repost(text: str, markup: Sequence[Mark], source: Quoted) -> tuple[list[Mark], dict[tuple[int, int], Quoted]]:
    """Return the marks of a text that is wholly another's, and whose it is."""
    whole = (0, len(text))
    return [(*whole, "aside"), *markup] if text else [], {whole: source}


def _permalink(author: str | None, identifier: str | None) -> str | None:
    return f"https://x.com/{author}/status/{identifier}" if author and identifier else None


FORMAT = Format(
    name="x",
    title="X posts (files of API v1.1 or v2)",
    gives="replies, authors, times, likes, permalinks, reposts as quotations",
    lacks="posts that the file does not hold; there is no free way to read them",
    matches=_matches,
    parse=_parse,
)
