"""Saved pages of Reddit: the old design, which nests its comments, and the new one, whose comments name their parents.

The new design loads its comments after the page: saved too early, it is an empty shell, and that is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, body_status, score_or_none
from argmine.read.elements import ancestors, attribute, child, classes, words_at
from argmine.read.format import Format
from argmine.read.html_text import node_text
from argmine.read.payload import Payload
from argmine.read.reddit_thing import SITE, bare_id, moderator_note, user_name
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_NUMBER = re.compile(r"-?[\d,]+")


def _matches_old(payload: Payload, columns: Columns) -> bool:
    return payload.is_markup and "data-fullname=" in payload.text and "usertext-body" in payload.text


def _parse_old(payload: Payload, columns: Columns) -> Parsed:
    page = payload.page
    link = page.css_first("div.thing.link")
    opening = _old_opening(link) if link is not None else None
    thread = opening.post_id if opening else None
    drafts = [_old_comment(thing, thread) for thing in page.css("div.thing.comment")]
    if not drafts:
        raise SourceError(f"{payload.name}: this page of Reddit holds no comments. Save the page of a thread.")
    stubs = len(page.css("div.thing.morechildren, div.thing.morerecursion")) or len(
        page.css("span.morecomments, span.deepthread")
    )
    claimed = _number(link.attributes.get("data-comments-count")) if link is not None else None
    return Parsed(
        [*([opening] if opening else []), *drafts],
        title=words_at(link, "a.title") or words_at(page, "title"),
        url=opening.url if opening else None,
        claimed=claimed,
        stubs=stubs,
        notes=moderator_note(drafts),
    )


def _old_comment(thing: LexborNode, thread: str | None) -> Draft:
    attributes = thing.attributes
    entry = _entry(thing)
    text, markup = node_text(_body(entry))
    identifier = bare_id(attributes.get("data-fullname"))
    parent = _enclosing_thing(thing)
    permalink = attributes.get("data-permalink")
    return Draft(
        post_id=identifier,
        text=text,
        parent_id=parent or thread,
        author=user_name(attributes.get("data-author")) or (words_at(entry, "a.author") or None),
        created_us=_old_time(entry),
        score=_old_score(entry),
        url=SITE + permalink if permalink else None,
        status=_old_status(thing, text),
        thread_id=thread,
        markup=markup,
    )


def _old_status(thing: LexborNode, text: str) -> str:
    status = body_status(text)
    is_bare = status == "ok" and not text.strip()
    return "deleted" if is_bare and "deleted" in classes(thing) else status


def _old_opening(link: LexborNode) -> Draft:
    attributes = link.attributes
    text, markup = node_text(_body(_entry(link)))
    identifier = bare_id(attributes.get("data-fullname"))
    permalink = attributes.get("data-permalink")
    return Draft(
        post_id=identifier,
        text=text,
        author=user_name(attributes.get("data-author")),
        created_us=microseconds(attributes.get("data-timestamp")),
        score=score_or_none(attributes.get("data-score")),
        url=SITE + permalink if permalink and permalink.startswith("/") else permalink,
        status=body_status(text),
        thread_id=identifier,
        markup=markup,
        opening=True,
    )


def _entry(thing: LexborNode) -> LexborNode | None:
    """Return what a comment or a submission shows of itself, apart from its replies."""
    return child(thing, lambda part: "entry" in classes(part))


def _body(entry: LexborNode | None) -> LexborNode | None:
    return entry.css_first("div.usertext-body div.md") if entry is not None else None


def _enclosing_thing(thing: LexborNode) -> str | None:
    """Return the comment that a comment stands within, or None."""
    outer = next((node for node in ancestors(thing) if "thing" in classes(node)), None)
    return bare_id(attribute(outer, "data-fullname"))


def _old_time(entry: LexborNode | None) -> int | None:
    times = entry.css("time[datetime]") if entry is not None else []
    for time in times:
        if "edited-timestamp" not in classes(time):
            return microseconds(time.attributes.get("datetime"))
    return None


def _old_score(entry: LexborNode | None) -> float | None:
    score = entry.css_first("span.score.unvoted") if entry is not None else None
    if score is None:
        return None
    return score_or_none(score.attributes.get("title") or _leading_number(score.text()))


def _leading_number(text: str) -> str | None:
    found = _NUMBER.search(text)
    return found[0].replace(",", "") if found else None


def _number(value: Any) -> int | None:
    found = score_or_none(value)
    return int(found) if found is not None and found >= 0 else None


def _matches_new(payload: Payload, columns: Columns) -> bool:
    return payload.is_markup and ("<shreddit-post" in payload.text or "<shreddit-comment" in payload.text)


def _parse_new(payload: Payload, columns: Columns) -> Parsed:
    page = payload.page
    post = page.css_first("shreddit-post")
    claimed = _number(post.attributes.get("comment-count")) if post is not None else None
    comments = page.css("shreddit-comment")
    if not comments:
        of = f" of {claimed:,}" if claimed else ""
        raise SourceError(
            f"{payload.name}: this is new Reddit's empty shell: the page was saved before its comments were loaded "
            f"(0{of} are in it). Save it after scrolling to the end, or give the thread's address."
        )
    opening = _new_opening(post) if post is not None else None
    thread = opening.post_id if opening else None
    drafts = [_new_comment(comment, thread) for comment in comments]
    return Parsed(
        [*([opening] if opening else []), *drafts],
        title=(post.attributes.get("post-title") or "") if post is not None else "",
        url=opening.url if opening else None,
        claimed=claimed,
        stubs=len(page.css('faceplate-partial[src*="more-comments"]')),
        notes=moderator_note(drafts),
    )


def _new_comment(comment: LexborNode, thread: str | None) -> Draft:
    attributes = comment.attributes
    identifier = bare_id(attributes.get("thingid"))
    text, markup = node_text(_slot(comment, "comment"))
    status = body_status(text)
    if status == "ok" and not text.strip() and "is-comment-deleted" in attributes:
        status = "deleted"
    time = comment.css_first("time[datetime]")
    created = attributes.get("created") or (time.attributes.get("datetime") if time is not None else None)
    permalink = attributes.get("permalink")
    return Draft(
        post_id=identifier,
        text=text,
        parent_id=bare_id(attributes.get("parentid")) or thread,
        author=user_name(attributes.get("author")),
        created_us=microseconds(created),
        score=score_or_none(attributes.get("score")),
        url=SITE + permalink if permalink else None,
        status=status,
        thread_id=bare_id(attributes.get("postid")) or thread,
        markup=markup,
    )


def _new_opening(post: LexborNode) -> Draft:
    attributes = post.attributes
    identifier = bare_id(attributes.get("id"))
    text, markup = node_text(_slot(post, "text-body"))
    permalink = attributes.get("permalink")
    return Draft(
        post_id=identifier,
        text=text,
        author=user_name(attributes.get("author")),
        created_us=microseconds(attributes.get("created-timestamp")),
        score=score_or_none(attributes.get("score")),
        url=SITE + permalink if permalink else None,
        status=body_status(text),
        thread_id=identifier,
        markup=markup,
        opening=True,
    )


def _slot(node: LexborNode, name: str) -> LexborNode | None:
    """Return what a component of the new design shows in one of its places."""
    return child(node, lambda part: attribute(part, "slot") == name)


OLD = Format(
    name="reddit_page",
    title="Reddit thread, saved page of old.reddit.com",
    gives="replies, authors, times, scores, permalinks, deleted and removed comments as joints, the number of stubs",
    lacks="comments behind its `load more comments` links",
    matches=_matches_old,
    parse=_parse_old,
)
NEW = Format(
    name="reddit_new_page",
    title="Reddit thread, saved page of the new design",
    gives="replies, authors, times, scores and permalinks of the comments that were loaded when it was saved",
    lacks="comments that were not loaded",
    matches=_matches_new,
    parse=_parse_new,
)
