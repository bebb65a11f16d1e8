"""Who wrote how much, and when: the most active authors and the timeline, as plain values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from argmine.output.rendering import claims_href

if TYPE_CHECKING:
    from argmine.output.page_sections import SideCounts, View

N_AUTHORS = 10
MOST_BARS = 48
_HOUR = 3600
BAR_WIDTHS_S = {
    "hour": _HOUR,
    "3 hours": 3 * _HOUR,
    "6 hours": 6 * _HOUR,
    "12 hours": 12 * _HOUR,
    "day": 24 * _HOUR,
    "week": 7 * 24 * _HOUR,
    "30 days": 30 * 24 * _HOUR,
    "365 days": 365 * 24 * _HOUR,
    "3,650 days": 3650 * 24 * _HOUR,
}


@dataclass(frozen=True)
class AuthorRow:
    """One of the most active authors: counted claims, their share, and for each frame the counts a side."""

    author: str
    n_claims: int
    share: float
    sides: SideCounts


@dataclass(frozen=True)
class Bar:
    """One bar of the timeline: its span, its counts, and its place in a drawing 1000 wide and 100 high."""

    label: str
    href: str
    n_claims: int
    n_in_frame: int
    x: float
    width: float
    height: float
    frame_height: float


@dataclass(frozen=True)
class Timeline:
    """Counted claims over time, UTC. `n_undated` have no time; `tallest` is the count of the highest bar."""

    bars: list[Bar]
    bar: str
    first: str
    last: str
    n_undated: int
    tallest: int


def most_active(view: View) -> list[AuthorRow]:
    """Return the known authors with most counted claims, at most N_AUTHORS."""
    n = Counter(view.claims["author"].dropna().tolist())
    names = sorted(n, key=lambda name: (-n[name], name))[:N_AUTHORS]
    sides = view.side_counts("author")
    return [AuthorRow(name, n[name], n[name] / len(view.claims), sides.get(name, {})) for name in names]


def timeline(view: View) -> Timeline | None:
    """Return the counted claims over time, in at most MOST_BARS bars; None where fewer than two moments are known."""
    dated = view.claims.dropna(subset=["created_at"])
    seconds = [int(time.timestamp()) for time in dated["created_at"]]
    if len(set(seconds)) < 2:
        return None
    first, last = min(seconds), max(seconds)
    bar, width = bar_width(first, last)
    in_frame = dated["claim_id"].isin(view.analysis.stances["claim_id"]).tolist()
    totals = Counter(second // width for second in seconds)
    framed = Counter(second // width for second, one in zip(seconds, in_frame, strict=True) if one)
    start, tallest = first // width, max(totals.values())
    step = 1000 / (last // width - start + 1)
    bars = [
        Bar(
            label=f"{_utc(number * width):%Y-%m-%d %H:%M} to {_utc((number + 1) * width):%Y-%m-%d %H:%M} UTC",
            href=claims_href(
                **{
                    "from": f"{_utc(number * width):%Y-%m-%dT%H:%MZ}",
                    "to": f"{_utc((number + 1) * width):%Y-%m-%dT%H:%MZ}",
                }
            ),
            n_claims=totals[number],
            n_in_frame=framed[number],
            x=round((number - start) * step, 2),
            width=round(min(step * 0.86, 40), 2),
            height=round(100 * totals[number] / tallest, 2),
            frame_height=round(100 * framed[number] / tallest, 2),
        )
        for number in sorted(totals)
    ]
    return Timeline(
        bars,
        bar,
        first=f"{_utc(first):%Y-%m-%d %H:%M}",
        last=f"{_utc(last):%Y-%m-%d %H:%M}",
        n_undated=len(view.claims) - len(dated),
        tallest=tallest,
    )


def bar_width(first: int, last: int, most: int = MOST_BARS) -> tuple[str, int]:
    """Return the narrowest bar, in words and in seconds, of which at most so many span the two moments.

    >>> bar_width(0, 86_400)
    ('hour', 3600)
    """
    return next((name, width) for name, width in BAR_WIDTHS_S.items() if last // width - first // width < most)


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
