"""The report's sections as plain values: what the templates show, each number with the filter that opens its claims."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from argmine.output.rendering import Linked, claims_href, counted, known, moment, percent, safe_url, shorten
from argmine.tables import SIDES

if TYPE_CHECKING:
    import pandas as pd

    from argmine.analysis import Analysis
    from argmine.codebook import Frame

N_AUTHORS = 10
MOST_BARS = 48
_HOUR = 3600
BAR_WIDTHS_S = tuple(_HOUR * hours for hours in (1, 3, 6, 12, 24, 24 * 7, 24 * 30, 24 * 365, 24 * 3650))
_WIDTH_NAMES = ("hour", "3 hours", "6 hours", "12 hours", "day", "week", "30 days", "365 days", "3,650 days")
STABLE, FAIRLY_STABLE = 0.75, 0.6


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
    def posts(self) -> pd.DataFrame:
        """The posts by identifier."""
        return self.analysis.posts.set_index("post_id")


@dataclass(frozen=True)
class Quote:
    """A chosen quote, shortened where it is long, and where it stands in its post (code points)."""

    claim_id: str
    text: str
    is_shortened: bool
    author: str | None
    time: str | None
    url: str | None
    start: int
    end: int
    post_length: int


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
    balance: Balance
    quotes: dict[str, list[Quote]]


@dataclass(frozen=True)
class GroupSection:
    """All that the page says about one group. `stances` are title, colour number and counts a side of its main frames."""

    cluster_id: str
    name: str
    keyphrases: list[str]
    n_claims: int
    n_authors: int
    stability: float | None
    stability_word: str
    stances: list[tuple[str, str, int, dict[str, int]]]
    quotes: list[Quote]


@dataclass(frozen=True)
class AuthorRow:
    """One of the most active authors: counted claims, their share, and for each frame the counts a side."""

    author: str
    n_claims: int
    share: float
    sides: dict[str, dict[str, int]]


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
    """Counted claims over time. `n_undated` have no time."""

    bars: list[Bar]
    width_name: str
    first: str
    last: str
    n_undated: int


def frame_sections(view: View) -> list[FrameSection]:
    """Return the frames in the codebook's order."""
    rows = {row["frame"]: row for row in view.analysis.frames().to_dict("records")}
    longest = max((max(row["pro"], row["con"]) for row in rows.values()), default=0) or 1
    sections = []
    for order, frame in enumerate(view.analysis.codebook.frames):
        row = rows[frame.name]
        chosen = view.analysis.quotes[view.analysis.quotes["frame"] == frame.name]
        counts = {side: int(row[side]) for side in SIDES}
        sections.append(
            FrameSection(
                frame=frame,
                colour=order,
                n_claims=int(row["n_claims"]),
                n_authors=int(row["n_authors"]),
                n_unknown_author=int(row["n_unknown_author"]),
                share=float(row["share"]),
                balance=Balance(
                    **counts,
                    pro_width=round(100 * counts["pro"] / longest, 2),
                    con_width=round(100 * counts["con"] / longest, 2),
                ),
                quotes={
                    side: _quotes(chosen[chosen["side"] == side], view.posts) for side in ("pro", "con", "neutral")
                },
            )
        )
    return sections


def group_sections(view: View) -> list[GroupSection]:
    """Return the groups, largest first, counting what the claims table counts."""
    analysis = view.analysis
    titles = {frame.name: (frame.title, order) for order, frame in enumerate(analysis.codebook.frames)}
    coded = view.coded.groupby(["cluster_id", "frame", "side"], observed=True).size()
    sections = []
    for group in analysis.clusters.itertuples(index=False):
        members = view.claims[view.claims["cluster_id"] == group.cluster_id]
        sides: dict[str, dict[str, int]] = {}
        if len(coded) and group.cluster_id in coded.index.get_level_values(0):
            for (frame, side), n in coded[group.cluster_id].items():
                sides.setdefault(frame, dict.fromkeys(SIDES, 0))[side] = int(n)
        order = sorted(sides, key=lambda frame: (-sum(sides[frame].values()), titles[frame][1]))
        stability = None if group.stability != group.stability else float(group.stability)
        chosen = analysis.quotes[analysis.quotes["cluster_id"] == group.cluster_id]
        sections.append(
            GroupSection(
                cluster_id=group.cluster_id,
                name=group.name,
                keyphrases=[phrase.strip() for phrase in group.keyphrases.split(";") if phrase.strip()],
                n_claims=len(members),
                n_authors=int(members["author"].nunique()),
                stability=stability,
                stability_word=_stability_word(stability),
                stances=[(frame, *titles[frame], sides[frame]) for frame in order],
                quotes=_quotes(chosen, view.posts),
            )
        )
    return sorted(sections, key=lambda section: -section.n_claims)


def reasons_for_no_group(view: View) -> list[tuple[str, Linked]]:
    """Return each reason why counted claims are in no group, with how many, most frequent first."""
    left_out = view.claims[view.claims["cluster_id"].isna()]["unassigned_reason"].value_counts()
    ranked = sorted(left_out.items(), key=lambda item: (-item[1], str(item[0])))
    return [(str(reason), counted(int(n), reason=str(reason))) for reason, n in ranked]


def most_active(view: View) -> list[AuthorRow]:
    """Return the known authors with most counted claims, at most N_AUTHORS."""
    n = view.claims["author"].dropna().value_counts()
    names = sorted(n.index, key=lambda name: (-n[name], name))[:N_AUTHORS]
    coded = view.coded[view.coded["author"].isin(names)]
    sides: dict[str, dict[str, dict[str, int]]] = {name: {} for name in names}
    for (author, frame, side), rows in coded.groupby(["author", "frame", "side"], observed=True).size().items():
        sides[author].setdefault(frame, {})[side] = int(rows)
    return [AuthorRow(name, int(n[name]), int(n[name]) / len(view.claims), sides[name]) for name in names]


def timeline(view: View) -> Timeline | None:
    """Return the counted claims over time, in at most MOST_BARS bars; None where fewer than two moments are known."""
    dated = view.claims.dropna(subset=["created_at"])
    if dated["created_at"].nunique() < 2:
        return None
    seconds = dated["created_at"].map(lambda time: int(time.timestamp()))
    first, last = int(seconds.min()), int(seconds.max())
    choice = next(i for i, width in enumerate(BAR_WIDTHS_S) if last // width - first // width < MOST_BARS)
    width = BAR_WIDTHS_S[choice]
    bins = seconds // width
    in_frame = dated["claim_id"].isin(view.analysis.stances["claim_id"])
    totals, framed = bins.value_counts(), bins[in_frame].value_counts()
    start, n_bars, tallest = first // width, last // width - first // width + 1, int(totals.max())
    bars = [
        _bar(number, int(totals[start + number]), int(framed.get(start + number, 0)), start, width, n_bars, tallest)
        for number in range(n_bars)
        if start + number in totals.index
    ]
    span = (moment(dated["created_at"].min()) or "", moment(dated["created_at"].max()) or "")
    return Timeline(bars, _WIDTH_NAMES[choice], *span, n_undated=len(view.claims) - len(dated))


def _bar(number: int, n: int, n_in_frame: int, start: int, width: int, n_bars: int, tallest: int) -> Bar:
    from datetime import UTC, datetime

    begin, end = (datetime.fromtimestamp((start + number + step) * width, UTC) for step in (0, 1))
    step = 1000 / n_bars
    return Bar(
        label=f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC",
        href=claims_href(**{"from": f"{begin:%Y-%m-%dT%H:%MZ}", "to": f"{end:%Y-%m-%dT%H:%MZ}"}),
        n_claims=n,
        n_in_frame=n_in_frame,
        x=round(number * step, 2),
        width=round(min(step * 0.86, 40), 2),
        height=round(100 * n / tallest, 2),
        frame_height=round(100 * n_in_frame / tallest, 2),
    )


def _quotes(chosen: pd.DataFrame, posts: pd.DataFrame) -> list[Quote]:
    found = []
    for row in chosen.sort_values("rank").itertuples(index=False):
        text = shorten(row.text)
        post = posts.loc[row.post_id]
        found.append(
            Quote(
                claim_id=row.claim_id,
                text=text,
                is_shortened=len(text) < len(row.text),
                author=known(row.author),
                time=moment(post["created_at"]),
                url=safe_url(row.url),
                start=int(row.start),
                end=int(row.end),
                post_length=len(post["text"]),
            )
        )
    return found


def _stability_word(stability: float | None) -> str:
    if stability is None:
        return "stability not measured"
    word = "stable" if stability >= STABLE else "fairly stable" if stability >= FAIRLY_STABLE else "unstable"
    return f"{word}: found again in resamples with an overlap of {percent(stability)}"
