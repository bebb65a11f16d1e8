"""Web addresses as sources write them, which may be no addresses at all."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_CUT = ("...", "…")
# A site makes a link of whoever is named: the name says it all.
_MENTION = re.compile(r"@[\w.-]{1,60}")


def split_web(address: str) -> SplitResult | None:
    """Return the parts of a web address; None for any other text.

    >>> split_web("https://a.org/t/1").hostname, split_web("http://[a"), split_web("/t/1")
    ('a.org', None, None)
    """
    try:
        parts = urlsplit(address)
        return parts if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def origin(address: str) -> str:
    """Return scheme and host of a web address; "" for any other text.

    >>> origin("https://a.org/t/1"), origin("http://[a"), origin("/t/1")
    ('https://a.org', '', '')
    """
    parts = split_web(address)
    return f"{parts.scheme}://{parts.netloc}" if parts else ""


def full_link(label: str, address: str) -> str:
    """Return a link's words with its address in full, once; sites cut a long address and end it with dots.

    >>> full_link("https://a.org/lon...", "https://a.org/long"), full_link("this", "https://a.org/x")
    ('https://a.org/long', 'this (https://a.org/x)')
    """
    bare = label.strip()
    if not address.startswith(("http://", "https://")) or _MENTION.fullmatch(bare):
        return label
    if not bare or address in (bare, f"http://{bare}", f"https://{bare}", f"{bare}/"):
        return address
    for sign in _CUT:
        stem = bare.removesuffix(sign)
        if bare.endswith(sign) and stem and address.split("://", 1)[1].startswith(stem.split("://", 1)[-1]):
            return address
    return f"{label} ({address})"
