"""Web addresses as sources write them, which may be no addresses at all."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


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
