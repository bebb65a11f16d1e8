"""A saved page of a Stack Exchange question. It shows at most a few comments a post; those it hides are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine.read.addresses import origin
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, score_or_none, text_or_none
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
    address = _attribute(page.css_first("link[rel=canonical]"), "href")
    base = origin(address)
    questions = page.css("#question[data-questionid]")[:1]
    thread = _attribute(questions[0], "data-questionid") if questions else ""
    asked = page.css_first("time[itemprop=dateCreated]")
    drafts = [_post(node, "data-questionid", None, thread, base) for node in questions]
    for draft in drafts:
        draft.opening, draft.url = True, address or None
        draft.created_us = draft.created_us or microseconds(_attribute(asked, "datetime"))
    answers = [_post(node, "data-answerid", thread, thread, base) for node in page.css("div.answer[data-answerid]")]
    comments = [
        _comment(node, _attribute(holder, "data-post-id"), thread, base)
        for holder in page.css("[data-post-id].js-comments-container")
        for node in holder.css(".js-comment[data-comment-id]")
    ]
    hidden = sum(map(_remaining, page.css("[data-remaining-comments-count]")))
    counted = text_or_none(_attribute(page.css_first("[data-answercount]"), "data-answercount")) or ""
    claimed = int(counted) if counted.isdecimal() and len(counted) < 9 else len(answers)
    title = page.css_first("h1[itemprop=name], #question-header h1")
    return Parsed(
        [*drafts, *answers, *comments],
        title=title.text().strip() if title else "",
        url=address or None,
        claimed=claimed + len(comments) + hidden,
        stubs=hidden,
        notes=[f"answers on the question's other pages: {claimed - len(answers):,}"] if claimed > len(answers) else [],
        pages=2 if claimed > len(answers) else 1,
    )


def _post(node: LexborNode, name: str, parent: str | None, thread: str, base: str) -> Draft:
    identifier = _attribute(node, name)
    text, markup = node_text(node.css_first(".js-post-body, .post-text"), base=base)
    author = None
    for signature in node.css(".post-signature .user-details[itemprop=author], .user-details[itemprop=author]"):
        label = signature.css_first("meta[itemprop=name]")
        author = _attribute(label, "content") or _first_text(signature.css_first("a, [itemprop=name]"))
    time = node.css_first("time[itemprop=dateCreated]")
    signed = node.css_first(".post-signature.owner .relativetime") or _last(node.css(".post-signature .relativetime"))
    return Draft(
        post_id=identifier or None,
        text=text,
        parent_id=parent or None,
        author=author_or_none(author or _attribute(node, "data-author-username")),
        created_us=microseconds(_attribute(time, "datetime") or _attribute(signed, "title")),
        score=score_or_none(_attribute(node, "data-score") or None),
        url=f"{base}/a/{identifier}" if base and identifier else None,
        status=body_status(text),
        thread_id=thread or None,
        markup=markup,
    )


def _comment(node: LexborNode, parent: str, thread: str, base: str) -> Draft:
    number = _attribute(node, "data-comment-id")
    text, markup = node_text(node.css_first(".comment-copy"), base=base)
    time = _attribute(node.css_first(".comment-date span[title]"), "title").partition(",")[0]
    return Draft(
        # Comments are numbered apart from questions and answers.
        post_id=f"c{number}" if number else None,
        text=text,
        parent_id=parent or None,
        author=author_or_none(_first_text(node.css_first(".comment-user, [itemprop=name]"))),
        created_us=microseconds(time),
        score=score_or_none(_attribute(node, "data-comment-score") or None),
        url=f"{base}/questions/{thread}#comment{number}_{parent}" if base and thread and parent else None,
        status=body_status(text),
        thread_id=thread or None,
        markup=markup,
    )


def _remaining(node: LexborNode) -> int:
    number = _attribute(node, "data-remaining-comments-count")
    return int(number) if number.isdecimal() and len(number) < 7 else 0


def _last(nodes: list[LexborNode]) -> LexborNode | None:
    return nodes[-1] if nodes else None


def _first_text(node: LexborNode | None) -> str:
    return node.text().strip() if node is not None else ""


def _attribute(node: LexborNode | None, name: str) -> str:
    return (node.attributes.get(name) or "") if node is not None else ""


FORMAT = Format(
    name="stack_exchange_page",
    title="Stack Exchange question, saved page",
    gives="replies, authors, times, scores, permalinks",
    lacks='comments behind "show more", which are counted; answers on other pages',
    matches=_matches,
    parse=_parse,
)
