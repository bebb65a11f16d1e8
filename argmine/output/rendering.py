"""What every template shares: autoescaping, how numbers and times are written, which addresses may become links."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from string import Formatter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from jinja2 import Environment

LONGEST_TEXT = 480


@dataclass(frozen=True)
class Linked:
    """A piece of a sentence that is a link. `n` is how many claims it opens, where the text is that number."""

    text: str
    href: str
    n: int | None = None


Sentence = tuple["str | Linked", ...]


def environment() -> Environment:
    """Return the Jinja environment of the package's templates; every value is escaped unless it is Markup."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    found = Environment(
        loader=FunctionLoader(asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.filters.update(thousands=thousands, percent=percent, begin=begin)
    found.globals.update(claims_href=claims_href, claim_href=claim_href, counted=counted)
    return found


def asset(name: str) -> str:
    """Return the text of a file in templates/."""
    return (resources.files("argmine.output") / "templates" / name).read_text(encoding="utf-8")


def sentence(words: str, **values: str | Linked) -> Sentence:
    """Return the words with each {name} replaced by its value.

    >>> sentence("{n} of them.", n=Linked("3", "#claims?", 3))
    (Linked(text='3', href='#claims?', n=3), ' of them.')
    """
    parts: list[str | Linked] = []
    for text, name, _, _ in Formatter().parse(words):
        parts += [text] if text else []
        parts += [values[name]] if name else []
    return tuple(parts)


def claims_href(**filters: str | Sequence[str]) -> str:
    """Return the link to the claims that pass the filters; a list means any of its values.

    >>> claims_href(frame="fair_use", side="con"), claims_href(author=["a&b", "c"])
    ('#claims?frame=fair_use&side=con', '#claims?author=a%26b&author=c')
    """
    return f"#claims?{urlencode(filters, doseq=True)}" if filters else "#claims?"


def claim_href(claim_id: str) -> str:
    """Return the link that opens one claim in its post."""
    return f"#claim={quote(claim_id, safe='')}"


def counted(n: int, **filters: str | Sequence[str]) -> Linked:
    """Return the number as a link to exactly that many claims."""
    return Linked(thousands(n), claims_href(**filters), n)


def thousands(value: int) -> str:
    """Return the number with commas.

    >>> thousands(12345)
    '12,345'
    """
    return f"{value:,}"


def percent(share: float) -> str:
    r"""Return the share in whole percent, below one percent with a decimal; the sign stands behind a no-break space.

    >>> percent(0.494), percent(0.0033), percent(0.0001), percent(0)
    ('49\xa0%', '0.3\xa0%', '<\xa00.1\xa0%', '0\xa0%')
    """
    if 0 < share < 0.0005:
        return "<\u00a00.1\u00a0%"
    return (f"{share:.1%}" if 0 < share < 0.00995 else f"{share:.0%}").replace("%", "\u00a0%")


def begin(text: str) -> str:
    """Return the text with its first letter as a capital, the rest as it is.

    >>> begin("drawn by t-SNE")
    'Drawn by t-SNE'
    """
    return text[:1].upper() + text[1:]


def plural(n: int, one: str, many: str | None = None) -> str:
    """Return the noun that fits the number.

    >>> plural(1, "claim"), plural(2, "claim"), plural(0, "reply", "replies")
    ('claim', 'claims', 'replies')
    """
    return one if n == 1 else many or f"{one}s"


def safe_url(address: object) -> str | None:
    """Return the address if it is an http or https one that names a host, else None.

    >>> safe_url("https://example.org/a"), safe_url("javascript:alert(1)"), safe_url(None)
    ('https://example.org/a', None, None)
    """
    if not isinstance(address, str):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.netloc else None


def known(value: object) -> str | None:
    """Return the text of a cell, or None where it is missing."""
    return value if isinstance(value, str) else None


def moment(time: pd.Timestamp) -> str | None:
    """Return a time as ISO date and minutes, UTC; None where it is missing."""
    import pandas as pd

    return None if pd.isna(time) else time.strftime("%Y-%m-%d %H:%M")


def shorten(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return the text, or its beginning up to a word border where it is longer.

    >>> shorten("one two three", 9)
    'one two'
    """
    if len(text) <= longest:
        return text
    head = text[: longest + 1]
    return head.rsplit(None, 1)[0] if len(head.split()) > 1 else text[:longest]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows, each by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def described(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return the values as pairs of words, for a list of definitions."""
    return [(name.replace("_", " "), str(value)) for name, value in values.items()]
