"""A ConvoKit corpus: its folder, or the `utterances.jsonl` in it. Every conversation is a thread of its own."""

from __future__ import annotations

from html import unescape
from typing import Any

from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.json_rows import first_object, object_lines
from argmine.read.markdown import line_feeds, markdown_marks
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects, words
from argmine.read.times import microseconds

_REDDIT = "https://www.reddit.com"


def _matches(payload: Payload, columns: Columns) -> bool:
    if payload.json is not None:
        rows = payload.json[0] if isinstance(payload.json[0], list) else [payload.json[0]]
        return bool(rows) and all(map(is_utterance, rows))
    first = first_object(payload)
    return first is not None and is_utterance(first)


def is_utterance(value: Any) -> bool:
    """Return whether an object is an utterance of a corpus."""
    row = mapping(value)
    return "id" in row and "text" in row and _speaker(row) is not None and bool({"reply-to", "reply_to"} & row.keys())


def _speaker(row: dict[str, Any]) -> Any:
    """Return who speaks; before 2020 corpora said `user`, and some write the whole speaker."""
    speaker = row.get("speaker", row.get("user"))
    return speaker.get("id") if isinstance(speaker, dict) else speaker


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or object_lines(payload)
    rows = objects(value if isinstance(value, list) else [value])
    conversations = mapping(payload.beside("conversations.json"))
    drafts = [utterance_draft(row) for row in rows]
    threads = {draft.thread_id for draft in drafts}
    abouts = {thread: mapping(conversations.get(str(thread))) for thread in threads}
    titles = [text_or_none(mapping(about, "meta").get("title")) for about in abouts.values()]
    numbers = [count(mapping(about, "meta").get("num_comments")) for about in abouts.values()]
    # What a conversation was said to have when it was crawled may be less than what was crawled in the end.
    claimed = sum(filter(None, numbers)) if None not in numbers else 0
    n_comments = sum(not draft.opening for draft in drafts)
    return Parsed(
        drafts,
        title=(titles[0] or "") if len(titles) == 1 else "",
        claimed=claimed if claimed >= n_comments > 0 else None,
        replaced_characters=replaced,
        notes=[f"conversations: {len(threads):,}"] if len(threads) > 1 else [],
    )


def utterance_draft(row: dict[str, Any]) -> Draft:
    """Return an utterance's draft."""
    meta = mapping(row, "meta")
    identifier = text_or_none(row.get("id"))
    thread = text_or_none(row.get("conversation_id", row.get("root")))
    text = line_feeds(words(row.get("text")))
    permalink = words(meta.get("permalink"))
    if "subreddit" in meta:  # Reddit's own archives keep the signs of Markdown escaped
        text = unescape(text)
    return Draft(
        post_id=identifier,
        text=text,
        parent_id=text_or_none(row.get("reply-to", row.get("reply_to"))),
        author=author_or_none(_speaker(row)),
        created_us=microseconds(row.get("timestamp")),
        score=score_or_none(meta.get("score")),
        url=_REDDIT + permalink if permalink.startswith("/r/") else text_or_none(permalink),
        status=body_status(text),
        thread_id=thread,
        markup=markdown_marks(text) if "subreddit" in meta else [],
        opening=identifier is not None and identifier == thread,
    )


FORMAT = Format(
    name="convokit",
    title="ConvoKit corpus (its folder, or utterances.jsonl)",
    gives="replies, authors, times, conversations; scores and permalinks where the corpus has them",
    lacks="the title of each conversation, where the file is read without its folder",
    matches=_matches,
    parse=_parse,
)
