"""The posts of a page of no known engine: blocks built alike, each with a date, most with an author.

The last resort, and a careful one: what could be a list of links to other pages is not read as a thread.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from argmine.read.forum_engine import ON_EVERY_PAGE
from argmine.read.forum_post import Post, Reading
from argmine.read.html_text import node_text
from argmine.read.shown_times import looks_like_time, shown_times

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

Signature = tuple[str, str]

# The surest first. None reaches out of the block: the page's own classes often speak of users.
_AUTHORS = (
    "[itemprop=author], [rel=author]",
    "[class*=username], [class*=nickname]",
    "a[class*=author], a[class*=user]",
    "[class*=author]",
    "a[href*='/profile'], a[href*='/user'], a[href*='/member'], a[href*='/author'], a[href*='/u/']",
    "[class*=user]",
)
_LEFT_OUT = "[class*=signature], [class*=share], [class*=social], [class*=reply-link], nav, footer, menu"
_ID_IN = re.compile(r"\d{2,18}")
_DIGITS = re.compile(r"\d+")
_HIGHEST = 14
_FEWEST_BLOCKS = 2
_LEAST_WORDS = 6
_MOST_LINKED = 0.5
_LEAST_SHARE = 0.8
_MOST_DATES = 5_000
_MOST_AUTHORS = 20
_LONGEST_DATE = 60
_LONGEST_NAME = 60
_MOST_SPACES = 3
_OPENING_WORDS = 15
_SEPARATORS = " \t\n\r·•|–—-,:/"


@dataclass
class _Block:
    node: LexborNode
    date: LexborNode
    words: int = 0


def sibling_blocks(page: LexborHTMLParser, base: str) -> Reading:
    """Return the posts of the blocks that hold the most words of all that are built alike; none if none will do."""
    groups: dict[Signature, dict[int, _Block]] = {}
    for date in _dates_in(page.body):
        here = date.parent
        for _ in range(_HIGHEST):
            if here is None or here.tag in ("body", "html"):
                break
            for signature in _signatures(here):
                groups.setdefault(signature, {}).setdefault(here.mem_id, _Block(here, date))
            here = here.parent
    best: list[_Block] = []
    words = 0
    for group in groups.values():
        blocks = _outermost(group)
        if len(blocks) < _FEWEST_BLOCKS or not _is_thread(blocks):
            continue
        total = sum(block.words for block in blocks)
        if total * _LEAST_SHARE > words or (total >= words * _LEAST_SHARE and len(blocks) > len(best)):
            best, words = blocks, max(words, total)
    posts = _posts(best, base)
    opening = _opening(best, base) if best else None
    return Reading("blocks that are built alike", [opening, *posts] if opening else posts)


def _dates_in(top: LexborNode | None) -> list[LexborNode]:
    """Return the elements that show a time and little else, in order."""
    found: dict[int, LexborNode] = {}
    for node in top.traverse(include_text=True) if top is not None else ():
        if node.is_text_node:
            said, holder = (node.text_content or "").strip(), node.parent
            if holder is None or len(said) > _LONGEST_DATE or not looks_like_time(said):
                continue
        elif node.tag == "time":
            holder = node
        else:
            continue
        found.setdefault(holder.mem_id, holder)
        if len(found) == _MOST_DATES:
            break
    return list(found.values())


def _when(node: LexborNode) -> str:
    """Return the time that an element shows, rather from what it says in full than from "2 days ago"."""
    said = [node.attributes.get("datetime") or "", node.attributes.get("title") or "", _plain(node)]
    return next((time for time in said if time and shown_times([time]) != [None]), "") or said[1] or said[2]


def _plain(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def _signature(node: LexborNode) -> Signature:
    return _signatures(node)[0]


def _signatures(node: LexborNode) -> tuple[Signature, ...]:
    """Return how an element is built: its tag with its first class, and where it has more, with all of them."""
    classes = _DIGITS.sub("", node.attributes.get("class") or "").split()
    first = (str(node.tag), classes[0] if classes else "")
    return (first, (first[0], " ".join(classes))) if len(classes) > 1 else (first,)


def _outermost(group: dict[int, _Block]) -> list[_Block]:
    """Return the blocks of a group that stand in no other of it."""
    blocks = []
    for block in group.values():
        here = block.node.parent
        while here is not None and here.mem_id not in group:
            here = here.parent
        if here is None:
            blocks.append(block)
    return blocks


def _is_thread(blocks: list[_Block]) -> bool:
    """Return whether blocks have words, authors, and no headings that lead elsewhere; count their words."""
    linked = headed = named = 0
    for block in blocks:
        block.words = len(_plain(block.node).split())
        linked += sum(len(_plain(anchor).split()) for anchor in block.node.css("a"))
        named += bool(_author(block)[0])
        heading = block.node.css_first("h1 a[href], h2 a[href], h3 a[href], h4 a[href], a[href] h2, a[href] h3")
        headed += heading is not None and not (heading.attributes.get("href") or "#").startswith("#")
    total = sum(block.words for block in blocks)
    return (
        total >= _LEAST_WORDS * len(blocks)
        and linked <= _MOST_LINKED * total
        and 2 * named > len(blocks)
        and 2 * headed < len(blocks)
    )


def _opening(blocks: list[_Block], base: str) -> Post | None:
    """Return the post before the blocks, where the thread's opening is built otherwise than its replies.

    It stands under the heading of the page, beside what holds the blocks, and shows a date and an author of its own.
    """
    here = blocks[0].node
    while here.parent is not None and here.parent.tag not in ("body", "html"):
        beside = []
        before = here.prev
        while before is not None:
            if before.is_element_node and len(_own_words(before)) >= _OPENING_WORDS:
                beside.append(before)
            before = before.prev
        here = here.parent
        if not beside:
            continue
        if here.css_first("h1") is None:
            return None
        body = max(beside, key=lambda node: len(_own_words(node)))
        date = next((node for node in _dates_in(here) if node.mem_id != blocks[0].date.mem_id), None)
        if date is None or any(_holds(block.node, date) for block in blocks):
            return None
        opening = _Block(here, date)
        return _post(opening, body, base) if _marked_author(here)[0] else None
    return None


def _own_words(node: LexborNode) -> list[str]:
    """Return the words of an element that are in no link."""
    linked = sum(len(_plain(anchor).split()) for anchor in node.css("a"))
    words = _plain(node).split()
    return words if linked <= _MOST_LINKED * len(words) else []


def _holds(outer: LexborNode, node: LexborNode) -> bool:
    here: LexborNode | None = node
    while here is not None and here.mem_id != outer.mem_id:
        here = here.parent
    return here is not None


def _posts(blocks: list[_Block], base: str) -> list[Post]:
    dense = [_densest(block) for block in blocks]
    votes: Counter[Signature] = Counter()
    for block, node in zip(blocks, dense, strict=True):
        if node.mem_id != block.node.mem_id:
            votes[_signature(node)] += block.words
    usual = votes.most_common(1)[0][0] if votes else None
    posts = []
    for block, node in zip(blocks, dense, strict=True):
        body = node
        if usual is not None and _signature(node) != usual:
            body = next((found for found in block.node.css(usual[0]) if _signature(found) == usual), node)
        posts.append(_post(block, body, base))
    return posts


def _author(block: _Block) -> tuple[str | None, int]:
    """Return the author's name and the id of its element: by class or link, else the short text before the date."""
    marked = _marked_author(block.node)
    if marked[0]:
        return marked
    before: tuple[str, int] = ("", 0)
    for node in block.node.traverse(include_text=True):
        if node.mem_id == block.date.mem_id:
            break
        if node.is_text_node and node.parent is not None and node.parent.tag not in ("button", "script", "style"):
            said = (node.text_content or "").strip(_SEPARATORS)
            if said:
                before = (said, int(node.parent.mem_id))
    is_name = 0 < len(before[0]) <= _LONGEST_NAME and before[0].count(" ") <= _MOST_SPACES
    return before if is_name else (None, 0)


def _marked_author(top: LexborNode) -> tuple[str | None, int]:
    for css in _AUTHORS:
        for node in top.css(css)[:_MOST_AUTHORS]:
            said = _plain(node)
            if said and len(said) <= _LONGEST_NAME and not looks_like_time(said):
                return said, int(node.mem_id)
    return None, 0


def _densest(block: _Block) -> LexborNode:
    """Return the smallest element of a block that still holds most of its words, and not its date."""
    here, words = block.node, block.words
    while True:
        children = [child for child in here.iter() if child.is_element_node]
        if not children:
            return here
        largest = max(children, key=lambda child: len(_plain(child).split()))
        if largest.tag in ("p", "blockquote", "ul", "ol", "a", "span", "b", "i", "strong", "em", "font"):
            return here
        held = len(_plain(largest).split())
        if held < _LEAST_SHARE * words * 0.75:
            return here
        here, words = largest, held


def _post(block: _Block, body: LexborNode, base: str) -> Post:
    author, named_by = _author(block)
    skipped = {found.mem_id for found in body.css(f"{ON_EVERY_PAGE}, {_LEFT_OUT}")} | {block.date.mem_id, named_by}
    text, marks = node_text(body, skip=lambda node: node.mem_id in skipped and node.mem_id != body.mem_id, base=base)
    numbers = _ID_IN.findall(block.node.attributes.get("id") or "")
    link = block.node.css_first("a[href*='#']")
    return Post(
        text,
        marks,
        key=numbers[-1] if numbers else None,
        author=author,
        time=_when(block.date),
        url=link.attributes.get("href") if link is not None else None,
    )
