"""Prevalence three ways, and how stance goes over time and down the reply tree, as plain values for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from argmine.output.prevalence import ANY_SIDE, prevalence
from argmine.output.rendering import Linked, counted, percent, records

if TYPE_CHECKING:
    import pandas as pd

    from argmine.output.page_sections import View

N_SPANS = 4
DEEPEST = 4

Cell = tuple[str, str]
"""A share and its interval, in words; the interval is empty where there is none."""


@dataclass(frozen=True)
class Course:
    """How stance goes along something: a row a step, with its claims and for each frame the counts a side."""

    heading: str
    rows: list[tuple[str, Linked, list[dict[str, Linked]]]]


def three_ways(view: View) -> tuple[list[str], list[tuple[str, int, list[Cell]]]]:
    """Return the ways that the source allows, and for each frame its title, colour number and cell a way."""
    shares = prevalence(view)
    shares = shares[shares["side"] == ANY_SIDE]
    ways = list(dict.fromkeys(shares["by"]))
    cells = {(row["frame"], row["by"]): _cell(row["share"], row["low"], row["high"]) for row in records(shares)}
    frames = view.analysis.codebook.frames
    return ways, [(one.title, order, [cells[one.name, by] for by in ways]) for order, one in enumerate(frames)]


def courses(view: View) -> list[Course]:
    """Return the courses that the thread has: over time, in spans of as many claims each, and down the reply tree."""
    return [course for course in (_over_time(view), _down_the_tree(view)) if course is not None]


def _over_time(view: View) -> Course | None:
    import pandas as pd

    if view.claims.empty:
        return None
    minute = view.claims["created_at"].dt.floor("min")
    if minute.nunique() < N_SPANS:
        return None
    borders = sorted(set(minute.quantile([part / N_SPANS for part in range(N_SPANS)], interpolation="lower")))
    ends = [*borders[1:], minute.max() + pd.Timedelta(minutes=1)]
    rows = []
    for first, end in zip(borders, ends, strict=True):
        within = (minute >= first) & (minute < end)
        span = {"from": f"{first:%Y-%m-%dT%H:%MZ}", "to": f"{end:%Y-%m-%dT%H:%MZ}"}
        rows.append((f"from {first:%Y-%m-%d %H:%M}", counted(int(within.sum()), **span), _sides(view, within, span)))
    return Course("Over time (UTC)", rows)


def _down_the_tree(view: View) -> Course | None:
    if view.claims.empty:
        return None
    posts = view.analysis.posts
    depth = view.claims["post_id"].map(posts.set_index("post_id")["depth"]).astype(int)
    if not depth.max() > 0:
        return None
    rows = []
    for level in range(min(int(depth.max()), DEEPEST) + 1):
        last = level == DEEPEST
        within = depth >= level if last else depth == level
        if not within.any():
            continue
        span = {"depth": f"{level}+" if last else str(level)}
        steps = f"{level} {'step' if level == 1 else 'steps'}{' or more' if last else ''} down"
        name = steps if level else "first posts"
        rows.append((name, counted(int(within.sum()), **span), _sides(view, within, span)))
    return Course("Down the reply tree", rows)


def _sides(view: View, within: pd.Series, span: dict[str, str]) -> list[dict[str, Linked]]:
    ids = set(view.claims["claim_id"][within])
    here = view.coded[view.coded["claim_id"].isin(ids)].groupby(["frame", "side"]).size()
    return [
        {
            side: counted(int(here[frame, side]), frame=frame, side=side, **span)
            for side in ("con", "pro", "neutral", "unclear")
            if (frame, side) in here
        }
        for frame in view.analysis.codebook.frame_names
    ]


def _cell(share: float, low: float, high: float) -> Cell:
    return percent(share), "" if low != low else f"{percent(low)} to {percent(high)}"
