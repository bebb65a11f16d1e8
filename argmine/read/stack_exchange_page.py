"""A saved page of a Stack Exchange question. It shows at most a few comments a post; those it hides are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine.read.addresses import origin
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.elements import attribute, words_at
from argmine.read.format import Format
from argmine.read.html_text import node_text
from argmine.read.payload import Payload
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


def _matches(payload: Payload, columns: Columns) -> bool:
    return (
        payload.is_markup
        and "data-questionid" in payload.text
        and payload.page.css_first("#question[data-questionid]") is not None
    )


def _parse(payload: Payload, columns: Columns) -> Parsed:
    page = payload.page
    address = attribute(page.css_first("link[rel=canonical]"), "href")
    base = origin(address)
    questions = page.css("#question[data-questionid]")[:1]
    thread = attribute(questions[0], "data-questionid") if questions else ""
    asked = page.css_first("time[itemprop=dateCreated]")
    drafts = [_post(node, "data-questionid", None, thread, base) for node in questions]
    for draft in drafts:
        draft.opening, draft.url = True, address or None
        draft.created_us = draft.created_us or microseconds(attribute(asked, "datetime"))
    answers = [_post(node, "data-answerid", thread, thread, base) for node in page.css("div.answer[data-answerid]")]
    comments = [
        _comment(node, attribute(holder, "data-post-id"), thread, base)
        for holder in page.css("[data-post-id].js-comments-container")
        for node in holder.css(".js-comment[data-comment-id]")
    ]
    hidden = sum(map(_remaining, page.css("[data-remaining-comments-count]")))
    counted = text_or_none(attribute(page.css_first("[data-answercount]"), "data-answercount")) or ""
    claimed = int(counted) if counted.isdecimal() and len(counted) < 9 else len(answers)
    return Parsed(
        [*drafts, *answers, *comments],
        title=words_at(page, "h1[itemprop=name], #question-header h1"),
        url=address or None,
        claimed=claimed + len(comments) + hidden,
        stubs=hidden,
        notes=[f"answers on the question's other pages: {claimed - len(answers):,}"] if claimed > len(answers) else [],
        pages=2 if claimed > len(answers) else 1,
    )


def _post(node: LexborNode, name: str, parent: str | None, thread: str, base: str) -> Draft:
    identifier = attribute(node, name)
    text, markup = node_text(node.css_first(".js-post-body, .post-text"), base=base)
    author = None
    for signature in node.css(".post-signature .user-details[itemprop=author], .user-details[itemprop=author]"):
        label = signature.css_first("meta[itemprop=name]")
        author = attribute(label, "content") or words_at(signature, "a, [itemprop=name]")
    time = node.css_first("time[itemprop=dateCreated]")
    signed = node.css_first(".post-signature.owner .relativetime") or _last(node.css(".post-signature .relativetime"))
    return Draft(
        post_id=identifier or None,
        text=text,
        parent_id=parent or None,
        author=author_or_none(author or attribute(node, "data-author-username")),
        created_us=microseconds(attribute(time, "datetime") or attribute(signed, "title")),
        score=score_or_none(attribute(node, "data-score") or None),
        url=f"{base}/a/{identifier}" if base and identifier else None,
        status=body_status(text),
        thread_id=thread or None,
        markup=markup,
    )


def _comment(node: LexborNode, parent: str, thread: str, base: str) -> Draft:
    number = attribute(node, "data-comment-id")
    text, markup = node_text(node.css_first(".comment-copy"), base=base)
    time = attribute(node.css_first(".comment-date span[title]"), "title").partition(",")[0]
    return Draft(
        # Comments are numbered apart from questions and answers.
        post_id=f"c{number}" if number else None,
        text=text,
        parent_id=parent or None,
        author=author_or_none(words_at(node, ".comment-user, [itemprop=name]")),
        created_us=microseconds(time),
        score=score_or_none(attribute(node, "data-comment-score") or None),
        url=f"{base}/questions/{thread}#comment{number}_{parent}" if base and thread and parent else None,
        status=body_status(text),
        thread_id=thread or None,
        markup=markup,
    )


def _remaining(node: LexborNode) -> int:
    number = attribute(node, "data-remaining-comments-count")
    return int(number) if number.isdecimal() and len(number) < 7 else 0


def _last(nodes: list[LexborNode]) -> LexborNode | None:
    return nodes[-1] if nodes else None


FORMAT = Format(
    name="stack_exchange_page",
    title="Stack Exchange question, saved page",
    gives="replies, authors, times, scores, permalinks",
    lacks='comments behind "show more", which are counted; answers on other pages',
    matches=_matches,
    parse=_parse,
)
