"""The posts of a page without what their authors did not write, whatever the engine: subjects, devices, repeats."""

from __future__ import annotations

import re
from dataclasses import replace

from argmine.read.forum_post import Cited, Post

_PARAGRAPH = "\n\n"
_REPLY = re.compile(r"(?:re|aw|sv|antw|odp|rif|rép)\s*:\s*", re.IGNORECASE)
_LONGEST_REPLY = 20
_FEWEST_WORDS = 2
_SENT_FROM = re.compile(
    r"\s*Sent from (?:my|the) (?:.{1,60} using .{1,60}|iPhone|iPad|Android\b.{0,30}|mobile\b.{0,30})\s*"
)


def own_posts(posts: list[Post], title: str) -> list[Post]:
    """Return the posts in order, each once, without the thread's title as a first line or a device's note as the last.

    A post is shown twice if its number, its author and its text come again.
    """
    kept: list[Post] = []
    place: list[int] = []
    seen: dict[tuple[str, str | None, str], int] = {}
    for post in posts:
        sign = (post.key, post.author, post.text) if post.key else None
        if sign is not None and sign in seen:
            place.append(seen[sign])
            continue
        if sign is not None:
            seen[sign] = len(kept)
        place.append(len(kept))
        above = None if post.above is None else place[post.above]
        kept.append(_trimmed(replace(post, above=above), title if kept else ""))
    return kept


def _trimmed(post: Post, title: str) -> Post:
    start = subject_length(post.text, title) if title else 0
    end = start + _end_of_words(post.text[start:])
    if start == 0 and end == len(post.text):
        return post
    return replace(
        post,
        text=post.text[start:end],
        marks=[(*_moved(at, to, start, end), how) for at, to, how in post.marks if at < end and to > start],
        cited=[
            Cited(*_moved(one.start, one.end, start, end), one.keys, one.cite)
            for one in post.cited
            if one.end == 0 or (one.start < end and one.end > start)
        ],
    )


def _end_of_words(text: str) -> int:
    """Return where a text ends without a last line that only names the device it was sent from."""
    before, gap, last = text.rstrip().rpartition("\n")
    return len(before.rstrip()) if gap and before.strip() and _SENT_FROM.fullmatch(last) else len(text)


def _moved(at: int, to: int, start: int, end: int) -> tuple[int, int]:
    return max(at - start, 0), max(min(to, end) - start, 0)


def subject_length(text: str, title: str) -> int:
    r"""Return how many characters of a post repeat the thread's title as a line of their own, its gap included.

    >>> subject_length("Re: Oil or fat\n\nFat.", "Oil or fat - Kitchen"), subject_length("Oil.", "Oil or fat")
    (16, 0)
    """
    first, gap, rest = text[: 2 * len(title) + _LONGEST_REPLY].partition(_PARAGRAPH)
    bare = " ".join(_REPLY.sub("", first, count=1).split()).casefold()
    if not rest or len(bare.split()) < _FEWEST_WORDS or not " ".join(title.split()).casefold().startswith(bare):
        return 0
    return len(first) + len(gap)
