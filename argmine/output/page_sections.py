"""The report's sections as plain values: what the templates show, each number with the filter that opens its claims."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from argmine.output.rendering import Linked, counted, known, moment, percent, records, safe_url, shorten
from argmine.tables import SIDES

if TYPE_CHECKING:
    import pandas as pd

    from argmine.analysis import Analysis
    from argmine.codebook import Frame

STABLE, FAIRLY_STABLE = 0.75, 0.6
SIGNIFICANT = 1.645
"""The z above which a difference is significant at the 95 % level, one-sided."""
DOMINANT, LEAST_CLAIMS_TO_DOMINATE = 0.25, 8

SideCounts = dict[str, dict[str, int]]
"""For each frame, the number of claims on each side."""


@dataclass(frozen=True)
class View:
    """An Analysis with the joins that every section needs, made once."""

    analysis: Analysis

    @cached_property
    def claims(self) -> pd.DataFrame:
        """The claims that shares are counted over, with author and created_at."""
        posts = self.analysis.posts[["post_id", "author", "created_at"]]
        return self.analysis.counted_claims().merge(posts, on="post_id", how="left")

    @cached_property
    def coded(self) -> pd.DataFrame:
        """A row for each counted claim and each frame that it speaks to."""
        return self.claims.merge(self.analysis.stances, on="claim_id")

    @cached_property
    def posts(self) -> dict[str, dict[str, Any]]:
        """The posts by identifier."""
        return {post["post_id"]: post for post in records(self.analysis.posts)}

    def side_counts(self, column: str) -> dict[str, SideCounts]:
        """Return how many coded claims there are by value of a column, frame and side; a missing value is left out."""
        found: dict[str, SideCounts] = {}
        rows = zip(*(self.coded[name].tolist() for name in (column, "frame", "side")), strict=True)
        for value, frame, side in rows:
            if known(value):
                sides = found.setdefault(value, {}).setdefault(frame, dict.fromkeys(SIDES, 0))
                sides[side] += 1
        return found


@dataclass(frozen=True)
class Quote:
    """A chosen quote, shortened where it is long, and where it stands in its post (code points).

    `standing` says in words how far it stands for its group, where it was chosen for one.
    """

    claim_id: str
    text: str
    is_shortened: bool
    author: str | None
    time: str | None
    url: str | None
    start: int
    end: int
    post_length: int
    standing: str


@dataclass(frozen=True)
class Balance:
    """How many claims are on each side, and the bar that shows it: lengths as shares of the longest half, 0 to 100."""

    pro: int
    con: int
    neutral: int
    unclear: int
    pro_width: float
    con_width: float


@dataclass(frozen=True)
class FrameSection:
    """All that the page says about one frame. `quotes` has the keys pro, con and neutral."""

    frame: Frame
    colour: int
    n_claims: int
    n_authors: int
    n_unknown_author: int
    share: float
    most_by_one: Linked | None
    """The claims of the frame's most active author, where they are a large share of it."""
    balance: Balance
    quotes: dict[str, list[Quote]]


@dataclass(frozen=True)
class GroupSection:
    """All that the page says about one group. `stances` are frame name, title, colour number and counts a side."""

    cluster_id: str
    name: str
    keyphrases: list[str]
    n_claims: int
    n_authors: int
    stability: str
    unstable: bool
    stances: list[tuple[str, str, int, dict[str, int]]]
    quotes: list[Quote]


def frame_sections(view: View) -> list[FrameSection]:
    """Return the frames in the codebook's order."""
    rows = {row["frame"]: row for row in records(view.analysis.frames())}
    longest = max((max(row["pro"], row["con"]) for row in rows.values()), default=0) or 1
    chosen = view.analysis.quotes
    return [
        FrameSection(
            frame=frame,
            colour=order,
            n_claims=int(row["n_claims"]),
            n_authors=int(row["n_authors"]),
            n_unknown_author=int(row["n_unknown_author"]),
            share=float(row["share"]),
            most_by_one=_most_by_one(frame.name, view),
            balance=Balance(
                pro=int(row["pro"]),
                con=int(row["con"]),
                neutral=int(row["neutral"]),
                unclear=int(row["unclear"]),
                pro_width=round(100 * row["pro"] / longest, 2),
                con_width=round(100 * row["con"] / longest, 2),
            ),
            quotes={
                side: _quotes(chosen[(chosen["frame"] == frame.name) & (chosen["side"] == side)], view)
                for side in ("pro", "con", "neutral")
            },
        )
        for order, frame in enumerate(view.analysis.codebook.frames)
        for row in [rows[frame.name]]
    ]


def group_sections(view: View) -> list[GroupSection]:
    """Return the groups, largest first, counting what the claims table counts."""
    analysis = view.analysis
    frames = {frame.name: (frame.title, order) for order, frame in enumerate(analysis.codebook.frames)}
    stances = view.side_counts("cluster_id")
    sections = []
    for group in records(analysis.clusters):
        members = view.claims[view.claims["cluster_id"] == group["cluster_id"]]
        sides = stances.get(group["cluster_id"], {})
        order = sorted((-sum(counts.values()), frames[frame][1], frame) for frame, counts in sides.items())
        sections.append(
            GroupSection(
                cluster_id=group["cluster_id"],
                name=group["name"],
                keyphrases=[phrase.strip() for phrase in group["keyphrases"].split(";") if phrase.strip()],
                n_claims=len(members),
                n_authors=int(members["author"].nunique()),
                stability=_stability(group["stability"]),
                unstable=group["stability"] < FAIRLY_STABLE,
                stances=[(frame, *frames[frame], sides[frame]) for _, _, frame in order],
                quotes=_quotes(analysis.quotes[analysis.quotes["cluster_id"] == group["cluster_id"]], view),
            )
        )
    return sorted(sections, key=lambda section: -section.n_claims)


def themes(analysis: Analysis, sections: list[GroupSection]) -> list[tuple[str, list[GroupSection]]]:
    """Return the themes with their groups, largest first; a group that was edited away since is left out."""
    present = {section.cluster_id: section for section in sections}
    found = analysis.manifest["groups"].get("themes", [])
    joined = [(one["name"], [present[group] for group in one["groups"] if group in present]) for one in found]
    return [(name, groups) for name, groups in joined if groups]


def reasons_for_no_group(view: View) -> list[tuple[str, Linked]]:
    """Return each reason why counted claims are in no group, with how many, most frequent first."""
    left_out = view.claims[view.claims["cluster_id"].isna()]["unassigned_reason"].value_counts()
    ranked = sorted(((str(reason), int(n)) for reason, n in left_out.items()), key=lambda item: (-item[1], item[0]))
    return [(reason, counted(n, reason=reason)) for reason, n in ranked]


def _most_by_one(frame: str, view: View) -> Linked | None:
    here = view.coded[view.coded["frame"] == frame]
    n = Counter(here["author"].dropna().tolist())
    if len(here) < LEAST_CLAIMS_TO_DOMINATE or not n:
        return None
    author = min(n, key=lambda name: (-n[name], name))
    return counted(n[author], frame=frame, author=author) if n[author] >= DOMINANT * len(here) else None


def make_quote(claim: dict[str, Any], view: View) -> Quote:
    """Return the quote of a row that has claim_id, post_id, start, end and text, and perhaps representativeness."""
    text = shorten(claim["text"])
    post = view.posts[claim["post_id"]]
    return Quote(
        claim_id=claim["claim_id"],
        text=text,
        is_shortened=len(text) < len(claim["text"]),
        author=known(post["author"]),
        time=moment(post["created_at"]),
        url=safe_url(post["url"]),
        start=int(claim["start"]),
        end=int(claim["end"]),
        post_length=len(post["text"]),
        standing=_standing(claim.get("representativeness"), claim.get("significance")),
    )


def _standing(ratio: float | None, z: float | None) -> str:
    r"""Return in words how far a quote stands for its group, empty where that was not measured.

    >>> _standing(8.06, 12.34)
    'claims like it: 8.1 × as frequent here as elsewhere (z\xa0=\xa012.3)'
    >>> _standing(1.1, 0.4), _standing(None, None)
    ('claims like it: as frequent elsewhere (z\xa0=\xa00.4)', '')
    """
    if ratio is None or z is None or ratio != ratio or z != z:
        return ""
    often = f"{ratio:.1f} × as frequent here as elsewhere" if z > SIGNIFICANT else "as frequent elsewhere"
    return f"claims like it: {often} (z\u00a0=\u00a0{z:.1f})"


def _quotes(chosen: pd.DataFrame, view: View) -> list[Quote]:
    return [make_quote(row, view) for row in records(chosen.sort_values("rank"))]


def _stability(overlap: float) -> str:
    if overlap != overlap:
        return "stability not measured"
    word = "stable" if overlap >= STABLE else "fairly stable" if overlap >= FAIRLY_STABLE else "unstable"
    return f"{word}: found again in resamples with an overlap of {percent(overlap)}"
