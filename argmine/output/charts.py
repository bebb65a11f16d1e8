"""The balance of each frame, and the frames over time, as figures in the colours and shapes of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine.output.citation import source_title
from argmine.output.figures import draw_balance_on
from argmine.output.labels import one_line
from argmine.output.page_people import bar_width
from argmine.output.page_sections import View
from argmine.output.palette import FAINT_INK, INK, SIDE_SYMBOLS, frame_colour

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from argmine.analysis import Analysis

MOST_TIME_BARS = 60
_DAY_S = 86_400
_DIRECTIONS = {"pro": 1, "con": -1}


def draw_balance(analysis: Analysis) -> Figure:
    """Return one row a frame: claims coded con to the left, pro to the right, neutral and unclear in words."""
    figure = _titled(analysis, 1.3 + 0.95 * len(analysis.codebook.frames), "claims on each side of each frame")
    plot = figure.add_axes((0.04, 0.04, 0.92, 1 - 1.1 / figure.get_figheight()))
    draw_balance_on(plot, analysis)
    return figure


def draw_timeline(analysis: Analysis) -> Figure:
    """Return one row a frame: claims over time (UTC), pro above the line, con below, neutral and unclear pale above.

    Claims without a time are not drawn; the note counts them. All rows share one scale.
    """
    view = View(analysis)
    dated = view.coded.dropna(subset=["created_at"])
    frames = analysis.codebook.frames
    n_undated = len(view.coded) - len(dated)
    if dated["created_at"].nunique() < 2:
        figure = _titled(analysis, 2.2, "there is no timeline: fewer than two moments are known")
        figure.text(0.04, 0.4, f"{len(view.coded):,} codes of claims, {n_undated:,} without a time", color=FAINT_INK)
        return figure
    seconds = dated["created_at"].map(lambda time: int(time.timestamp()))
    bar, width = bar_width(int(seconds.min()), int(seconds.max()), MOST_TIME_BARS)
    dated = dated.assign(bar=seconds // width)
    shapes = f"{SIDE_SYMBOLS['pro']} pro up, {SIDE_SYMBOLS['con']} con down, neutral and unclear pale"
    note = f"a bar for each {bar}, UTC · {shapes}"
    figure = _titled(analysis, 1.5 + 1.1 * len(frames), note + (f" · {n_undated:,} undated" if n_undated else ""))
    height = figure.get_figheight()
    plots: list[Axes] = []
    for row, frame in enumerate(frames):
        bottom = (0.45 + 1.1 * (len(frames) - 1 - row)) / height
        plot = figure.add_axes((0.06, bottom, 0.91, 0.85 / height), sharex=plots[0] if plots else None)
        plots.append(plot)
        here = dated[dated["frame"] == frame.name]
        if len(here):
            _draw_bars(plot, here.groupby(["bar", "side"]).size().unstack(fill_value=0), width, frame_colour(row))
        plot.set_title(one_line(frame.title, 60), loc="left", fontsize=10, color=frame_colour(row), parse_math=False)
        plot.axhline(0, color=INK, linewidth=0.7)
        plot.spines[["top", "right", "left", "bottom"]].set_visible(False)
        plot.tick_params(labelsize=8, colors=FAINT_INK, length=2, labelbottom=row == len(frames) - 1)
    _share_scale(plots, (seconds.min(), seconds.max() + width))
    return figure


def _draw_bars(plot: Axes, sides: pd.DataFrame, width: int, colour: str) -> None:
    import numpy as np

    starts = (sides.index.to_numpy() * width).astype("datetime64[s]")
    size = np.timedelta64(int(width * 0.86), "s")
    for side, direction in _DIRECTIONS.items():
        if side in sides:
            plot.bar(
                starts, direction * sides[side], size, align="edge", color=colour, alpha=1 if direction > 0 else 0.55
            )
    rest = sides.reindex(columns=["neutral", "unclear"], fill_value=0).sum(axis=1)
    pro = sides["pro"] if "pro" in sides else 0 * rest
    plot.bar(starts, rest, size, bottom=pro, align="edge", color=colour, alpha=0.18)


def _share_scale(plots: list[Axes], span: tuple[int, int]) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    low = min(plot.dataLim.y0 for plot in plots if plot.patches)
    high = max(plot.dataLim.y1 for plot in plots if plot.patches)
    for plot in plots:
        plot.set_ylim(min(low, 0) * 1.08, max(high, 1) * 1.08)
        plot.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        plot.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):,.0f}"))
        plot.set_xlim(span[0] / _DAY_S, span[1] / _DAY_S)  # matplotlib counts days since 1970
    locator = AutoDateLocator(maxticks=9)  # type: ignore[no-untyped-call]
    plots[-1].xaxis.set_major_locator(locator)
    plots[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _titled(analysis: Analysis, height: float, note: str) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from argmine.output.shown_figure import ShownFigure

    figure = ShownFigure(figsize=(9, height), dpi=130, facecolor="white", layout=None)
    FigureCanvasAgg(figure)
    title = one_line(source_title(analysis), 80)
    figure.text(0.04, 1 - 0.3 / height, title, fontsize=13, fontweight="bold", color=INK, va="center", parse_math=False)
    figure.text(0.04, 1 - 0.58 / height, note, fontsize=9, color=FAINT_INK, va="center", parse_math=False)
    return figure
