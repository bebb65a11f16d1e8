"""A saved page of a Lobsters story: comments nest in lists of lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, score_or_none
from argmine.read.elements import ancestors, attribute, child, classes, words_at
from argmine.read.format import Format
from argmine.read.html_text import node_text
from argmine.read.lobsters import SITE
from argmine.read.payload import Payload
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_NUMBER = re.compile(r"-?\d+")
_GONE = (("removed by moderator", "removed"), ("removed by author", "deleted"), ("deleted by author", "deleted"))


def _matches(payload: Payload, columns: Columns) -> bool:
    return payload.is_markup and "data-shortid=" in payload.text and "comment_text" in payload.text


def _parse(payload: Payload, columns: Columns) -> Parsed:
    page = payload.page
    story = page.css_first("li.story[data-shortid], div.story[data-shortid]")
    opening = _opening(page, story) if story is not None else None
    thread = opening.post_id if opening else None
    comments = page.css("div.comment[data-shortid]")
    if not comments:
        raise SourceError(f"{payload.name}: this page of Lobsters holds no comments. Save the page of a story.")
    drafts = [_comment(comment, thread) for comment in comments]
    return Parsed(
        [*([opening] if opening else []), *drafts],
        title=words_at(page, "span.link a.u-url, .link a"),
        url=opening.url if opening else None,
        claimed=_claimed(page),
    )


def _comment(comment: LexborNode, thread: str | None) -> Draft:
    identifier = comment.attributes.get("data-shortid") or None
    text, markup = node_text(comment.css_first("div.comment_text"))
    byline = comment.css_first("div.byline")
    return Draft(
        post_id=identifier,
        text=text,
        parent_id=_parent(comment) or thread,
        author=_author(byline),
        created_us=_time(byline),
        score=_score(comment),
        url=f"{SITE}/c/{identifier}" if identifier else None,
        status=_status(comment, text),
        thread_id=thread,
        markup=markup,
    )


def _status(comment: LexborNode, text: str) -> str:
    is_marked = "deleted" in classes(comment)
    lower = text.lower()
    if is_marked or len(text) < 200:
        for words, status in _GONE:
            if words in lower and (is_marked or lower.strip("[]() .").startswith(("comment " + words, words))):
                return status
    return "deleted" if is_marked else body_status(text)


def _parent(comment: LexborNode) -> str | None:
    """Return the comment in whose list of replies a comment stands: the first one of the item around that list."""
    items = [node for node in ancestors(comment) if node.tag == "li" and "comments_subtree" in classes(node)]
    above = child(items[1], lambda part: bool(attribute(part, "data-shortid"))) if len(items) > 1 else None
    return attribute(above, "data-shortid") or None


def _opening(page: LexborHTMLParser, story: LexborNode) -> Draft:
    identifier = story.attributes.get("data-shortid") or None
    text, markup = node_text(page.css_first("div.story_text"))
    byline = story.css_first("div.byline")
    return Draft(
        post_id=identifier,
        text=text,
        author=_author(byline),
        created_us=_time(byline),
        score=_score(story),
        url=f"{SITE}/s/{identifier}" if identifier else None,
        status=body_status(text),
        thread_id=identifier,
        markup=markup,
        opening=True,
    )


def _author(byline: LexborNode | None) -> str | None:
    links = byline.css('a[href*="/~"], a[href*="/u/"]') if byline is not None else []
    for link in links:
        name = link.text().strip()
        if name:
            return author_or_none(name)
    return None


def _time(byline: LexborNode | None) -> int | None:
    time = byline.css_first("time") if byline is not None else None
    if time is None:
        return None
    at = microseconds(time.attributes.get("data-at-unix"))
    return at if at is not None else microseconds(time.attributes.get("datetime"))


def _score(node: LexborNode) -> float | None:
    voter = node.css_first(".voters .upvoter, .voters .score")
    found = _NUMBER.search(voter.text()) if voter is not None else None
    return score_or_none(found[0]) if found else None


def _claimed(page: LexborHTMLParser) -> int | None:
    label = page.css_first("span.comments_label")
    found = _NUMBER.search(label.text()) if label is not None else None
    return int(found[0][:9]) if found and int(found[0][:9]) >= 0 else None


FORMAT = Format(
    name="lobsters_page",
    title="Lobsters story, saved page",
    gives="replies, authors, times, scores, permalinks",
    lacks="when an edited comment was first written, texts of deleted and moderated comments",
    matches=_matches,
    parse=_parse,
)
