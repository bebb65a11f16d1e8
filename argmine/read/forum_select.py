"""The posts of a page by one engine's selectors."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import TYPE_CHECKING

from argmine.read.draft import Mark
from argmine.read.forum_engine import ON_EVERY_PAGE, Engine, Where
from argmine.read.forum_post import Cited, Post, Reading
from argmine.read.html_text import node_text

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_NUMBER = re.compile(r"\d{1,18}")
_SPACE = re.compile(r"\s+")
_CONCEALED = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SOURCE_ATTRIBUTES = re.compile(r"^(?:cite|data-.*(?:post|comment|source|quote|msg|mid|pid|node).*)$")
_LONGEST_CITE = 200
_MOST_KEYS = 40
_MOST_TRIED = 2_000
# A reply page of 100 levels is none: looking for the parts of each post would take the cube of it.
_DEEPEST_REPLIES = 100


def select(page: LexborHTMLParser, engine: Engine, base: str) -> Reading:
    """Return the posts that an engine's selectors find, in the order of the page; none where it is another engine's."""
    # A list of selectors finds an element once for each that fits.
    nodes = list({node.mem_id: node for node in page.css(engine.post)}.values())
    index_of = {node.mem_id: index for index, node in enumerate(nodes)}
    if _nesting(nodes, index_of) > _DEEPEST_REPLIES:
        return Reading(engine.name, [])
    bodies = [_own(node, engine.body, index_of) for node in nodes]
    # An element that only holds other posts is none itself.
    kept = {node.mem_id: 0 for node, body in zip(nodes, bodies, strict=True) if body is not None}
    for rank, key in enumerate(kept):
        kept[key] = rank
    posts = [
        _post(node, body, engine, base, index_of, kept)
        for node, body in zip(nodes, bodies, strict=True)
        if body is not None
    ]
    numbers = [_whole(value(node)) for node in page.css(engine.pages)] if engine.pages else []
    current = page.css_first(engine.page) if engine.page else None
    at = (_whole(value(current)) if current is not None else 0) or 1
    return Reading(engine.name, posts, page=at, pages=max([at, *numbers]))


def value(node: LexborNode) -> str:
    """Return what an element says: the time or the content that it states for machines, else its text."""
    stated = node.attributes.get("datetime") or node.attributes.get("content")
    return stated if stated else _SPACE.sub(" ", node.text(separator=" ")).strip()


def _post(
    node: LexborNode, body: LexborNode, engine: Engine, base: str, index_of: dict[int, int], kept: dict[int, int]
) -> Post:
    text, marks, cited = body_text(body, engine, base, index_of)
    parent = _key(_first(node, engine.parent, index_of))
    if parent:
        cited.insert(0, Cited(0, 0, (parent,)))
    return Post(
        text,
        marks,
        key=_key(_first(node, engine.identifier, index_of)),
        author=_first(node, engine.author, index_of),
        time=_first(node, engine.time, index_of),
        score=_first(node, engine.score, index_of),
        url=_first(node, engine.link, index_of),
        above=_above(node, kept),
        cited=cited,
    )


def body_text(
    body: LexborNode, engine: Engine, base: str, posts: Container[int] = ()
) -> tuple[str, list[Mark], list[Cited]]:
    """Return what a post's author wrote, its marks, and the posts that it quotes or answers; `posts` are left out."""
    skipped = {found.mem_id for found in body.css(f"{ON_EVERY_PAGE}, {engine.drop}" if engine.drop else ON_EVERY_PAGE)}
    quotes = list({found.mem_id: found for found in body.css(engine.quote) if found.mem_id != body.mem_id}.values())
    cites = _cites(quotes, engine.cite)
    answers = body.css(engine.answers) if engine.answers else []
    skipped |= {cite.mem_id for found in (*cites.values(), answers) for cite in found}
    previews = {link.mem_id for link in body.css(engine.preview)} if engine.preview else ()
    places: dict[int, tuple[int, int]] = {}
    text, marks = node_text(
        body,
        skip=lambda part: part.mem_id in skipped or _is_concealed(part) or part.mem_id in posts,
        base=base,
        quote=lambda part: part.mem_id in cites,
        places=places,
        bare=previews,
    )
    cited = [_cited(link, [link], 0, 0) for link in answers]
    cited += [_cited(quote, cites[quote.mem_id], *places[quote.mem_id]) for quote in quotes if quote.mem_id in places]
    return text, marks, cited


def _own(node: LexborNode, where: Where, index_of: dict[int, int]) -> LexborNode | None:
    """Return the first element inside a post, and in no other post inside it, that the first useful selector finds."""
    for css in where:
        first = node.css_first(css)
        if first is None:
            continue
        # The first of all is most often the one; looking at each costs, where posts stand deep within one another.
        if first.mem_id != node.mem_id and _holder(first, index_of) == node.mem_id:
            return first
        for found in node.css(css)[:_MOST_TRIED]:
            if found.mem_id != node.mem_id and _holder(found, index_of) == node.mem_id:
                return found
    return None


def _holder(node: LexborNode, index_of: dict[int, int]) -> int | None:
    """Return the id of the nearest post that an element is in."""
    here = node.parent
    while here is not None:
        if here.mem_id in index_of:
            return int(here.mem_id)
        here = here.parent
    return None


def _nesting(nodes: list[LexborNode], index_of: dict[int, int]) -> int:
    """Return how many posts stand within one another at most."""
    depths: dict[int, int] = {}
    for node in nodes:
        holder = _holder(node, index_of)
        depths[node.mem_id] = 1 + (0 if holder is None else depths.get(holder, 0))
    return max(depths.values(), default=0)


def _above(node: LexborNode, kept: dict[int, int]) -> int | None:
    holder = _holder(node, kept)
    return None if holder is None else kept[holder]


def _first(node: LexborNode, where: Where, index_of: dict[int, int]) -> str | None:
    """Return the first value that is not empty."""
    for one in where:
        css, _, attribute = one.partition("@")
        found = _own(node, (css,), index_of) if css else node
        if found is not None:
            said = (found.attributes.get(attribute) or "").strip() if attribute else value(found)
            if said:
                return said
    return None


def _key(said: str | None) -> str | None:
    numbers = _NUMBER.findall(said or "")
    return numbers[-1] if numbers else said


def _whole(said: str) -> int:
    bare = said.replace(",", "").strip()
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 7 else 0


def _cites(quotes: list[LexborNode], css: str) -> dict[int, list[LexborNode]]:
    """Return the elements that name each quotation's author, by its id; some engines put them before the quotation."""
    index_of = {quote.mem_id: index for index, quote in enumerate(quotes)}
    found: dict[int, list[LexborNode]] = {quote.mem_id: [] for quote in quotes}
    seen: set[int] = set()
    for quote in quotes:
        for cite in quote.css(css) if _holder(quote, index_of) is None else ():
            holder = _holder(cite, index_of)
            if holder is not None and cite.mem_id not in seen:
                seen.add(cite.mem_id)
                found[holder].append(cite)
        before = quote.prev
        while before is not None and not before.is_element_node:
            before = before.prev
        if (
            before is not None
            and before.mem_id not in seen
            and any(match.mem_id == before.mem_id for match in before.css(css))
        ):
            found[quote.mem_id].append(before)
    return found


def _cited(quote: LexborNode, cites: list[LexborNode], start: int, end: int) -> Cited:
    said = [value(cite) for cite in cites]
    holders = [quote] if quote.parent is None else [quote, quote.parent]
    attributes = [
        (name, stated or "") for holder in holders for name, stated in holder.attributes.items() if stated and name
    ]
    said += [stated for name, stated in attributes if name.endswith(("author", "username", "quote", "cite", "name"))]
    stated = [text for name, text in attributes if _SOURCE_ATTRIBUTES.match(name)]
    links = [anchor.attributes.get("href") or "" for cite in cites for anchor in [cite, *cite.css("a")]]
    if not cites:
        links += [anchor.attributes.get("href") or "" for anchor in quote.css("a[href*='#'], a[href*=post]")[:3]]
    keys = [number for text in [*stated, *links] for number in reversed(_NUMBER.findall(text))]
    return Cited(start, end, tuple(keys[:_MOST_KEYS]), " ".join(said)[:_LONGEST_CITE])


def _is_concealed(node: LexborNode) -> bool:
    return _CONCEALED.search(node.attributes.get("style") or "") is not None
