"""A saved page of a forum, whatever engine wrote it: JSON-LD, microdata, or the engine's own markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Parsed
from argmine.read.flarum_payload import flarum_payload
from argmine.read.format import Format
from argmine.read.forum_engines import ENGINES, MICRODATA
from argmine.read.forum_own import own_posts
from argmine.read.forum_post import Reading
from argmine.read.forum_replies import drafts_of
from argmine.read.forum_select import select
from argmine.read.html_text import node_text
from argmine.read.linked_data import linked_data
from argmine.read.payload import Payload
from argmine.read.sibling_blocks import sibling_blocks
from argmine.read.walls import find_wall, wall_message

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_FEED = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE | re.DOTALL)
_PAGE_OF = re.compile(r"\bpage\s+(\d{1,5})\s+of\s+(\d{1,5})\b", re.IGNORECASE)
_FOOT = 20_000
_SHELL_WORDS = 30
_MOST_LINKS = 2_000
_ARTICLE = "article, meta[property='og:type'][content=article], [itemtype$=Article]"
_ARTICLE_NAMES = ('"NewsArticle"', '"BlogPosting"', '"Article"')


def _matches(payload: Payload, columns: Columns) -> bool:
    return payload.is_markup and not _FEED.match(payload.text[:2_000])


def _parse(payload: Payload, columns: Columns) -> Parsed:
    page = payload.page
    address = _address(page, payload.name)
    reading, stated = _best(page, address)
    if reading is None:
        raise SourceError(f"{payload.name}: {_looks_like(payload, page)}")
    here, pages = _pages(reading, payload.text)
    opens = here == 1
    title = reading.title or stated.title or _title(page)
    drafts = drafts_of(own_posts(reading.posts, title), payload.text[-_FOOT:], address, opens=opens)
    notes = [f"the posts were told by {reading.way}"]
    missing = sum(draft.created_us is None for draft in drafts)
    if missing:
        notes.append(f"posts whose time the page does not show as a date: {missing:,}")
    if not opens:
        notes.append(f"this is page {here:,} of {pages:,}: the opening post is on another")
    return Parsed(
        drafts,
        title=title,
        url=address if address.startswith(("http://", "https://")) else None,
        claimed=stated.claimed if reading.claimed is None else reading.claimed,
        pages=pages,
        notes=notes,
    )


def _best(page: LexborHTMLParser, address: str) -> tuple[Reading | None, Reading]:
    """Return the fullest reading, or None if none has words; of equally full ones the earlier. And what JSON-LD says.

    The engines' own markup goes first: it keeps quotations apart, which JSON-LD flattens into the text.
    """
    stated = linked_data(page, address)
    carried = flarum_payload(page, address)
    readings = [carried, *(select(page, engine, address) for engine in (*ENGINES, MICRODATA)), stated]
    fullest = max(readings, key=lambda reading: reading.n_told)
    if fullest.n_told < 2:
        fullest = max(fullest, sibling_blocks(page, address), key=lambda reading: reading.n_told)
    return (fullest if fullest.n_told else None), stated


def _address(page: LexborHTMLParser, name: str) -> str:
    """Return the address of the page, as it names it itself, else as the user did; "" if neither is one."""
    for css, attribute in (("link[rel=canonical]", "href"), ("meta[property='og:url']", "content")):
        node = page.css_first(css)
        said = ((node.attributes.get(attribute) or "") if node else "").strip()
        if said.startswith(("http://", "https://")):
            return said
    if not name.startswith(("http://", "https://")):
        return ""
    base = page.css_first("base[href]")
    try:
        return urljoin(name, (base.attributes.get("href") or "") if base else "")
    except ValueError:
        return name


def _title(page: LexborHTMLParser) -> str:
    for css in ("meta[property='og:title']", "title", "h1"):
        node = page.css_first(css)
        said = ((node.attributes.get("content") or node.text()) if node else "").split()
        if said:
            return " ".join(said)
    return ""


def _pages(reading: Reading, text: str) -> tuple[int, int]:
    """Return the number of the page and of the pages there are."""
    found = _PAGE_OF.search(text)
    here, pages = (int(found[1]), int(found[2])) if found else (reading.page, reading.pages)
    return (here, pages) if 1 <= here <= pages else (1, 1)


def _looks_like(payload: Payload, page: LexborHTMLParser) -> str:
    """Return a sentence on what a page without a thread looks like, and what to do instead."""
    wall = find_wall(payload.text)
    if wall:
        return wall_message(wall)
    shown = node_text(page.body, skip=lambda node: node.tag == "a")[0].split()
    linked = sum(len(node_text(anchor)[0].split()) for anchor in page.css("a")[:_MOST_LINKS])
    if len(shown) < _SHELL_WORDS and linked < _SHELL_WORDS:
        return (
            "this page is an empty shell: its posts are loaded by scripts, and none was there when it was saved. "
            "Open it in a browser, scroll to the end, save it as a complete page, and name that file."
        )
    if linked > len(shown):
        return "this looks like a list of links, not a thread. Open one thread of it and save that page."
    if page.css_first(_ARTICLE) is not None or any(name in payload.text for name in _ARTICLE_NAMES):
        return "this looks like an article without comments, not a thread. Save the page with its comments shown."
    return "this page holds no thread that can be told apart into posts. Save the thread as text or JSON."


FORMAT = Format(
    name="forum",
    title="Page of a forum (XenForo, Invision, vBulletin, phpBB, Simple Machines and others), saved or live",
    gives="authors, permalinks, quotations and replies through them, times and scores where the page shows them",
    lacks="other pages of the thread, what scripts load later",
    matches=_matches,
    parse=_parse,
)
