"""Labels on a map that cover neither each other nor more points than they must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine.output.palette import FAINT_INK, INK
from argmine.output.rendering import shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.text import Text

_STEPS = [(0.0, 0.0)] + [
    (dx * r, dy * r)
    for r in (1, 2, 3, 4, 6, 8)
    for dx, dy in ((0, 1), (0, -1), (1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5), (2, 0), (-2, 0))
]
_STEP_POINTS = 11.0
_LINE_FROM = 2
# A line across a label, or a label on a line, is as bad as so many covered points.
_CROSSING = 60

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in pixels."""


def map_label(name: str, phrases: str) -> str:
    """Return what a map calls a group: its phrases, or its name where a single phrase would say too little.

    >>> map_label("We have laws for stolen cards.", "cards; api; fraud; fake"), map_label("We need it.", "good")
    ('cards, api, fraud', 'We need it.')
    >>> map_label("They would have registered every line of it.", "register")
    'They would have registered…'
    """
    named = phrases.split("; ") if phrases else []
    if len(named) > 1:
        return one_line(", ".join(named[:3]), 40)
    line = one_line(name, len(name))
    short = shorten(line, 28)
    return line if short == line else f"{short.rstrip(' ,;:.…')}…"


def one_line(text: str, length: int) -> str:
    """Return the text on one line of at most that many characters, control characters as spaces."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def place_labels(
    plot: Axes, labels: Sequence[tuple[str, float, float]], points: np.ndarray, faint: Collection[str] = ()
) -> list[Text]:
    """Write each (text, x, y) near its place and return the texts drawn; one that finds no free place is left out.

    Earlier labels go first. Of the free places near a label's own, the one that covers the fewest `points` (shape (n,
    2), data coordinates) wins; a thin line leads back where it moved, and crosses other labels only where there is no
    other place. Texts in `faint` are drawn lighter.
    """
    import numpy as np

    canvas = plot.figure.canvas
    renderer = canvas.get_renderer()  # type: ignore[attr-defined]
    frame = plot.get_window_extent(renderer)
    on_screen = plot.transData.transform(points) if len(points) else np.empty((0, 2))
    scale = plot.figure.dpi / 72
    taken: list[Box] = []
    lines: list[np.ndarray] = []
    drawn: list[Text] = []
    for text, x, y in labels:
        label = plot.annotate(
            text,
            (x, y),
            ha="center",
            va="center",
            fontsize=8.5,
            color=FAINT_INK if text in faint else INK,
            fontweight="normal" if text in faint else "bold",
            fontstyle="italic" if text in faint else "normal",
            zorder=4,
            bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.82},
            xytext=(0, 0),
            textcoords="offset points",
            parse_math=False,
        )
        box = label.get_window_extent(renderer)
        home = plot.transData.transform((x, y))
        best: tuple[float, tuple[float, float], Box, np.ndarray] | None = None
        for dx, dy in _STEPS:
            shift = (dx * _STEP_POINTS * scale, dy * _STEP_POINTS * scale)
            moved = (box.x0 + shift[0] - 4, box.y0 + shift[1] - 3, box.x1 + shift[0] + 4, box.y1 + shift[1] + 3)
            inside = moved[0] >= frame.x0 and moved[2] <= frame.x1 and moved[1] >= frame.y0 and moved[3] <= frame.y1
            if not inside or any(_overlap(moved, other) for other in taken):
                continue
            covered = np.count_nonzero(
                (on_screen[:, 0] > moved[0])
                & (on_screen[:, 0] < moved[2])
                & (on_screen[:, 1] > moved[1])
                & (on_screen[:, 1] < moved[3])
            )
            line = home + np.linspace(0, 1, 24)[:, None] * np.array(shift)
            if np.hypot(dx, dy) <= _LINE_FROM:
                line = line[:0]
            crossed = sum(_touches(line, other) for other in taken) + sum(_touches(other, moved) for other in lines)
            cost = covered + 0.6 * float(np.hypot(dx, dy)) + _CROSSING * crossed
            if best is None or cost < best[0]:
                best = (cost, (dx * _STEP_POINTS, dy * _STEP_POINTS), moved, line)
        if best is None:
            label.remove()
            continue
        taken.append(best[2])
        lines.append(best[3])
        label.xyann = best[1]
        drawn.append(label)
        if len(best[3]):
            plot.annotate(
                "",
                (x, y),
                xytext=best[1],
                textcoords="offset points",
                zorder=3,
                arrowprops={"arrowstyle": "-", "color": "#5F6B7A", "linewidth": 0.6},
            )
    return drawn


def _touches(line: np.ndarray, box: Box) -> bool:
    """Say whether any of the points, shape (n, 2), lies in the box."""
    x, y = line[:, 0], line[:, 1]
    return bool(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).any())


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
