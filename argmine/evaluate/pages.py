"""How much of a forum page is read, against the text that people marked on it, beside a general text extractor."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from argmine.errors import ArgmineError, SourceError
from argmine.evaluate.extras import require

if TYPE_CHECKING:
    from argmine.read import Discussion

PAGES = Path("threads/generic_html/forum_pages")
LEAST_RECOVERED = 0.9
MOST_EXTRA = 0.1
_RUN = 4
_MARKED_SHARE = 0.3
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"\(?https?://\S+")
_DATE_WORD = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)[a-z]*|am|pm|at|ago|"
    r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|edited|posted|\d+(?:st|nd|rd|th|am|pm|h|d|w|mo|y)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Recovered:
    """Words of a page: marked by people, found again, and read beside them."""

    expected: int
    found: int
    extra: int

    @property
    def recall(self) -> float:
        """Return the share of the expected words that was found."""
        return self.found / self.expected if self.expected else 1.0

    @property
    def surplus(self) -> float:
        """Return the extra words as a share of the expected ones."""
        return self.extra / self.expected if self.expected else 0.0

    @property
    def holds(self) -> bool:
        """Return whether enough was found and little beside it."""
        return self.recall >= LEAST_RECOVERED and self.surplus <= MOST_EXTRA


@dataclass(frozen=True)
class Measured:
    """One page: what both extractors recovered; `argmine` is None where no thread was read."""

    page: str
    half: str
    way: str
    posts: int
    argmine: Recovered | None
    baseline: Recovered
    noise: int = 0
    """Extra words among the own words of those posts of which the marked text holds a good part."""
    quoted: int = 0
    """Extra words that come with the quotations in those posts."""

    @property
    def further(self) -> int:
        """Return the extra words that come with whole posts which the marked text leaves out."""
        return self.argmine.extra - self.quoted - self.noise if self.argmine else 0


def run(shared: Path) -> str:
    """Return a table of the pages and the totals of each half; raise SourceError where the pages are not there.

    Words are counted as a bag. Addresses and lines that are only a date count nowhere. Names of authors and the title
    are read as such and not as text, so where people marked them they count as found. A marked text may leave out
    whole posts, or quotations said before, so the extra words are told apart too: further, those that come with posts
    of which the marked text holds little; quoted, with the quotations of the others; noise, all the rest.
    """
    measured = measure(shared)
    lines = [
        f"forum pages, {len(measured)} with marked text; recovered and extra as shares of the marked words",
        "",
        f"{'page':<6}{'half':<7}{'posts':>6}{'recovered':>11}{'extra':>8}{'further':>9}{'quoted':>8}{'noise':>7}"
        f"{'trafilatura':>13}{'extra':>8}  read as",
    ]
    for one in measured:
        ours = f"{'-':>11}{'-':>8}{'-':>9}{'-':>8}{'-':>7}"
        if one.argmine:
            further, quoted, noise = (
                part / max(one.argmine.expected, 1) for part in (one.further, one.quoted, one.noise)
            )
            ours = f"{one.argmine.recall:>11.3f}{one.argmine.surplus:>8.3f}{further:>9.3f}{quoted:>8.3f}{noise:>7.3f}"
        theirs = f"{one.baseline.recall:>13.3f}{one.baseline.surplus:>8.3f}"
        lines.append(f"{one.page:<6}{one.half:<7}{one.posts:>6}{ours}{theirs}  {one.way}")
    for half in ("build", "check", ""):
        chosen = [one for one in measured if one.half == half or not half]
        lines += ["", *_totals(chosen, half or "all")] if chosen else []
    return "\n".join(lines)


def measure(shared: Path) -> list[Measured]:
    """Return the pages of `shared`, measured, in the order of their names."""
    folder = shared / PAGES
    pages = sorted(folder.glob("*.html.gz"))
    if not pages:
        raise SourceError(f"{folder}: no pages. Name the folder that holds threads/.")
    return [_measure(page) for page in pages]


def half_of(page: str) -> str:
    """Return the half of a page, by a hash of its name: the reader is built on one and checked on the other.

    >>> half_of("0544"), half_of("0548")
    ('build', 'check')
    """
    return "check" if hashlib.sha256(page.encode()).digest()[0] % 2 else "build"


def recovered(text: str, truth: str, also: str = "") -> Recovered:
    r"""Return how many words of `truth` are in `text`, or else in `also`, and how many more `text` has.

    >>> recovered("so it is now", "Ann\nJan 3, 2024\nSo it is.", also="Ann")
    Recovered(expected=4, found=4, extra=1)
    """
    expected, words = _words(truth), _words(text)
    found = expected & words
    aside = (expected - found) & _words(also)
    return Recovered(expected.total(), found.total() + aside.total(), (words - expected).total())


def _measure(page: Path) -> Measured:
    from argmine.read import read

    extract = require("trafilatura", "trafilatura").extract

    name = page.name.partition(".")[0]
    html = gzip.decompress(page.read_bytes())
    truth = json.loads(page.with_name(f"{name}.gt.json").read_text("utf-8"))["ground_truth"]["main_content"]
    baseline = recovered(extract(html, include_comments=True, favor_recall=True) or "", truth)
    try:
        with TemporaryDirectory() as folder:
            saved = Path(folder) / f"{name}.html"
            saved.write_bytes(html)
            discussion = read(saved)
    except ArgmineError as error:
        return Measured(name, half_of(name), f"not read: {str(error).partition(': ')[2]}", 0, None, baseline)
    posts = discussion.posts
    also = " ".join([discussion.title, *posts["author"].dropna()])
    ours = recovered("\n".join(posts["text"]), truth, also)
    way = " · ".join([discussion.format, *discussion.coverage.notes[:1]])
    noise, quoted = _extra_in_marked(discussion, truth)
    return Measured(name, half_of(name), way, len(posts), ours, baseline, noise, quoted)


def _extra_in_marked(discussion: Discussion, truth: str) -> tuple[int, int]:
    """Return the number of extra words in those posts of which the marked text holds a good part.

    First those among the posts' own words, then how many more there are with their quotations.
    """
    marked = _runs(truth)
    quoted = discussion.markup[discussion.markup["how"].isin(("blockquote", "aside"))]
    own: list[str] = []
    whole: list[str] = []
    for post, text in zip(discussion.posts["post_id"], discussion.posts["text"], strict=True):
        runs = _runs(text)
        if runs and len(runs & marked) >= _MARKED_SHARE * len(runs):
            spans = quoted[quoted["post_id"] == post]
            own.append(_without(text, zip(spans["start"].tolist(), spans["end"].tolist(), strict=True)))
            whole.append(text)
    expected = _words(truth)
    noise, extra = ((_words("\n".join(texts)) - expected).total() for texts in (own, whole))
    return noise, extra - noise


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(_ADDRESS.sub(" ", text.lower()))
    return set(zip(*(words[step:] for step in range(_RUN)), strict=False))


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _words(text: str) -> Counter[str]:
    lines = (_ADDRESS.sub(" ", line) for line in text.splitlines())
    words = (_WORD.findall(line.lower()) for line in lines)
    return Counter(word for line in words if not all(map(_DATE_WORD.fullmatch, line)) for word in line)


def _totals(measured: list[Measured], name: str) -> list[str]:
    read = [one.argmine for one in measured if one.argmine]
    baseline = [one.baseline for one in measured]
    expected = max(sum(one.expected for one in read), 1)
    further, quoted, noise = (
        sum(getattr(one, part) for one in measured) / expected for part in ("further", "quoted", "noise")
    )
    marked = [replace(one.argmine, extra=one.argmine.extra - one.further) for one in measured if one.argmine]
    return [
        f"{name}: {len(read)} of {len(measured)} pages yield a thread ({len(read) / len(measured):.0%})",
        *(
            f"  {who:<31} {_share(found)}"
            for who, found in (
                ("argmine, pages with a thread", read),
                ("trafilatura, the same pages", [one.baseline for one in measured if one.argmine]),
                ("trafilatura, every page", baseline),
            )
        ),
        f"  argmine, marked posts alone     {_share(marked)}",
        f"  argmine's extra words           {further:.3f} further posts, {quoted:.3f} quotations, {noise:.3f} noise",
    ]


def _share(found: list[Recovered]) -> str:
    if not found:
        return "no pages"
    whole = Recovered(*(sum(getattr(one, name) for one in found) for name in ("expected", "found", "extra")))
    good = sum(one.holds for one in found)
    return (
        f"recovered {whole.recall:.3f}, extra {whole.surplus:.3f} of {whole.expected:,} words; "
        f"{good} of {len(found)} pages with at least {LEAST_RECOVERED:.0%} and at most {MOST_EXTRA:.0%} extra"
    )
