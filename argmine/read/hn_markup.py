"""The body of a Hacker News comment, HTML to text.

The site writes only `p a i pre code`, in a machine's regular way, so a tokenizer reads it exactly and fast. Any other
tag is not markup there and stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from argmine.read.addresses import full_link
from argmine.read.draft import Mark

_BLOCK = re.compile(r"<pre>(?:<code>)?(.*?)(?:(?:</code>)?</pre>|\Z)|</?p(?:\s[^>]*)?>", re.IGNORECASE | re.DOTALL)
_OTHER_BORDER = re.compile(r"<(?:/?p[^>]|/p|P|/P)")
_INLINE = re.compile(r"<a(\s[^>]*)>(.*?)(?:</a>|\Z)|<(/?)i>|</?code>", re.IGNORECASE | re.DOTALL)
_ITALIC_TAG = re.compile(r"</?i>", re.IGNORECASE)
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# All that the site writes.
_COMMON = {"#x27": "'", "#x2F": "/", "quot": '"', "gt": ">", "lt": "<", "amp": "&"}
_SIGNS_OF = ("&#x27;", "&#x2F;", "<p>", "<pre><code>", 'rel="nofollow"')


def is_hn_markup(text: str) -> bool:
    """Return whether a text bears the marks of the site's own HTML."""
    return any(sign in text for sign in _SIGNS_OF)


def decode_entities(text: str) -> str:
    """Return the text with its entities decoded, once.

    >>> decode_entities("R&amp;D &amp;gt; AT&T")
    'R&D &gt; AT&T'
    """
    if "&" not in text:
        return text
    first, *others = text.split("&")
    parts = [first]
    for other in others:
        name, end, rest = other.partition(";")
        character = _COMMON.get(name) if end else None
        parts.append(_decode_any(f"&{other}") if character is None else character + rest)
    return "".join(parts)


def _decode_any(text: str) -> str:
    """Return a text that begins with an ampersand with its entity decoded, if it is one."""
    # What decodes to nothing (a control character) is kept as written.
    return _ENTITY.sub(lambda found: unescape(found[0]) or found[0], text)


def hn_text(html: str) -> tuple[str, list[Mark]]:
    r"""Return the text, paragraphs apart by a blank line, links in full; and its marks: link, code, italic paragraphs.

    >>> hn_text("&gt; <i>so</i><p>No.<pre><code>  x = 1\n</code></pre>")
    ('> so\n\nNo.\n\n  x = 1', [(2, 4, 'italic'), (11, 18, 'code')])
    """
    if "<" not in html:
        return decode_entities(html), []
    paragraphs = html.split("<p>")
    if len(paragraphs) == html.count("<") + 1:  # most comments hold no other tag
        if "" in paragraphs or any(map(str.isspace, paragraphs)):
            paragraphs = [block for block in paragraphs if block and not block.isspace()]
        return decode_entities("\n\n".join(paragraphs)), []
    parts: list[str] = []
    marks: list[Mark] = []
    length = 0
    italic = False
    for block, is_code in _blocks(html):
        if is_code:
            text = decode_entities(block).strip("\n")
            found: list[Mark] = [(0, len(text), "code")]
        else:
            text, found, italic = _paragraph(block, italic)
        if not text or text.isspace():
            continue
        if parts:
            parts.append("\n\n")
            length += 2
        if found:
            marks += [(start + length, end + length, how) for start, end, how in found]
        parts.append(text)
        length += len(text)
    return "".join(parts), marks


def _blocks(html: str) -> Iterator[tuple[str, bool]]:
    """Yield the paragraphs and the code blocks, and which of the two each one is."""
    if not _OTHER_BORDER.search(html):
        for block in html.split("<p>"):
            yield block, False
        return
    at = 0
    after_code = False
    for border in _BLOCK.finditer(html):
        # The line feeds around a code block only set it apart.
        before = html[at : border.start()]
        yield (before.lstrip("\n") if after_code else before), False
        after_code = border[1] is not None
        if after_code:
            yield border[1], True
        at = border.end()
    yield (html[at:].lstrip("\n") if after_code else html[at:]), False


def _paragraph(html: str, italic: bool) -> tuple[str, list[Mark], bool]:
    """Return a paragraph's text, its marks, and whether italics are still open at its end."""
    if not italic and "<" not in html:
        return decode_entities(html), [], False
    parts: list[str] = []
    marks: list[Mark] = []
    slanted: list[tuple[int, int]] = []
    length = at = 0
    italic_from = 0 if italic else None
    for tag in _INLINE.finditer(html):
        start, end = tag.span()
        if at < start:
            words = decode_entities(html[at:start])
            parts.append(words)
            length += len(words)
        at = end
        if tag[1] is not None:
            words = _link(tag[1], tag[2])
            if words:
                marks.append((length, length + len(words), "link"))
            parts.append(words)
            length += len(words)
        elif tag[3] == "" and italic_from is None:
            italic_from = length
        elif tag[3] == "/" and italic_from is not None:
            slanted.append((italic_from, length))
            italic_from = None
    parts.append(decode_entities(html[at:]))
    text = "".join(parts)
    if italic_from is not None:
        slanted.append((italic_from, len(text)))
    return text, _whole_italics(text, slanted) + marks if slanted else marks, italic_from is not None


def _link(attributes: str, label_html: str) -> str:
    """Return a link's text with its address in full."""
    label = decode_entities(_ITALIC_TAG.sub("", label_html) if "<" in label_html else label_html)
    found = _HREF.search(attributes)
    # An address is mostly slashes, and a slash makes no new entity, so they may go first.
    address = decode_entities((found[1] or found[2] or found[3] or "").replace("&#x2F;", "/")) if found else ""
    return full_link(label, address)


def _whole_italics(text: str, slanted: list[tuple[int, int]]) -> list[Mark]:
    """Return the italic stretch if it is all that the paragraph says, save a quote sign before it."""
    if len(slanted) != 1:
        return []
    start, end = slanted[0]
    if start == end or text[:start].strip(" \t\n>") or text[end:].strip():
        return []
    return [(start, end, "italic")]
