"""The stance map as a figure: claims at their places, frames by colour, sides by shape, groups by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine.output import palette
from argmine.output.citation import source_title
from argmine.output.labels import map_label, one_line, place_labels
from argmine.output.page_sections import FAIRLY_STABLE
from argmine.output.palette import FAINT_INK, INK
from argmine.output.rendering import plural

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from argmine.analysis import Analysis

MOST_LABELS = 14
MOST_DRAWN = 20_000
"""Of more claims, so many are drawn, evenly spaced through the thread; whatever is counted is counted over all."""


def draw_map(analysis: Analysis) -> Figure:
    """Return the stance map. Claims with no position are not drawn; the note under the map counts them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from argmine.output.shown_figure import ShownFigure

    figure = ShownFigure(figsize=(12, 7.2), dpi=150, facecolor="white", layout=None)
    FigureCanvasAgg(figure)
    plot = figure.add_axes((0.02, 0.09, 0.66, 0.78))
    side = figure.add_axes((0.71, 0.09, 0.275, 0.78))
    title = source_title(analysis)
    figure.text(
        0.02, 0.955, one_line(title, 90), fontsize=15, fontweight="bold", color=INK, va="center", parse_math=False
    )
    figure.text(0.02, 0.915, _subtitle(analysis), fontsize=9.5, color=FAINT_INK, va="center", parse_math=False)
    points = claims_on_map(analysis)
    drawn = points.iloc[:: -(-len(points) // MOST_DRAWN)] if len(points) > MOST_DRAWN else points
    _draw_points(plot, drawn, analysis)
    draw_balance_on(side, analysis)
    figure.text(
        0.02, 0.04, _note(analysis, points, len(drawn)), fontsize=8, color=FAINT_INK, va="center", parse_math=False
    )
    _draw_labels(plot, points, analysis)
    return figure


def save_map(analysis: Analysis, folder: Path) -> None:
    """Write map.png and map.svg, the same bytes for the same Analysis."""
    import matplotlib as mpl

    figure = draw_map(analysis)
    figure.savefig(folder / "map.png", metadata={"Software": None})
    with mpl.rc_context({"svg.hashsalt": "argmine", "svg.fonttype": "none"}):
        figure.savefig(folder / "map.svg", metadata={"Date": None, "Creator": None})


def claims_on_map(analysis: Analysis) -> pd.DataFrame:
    """Return the claims that have a position, with the frame and side that the coder was surest of ("" for none)."""
    surest = analysis.stances.sort_values("confidence", ascending=False, kind="stable").drop_duplicates("claim_id")
    placed = analysis.claims[analysis.claims["x"].notna()]
    points = placed.merge(surest, on="claim_id", how="left")
    return points.assign(frame=points["frame"].fillna(""), side=points["side"].fillna(""))


def _draw_points(plot: Axes, points: pd.DataFrame, analysis: Analysis) -> None:
    size = max(7.0, min(46.0, 9_000 / max(len(points), 1)))
    rest = points[points["frame"] == ""]
    plot.scatter(rest["x"], rest["y"], s=size * 0.6, c=palette.NO_FRAME_COLOUR, linewidths=0, zorder=1)
    for order, frame in enumerate(analysis.codebook.frame_names):
        colour = palette.frame_colour(order)
        for side, marker in palette.SIDE_MARKERS.items():
            here = points[(points["frame"] == frame) & (points["side"] == side)]
            filled = side != "unclear"
            plot.scatter(
                here["x"],
                here["y"],
                s=size,
                marker=marker,
                facecolors=colour if filled else "white",
                edgecolors="white" if filled else colour,
                linewidths=0.4 if filled else 0.9,
                zorder=2,
            )
    plot.set_xticks([])
    plot.set_yticks([])
    plot.margins(0.06)
    for spine in plot.spines.values():
        spine.set_color("#E3E7EB")
    if points.empty:
        plot.text(
            0.5, 0.5, "no claim has a position", ha="center", va="center", transform=plot.transAxes, color=FAINT_INK
        )


def _draw_labels(plot: Axes, points: pd.DataFrame, analysis: Analysis) -> None:
    groups = analysis.clusters.head(MOST_LABELS)
    faint = {
        map_label(name, phrases)
        for name, phrases, stability in groups[["name", "keyphrases", "stability"]].itertuples(index=False)
        if stability < FAIRLY_STABLE
    }
    named = [
        (map_label(name, phrases), *points.loc[points["cluster_id"] == cluster_id, ["x", "y"]].median())
        for cluster_id, name, phrases in groups[["cluster_id", "name", "keyphrases"]].itertuples(index=False)
    ]
    place_labels(plot, named, points[["x", "y"]].to_numpy(), faint)


def draw_balance_on(side: Axes, analysis: Analysis) -> None:
    """Draw one row a frame: con to the left, pro to the right, neutral and unclear in words."""
    frames = analysis.frames()
    side.set_xlim(-1, 1)
    side.set_ylim(len(frames) - 0.35, -0.75)
    side.axis("off")
    most = max(int(frames[["pro", "con"]].to_numpy().max()), 1) if len(frames) else 1
    side.text(-0.06, -0.58, f"{palette.SIDE_SYMBOLS['con']} con", ha="right", fontsize=9, color=FAINT_INK)
    side.text(0.06, -0.58, f"pro {palette.SIDE_SYMBOLS['pro']}", ha="left", fontsize=9, color=FAINT_INK)
    for row, frame in enumerate(frames.to_dict("records")):
        colour = palette.frame_colour(row)
        height = 0.2
        title = one_line(analysis.codebook.frames[row].title, 34)
        side.text(-1, row - 0.24, title, fontsize=11, fontweight="bold", color=colour, parse_math=False)
        counted = f"{frame['n_claims']:,} {plural(frame['n_claims'], 'claim')}"
        side.text(1, row - 0.24, counted, fontsize=9, color=FAINT_INK, ha="right")
        for direction, count in ((-1, frame["con"]), (1, frame["pro"])):
            length = 0.8 * count / most
            side.barh(row, direction * length, height=height, color=colour, alpha=1.0 if direction > 0 else 0.55)
            place = direction * (length + 0.04)
            side.text(
                place, row, f"{count:,}", ha="left" if direction > 0 else "right", va="center", fontsize=9, color=INK
            )
        rest = "   ".join(f"{palette.SIDE_SYMBOLS[side]} {frame[side]:,} {side}" for side in ("neutral", "unclear"))
        side.text(0, row + 0.27, rest, ha="center", fontsize=8.5, color=FAINT_INK)
        side.plot([0, 0], [row - height * 0.75, row + height * 0.75], color=INK, linewidth=0.8)


def _subtitle(analysis: Analysis) -> str:
    counts = analysis.manifest["counts"]
    people = f"{counts['authors']:,} known authors" if counts["authors"] else "authors unknown"
    share = f"{counts['share_in_a_frame']:.0%}".replace("%", " %")
    return f"{counts['claims']:,} claims in {counts['posts_with_text']:,} posts · {people} · {share} speak to a frame"


def _note(analysis: Analysis, points: pd.DataFrame, n_drawn: int) -> str:
    left_out = analysis.manifest["counts"]["claims"] - len(points)
    parts = ["near = similar wording and meaning; the axes have no unit", "grey = speaks to no frame"]
    if left_out > 0:
        parts.append(f"{left_out:,} claims without a place are not drawn")
    if n_drawn < len(points):
        parts.append(f"{n_drawn:,} of {len(points):,} claims are drawn")
    hidden = max(0, len(analysis.clusters) - MOST_LABELS)
    if hidden:
        parts.append(f"{hidden:,} smaller {plural(hidden, 'group is', 'groups are')} not labelled")
    if (analysis.clusters.head(MOST_LABELS)["stability"] < FAIRLY_STABLE).any():
        parts.append("in italics = an unstable group")
    return " · ".join(parts) + f"\ncoded by {analysis.manifest['coder']['name']}: read the quotes before you cite"
