"""A saved page of a Hacker News thread, in the site's three generations of markup.

Since 2024 a comment's body is `div.commtext`, from about 2015 `span.commtext`, before that `span.comment > font`. Rows
are flat: depth is an attribute, or the width of a spacer image in steps of 40, and parents follow from it.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, body_status, score_or_none
from argmine.read.elements import ancestors, attribute
from argmine.read.format import Format
from argmine.read.hn_item import permalink
from argmine.read.hn_markup import hn_text
from argmine.read.payload import Payload
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_SIGNS = ("hnuser", "athing", "news.ycombinator.com", "hacker news</a>")
_STEP = 40
_FONT = re.compile(r"</?font[^>]*>", re.IGNORECASE)
_EMPTIED = re.compile(r"<u>\s*</u>")
_NUMBER = re.compile(r"\d+")
_COUNT = re.compile(r"(\d+)\s+comments?\b")
_RELATIVE = "times are only relative to the day on which the page was saved, so none is known"
_NEXT = "the page ends with a link to more comments, which are on other pages"


def _matches(payload: Payload, columns: Columns) -> bool:
    if not payload.is_markup:
        return False
    lower = payload.text.lower()
    return sum(sign in lower for sign in _SIGNS) >= 2 and ("commtext" in lower or 'class="comment"' in lower)


def _parse(payload: Payload, columns: Columns) -> Parsed:
    page = payload.page
    cells = page.css("td.default")
    opening = _opening(page)
    thread = opening.post_id if opening else None
    drafts: list[Draft] = []
    above: list[str | None] = []
    relative = False
    for cell in cells:
        draft, depth, timed = _comment(cell)
        relative = relative or not timed
        depth = min(depth, len(above))
        draft.post_id = draft.post_id or f"c{len(drafts) + 1}"
        draft.parent_id = above[depth - 1] if depth else thread
        draft.thread_id = thread
        above[depth:] = [draft.post_id]
        drafts.append(draft)
    if not drafts:
        raise SourceError(f"{payload.name}: this is a page of Hacker News without comments. Give the item's address.")
    more = _more(page)
    return Parsed(
        [*([opening] if opening else []), *drafts],
        title=_title(page),
        url=permalink(thread) if thread else None,
        claimed=_claimed(page),
        pages_read=1,
        pages=2 if more else 1,
        notes=[*([_RELATIVE] if relative else []), *([_NEXT] if more else [])],
    )


def _comment(cell: LexborNode) -> tuple[Draft, int, bool]:
    """Return a comment, its depth, and whether its time is known or it never had one."""
    row = _row(cell)
    head = cell.css_first("span.comhead")
    identifier = _identifier(row, head)
    body = cell.css_first(".commtext") or cell.css_first(".comment")
    text, markup = hn_text(_body_html(body)) if body is not None else ("", [])
    heading = (head.text() if head is not None else "").lower()
    status = body_status(text)
    author = _author(head)
    if status == "ok" and "[dead]" in heading:
        status = "dead"
    elif status == "ok" and not text.strip():
        status = "dead" if author or "[flagged]" in heading else "deleted"
    created, relative = _time(head)
    draft = Draft(
        post_id=identifier,
        text=text,
        author=author,
        created_us=created,
        url=permalink(identifier) if identifier else None,
        status=status,
        markup=markup,
    )
    return draft, _depth(row), not relative


def _row(cell: LexborNode) -> LexborNode:
    """Return the table row that a comment's cell is in, or the cell itself."""
    parent = cell.parent
    return parent if parent is not None and parent.tag == "tr" else cell


def _identifier(row: LexborNode, head: LexborNode | None) -> str | None:
    for tr in (row, _enclosing(row)):
        own = attribute(tr, "id")
        if own.isascii() and own.isdigit():
            return own
    links = head.css("a") if head is not None else []
    for link in links:
        found = _item(attribute(link, "href"))
        if found:
            return found
    return None


def _enclosing(row: LexborNode) -> LexborNode | None:
    """Return the outer row: each comment is a table of its own within one."""
    return next((node for node in islice(ancestors(row), 4) if node.tag == "tr"), None)


def _item(href: str) -> str | None:
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    number = parse_qs(parts.query).get("id", [""])[0]
    return number if parts.path.rpartition("/")[2] == "item" and _NUMBER.fullmatch(number) else None


def _author(head: LexborNode | None) -> str | None:
    if head is None:
        return None
    user = head.css_first("a.hnuser") or head.css_first('a[href*="user?id="]')
    return (user.text().strip() or None) if user is not None else None


def _time(head: LexborNode | None) -> tuple[int | None, bool]:
    """Return when a comment was written, and whether the page has only "3 days ago" for it."""
    age = head.css_first("span.age") if head is not None else None
    title = attribute(age, "title").split()
    for part in (*title[1:], *title[:1]):
        found = microseconds(part)
        if found is not None:
            return found, False
    return None, " ago" in (head.text() if head is not None else "")


def _depth(row: LexborNode) -> int:
    cell = row.css_first("td.ind")
    indent = attribute(cell, "indent")
    if indent.isascii() and indent.isdigit():
        return int(indent[:6])
    spacer = row.css_first('img[src*="s.gif"]') or row.css_first("img[width]")
    width = attribute(spacer, "width")
    return int(width[:6]) // _STEP if width.isascii() and width.isdigit() else 0


def _body_html(body: LexborNode) -> str:
    """Return a body's HTML without the reply link and without the colours that old pages give it."""
    for reply in body.css('div.reply, a[href*="reply?"]'):
        reply.decompose()
    html = _EMPTIED.sub("", _FONT.sub("", body.inner_html or ""))
    # Old pages end a body to which nobody may reply with dashes in the colour of the ground.
    stem = _trimmed(html)
    return _trimmed(stem.removesuffix("-----")) if stem.endswith(">-----") else stem


def _trimmed(html: str) -> str:
    """Return HTML without space and empty paragraphs at its end, and without space at its start."""
    html = html.strip()
    while html.endswith(("<p>", "</p>", "<p></p>")) and not html.endswith("</pre>"):
        shorter = html.removesuffix("</p>").rstrip()
        html = shorter.removesuffix("<p>").rstrip()
        if html == shorter:
            break
    return html


def _opening(page: LexborHTMLParser) -> Draft | None:
    """Return the story, or for a comment's own page the comment that it is about; None on a further page."""
    table = page.css_first("table.fatitem") or _old_story(page)
    if table is None:
        return None
    identifier = None
    for node in (table.css_first("tr.athing"), *table.css("a")):
        own = attribute(node, "id")
        identifier = own if own.isdigit() else (own[3:] if own.startswith("up_") else None)
        identifier = identifier or _item(attribute(node, "href"))
        if identifier:
            break
    if not identifier:
        return None
    scores = table.css("span.score")
    score = next((node for node in scores if attribute(node, "id") == f"score_{identifier}"), next(iter(scores), None))
    body = table.css_first("div.toptext") or table.css_first(".commtext") or _old_text(table)
    text, markup = hn_text(_body_html(body)) if body is not None else ("", [])
    points = _NUMBER.search(score.text()) if score is not None else None
    created, _ = _time(table)
    return Draft(
        post_id=identifier,
        text=text,
        author=_author(table),
        created_us=created,
        score=score_or_none(points[0]) if points else None,
        url=permalink(identifier),
        status=body_status(text),
        thread_id=identifier,
        markup=markup,
        opening=True,
    )


def _old_story(page: LexborHTMLParser) -> LexborNode | None:
    """Return the table of the story on a page that gives it no name."""
    subtext = page.css_first("td.subtext")
    above = ancestors(subtext) if subtext is not None else ()
    return next((node for node in above if node.tag == "table"), None)


def _old_text(table: LexborNode) -> LexborNode | None:
    """Return the cell of the story's own text where it has no name: the row after its byline that holds words."""
    byline = table.css_first("td.subtext")
    node = byline.parent.next if byline is not None and byline.parent is not None else None
    while node is not None:
        if node.is_element_node and node.css_first("form") is None and node.text().strip():
            cells = node.css("td")
            return cells[-1] if cells else None
        node = node.next
    return None


def _title(page: LexborHTMLParser) -> str:
    for selector in ("span.titleline > a", "td.title a.storylink", "td.title a.titlelink", "td.title > a"):
        found = page.css_first(selector)
        if found is not None and found.text().strip() not in ("", "More"):
            return found.text().strip()
    title = page.css_first("title")
    return title.text().removesuffix("| Hacker News").strip() if title is not None else ""


def _claimed(page: LexborHTMLParser) -> int | None:
    for selector in ("td.subtext a", "span.subline a"):
        for link in page.css(selector):
            found = _COUNT.fullmatch(link.text().replace("\xa0", " ").strip())
            if found:
                return int(found[1][:9])
    return None


def _more(page: LexborHTMLParser) -> bool:
    return page.css_first("a.morelink") is not None or any(link.text() == "More" for link in page.css("td.title > a"))


FORMAT = Format(
    name="hn_page",
    title="Hacker News thread, saved page (HTML of 2014, 2015 to 2024, and since)",
    gives="replies, authors, permalinks, the story's score, deleted and dead comments as joints",
    lacks="scores of comments, times on pages older than about 2015, comments on further pages",
    matches=_matches,
    parse=_parse,
)
