"""The posts of a forum page to drafts: who answers whom, whose words are quoted, when."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from argmine.read.draft import Draft, Quoted, author_or_none, body_status, score_or_none
from argmine.read.forum_post import Cited, Post
from argmine.read.shown_times import page_zone, shown_times

_WORD = re.compile(r"\w+")
_SAID = re.compile(
    r"(?:posted by|quote from:?|zitat von:?|@)?\s*([^:@]{1,60}?)\s*"
    r"(?:said|wrote|schrieb|a écrit|escribió|ha scritto)?\s*:?\s*$",
    re.IGNORECASE,
)
_SCORE = re.compile(r"[-+−]?\d[\d,]*(?:\.\d+)?")
_FEWEST_WORDS = 4


def drafts_of(posts: list[Post], page_text: str, base: str, *, opens: bool) -> list[Draft]:
    """Return the drafts of a page's posts; `opens` says that the first of them opens the thread.

    A post answers the one that it stands in, else the first that it quotes, else the opening one. Whatever else it
    quotes stays in `sources`.
    """
    keys = _unique_keys(posts)
    authors = [author_or_none(post.author) for post in posts]
    times = shown_times([post.time for post in posts], page_zone(page_text))
    place = {key: index for index, key in enumerate(keys)}
    names = sorted({name for name in authors if name}, key=len, reverse=True)
    drafts = []
    for index, post in enumerate(posts):
        parent = post.above
        sources: dict[tuple[int, int], Quoted] = {}
        for cited in post.cited:
            found, author = _source(cited, index, posts, authors, place, names)
            if cited.end > cited.start and (found is not None or author):
                sources[cited.start, cited.end] = (None if found is None else keys[found], author)
            if parent is None:
                parent = found
        if parent is None and opens and index:
            parent = 0
        status = body_status(post.text)
        drafts.append(
            Draft(
                post_id=keys[index],
                text=post.text,
                parent_id=None if parent is None else keys[parent],
                author=authors[index],
                created_us=times[index],
                score=_score(post.score),
                url=_resolved(base, post.url),
                status=status,
                markup=post.marks,
                sources=sources,
                opening=opens and index == 0,
            )
        )
    return drafts


def _unique_keys(posts: list[Post]) -> list[str]:
    """Return the posts' own identifiers, or where these do not differ or most have none, their places on the page."""
    places = [f"p{number}" for number in range(1, len(posts) + 1)]
    own = [post.key for post in posts if post.key]
    if len(set(own)) < len(own) or 2 * len(own) < len(posts) or not set(own).isdisjoint(places):
        return places
    return [post.key or place for post, place in zip(posts, places, strict=True)]


def _source(
    cited: Cited,
    index: int,
    posts: list[Post],
    authors: list[str | None],
    place: dict[str, int],
    names: list[str],
) -> tuple[int | None, str | None]:
    """Return the post that a quotation names, or the nearest earlier one of its author that says it; and the author."""
    author = _named(cited.cite, names)
    for key in cited.keys:
        found = place.get(key)
        # A number may be that of a user or a thread: the name beside it tells.
        if found is not None and found != index and (author is None or author == authors[found]):
            return found, authors[found]
    if author is None:
        return None, None
    words = _folded(posts[index].text[cited.start : cited.end])
    if words.count(" ") >= _FEWEST_WORDS:
        for earlier in range(index - 1, -1, -1):
            if authors[earlier] == author and words in _folded(posts[earlier].text):
                return earlier, author
    return None, author


def _folded(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.lower()))} "


def _named(cite: str, names: list[str]) -> str | None:
    """Return the author that a quotation's heading names: one of the page, else what stands before "said:".

    >>> _named("On 8/26/2024, Ann Lee said:", ["Ann Lee", "Ann"]), _named("Bo wrote:", []), _named("", ["Ann"])
    ('Ann Lee', 'Bo', None)
    """
    for name in names:
        at = cite.find(name)
        if at >= 0 and not (cite[at - 1 : at].isalnum() or cite[at + len(name) : at + len(name) + 1].isalnum()):
            return name
    found = _SAID.match(cite)
    return author_or_none(found[1]) if found else None


def _score(said: str | None) -> float | None:
    found = _SCORE.search(said or "")
    return score_or_none(found[0].replace(",", "").replace("−", "-")) if found else None


def _resolved(base: str, link: str | None) -> str | None:
    if not link:
        return None
    try:
        address = urljoin(base, f"https:{link}" if link.startswith("//") and not base else link)
    except ValueError:
        return None
    return address if address.startswith(("http://", "https://")) else None
