"""The stance map for a notebook: the same positions, colours and shapes as the figure, to hover over."""

from __future__ import annotations

import html
import textwrap
from typing import TYPE_CHECKING

from argmine.output import palette
from argmine.output.figures import claims_on_map

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

    from argmine.analysis import Analysis

_SYMBOLS = {"pro": "triangle-up", "con": "triangle-down", "neutral": "circle", "unclear": "square-open"}
_HOVER_LENGTH = 400


def draw_interactive_map(analysis: Analysis) -> Figure:
    """Return the stance map as a plotly Figure; hovering shows the claim, its author, frame and side."""
    from plotly.graph_objects import Figure

    points = claims_on_map(analysis).merge(analysis.posts[["post_id", "author"]], on="post_id", how="left")
    figure = Figure()
    _add(figure, points[points["frame"] == ""], "no frame", palette.NO_FRAME_COLOUR, "circle")
    for order, frame in enumerate(analysis.codebook.frames):
        for side, symbol in _SYMBOLS.items():
            here = points[(points["frame"] == frame.name) & (points["side"] == side)]
            _add(figure, here, f"{frame.title}: {side}", palette.frame_colour(order), symbol)
    figure.update_layout(
        title=html.escape(analysis.manifest["source"]["title"] or analysis.manifest["source"]["name"]),
        template="plotly_white",
        xaxis={"visible": False},
        yaxis={"visible": False, "scaleanchor": "x"},
        legend={"title": "frame: side"},
        height=640,
    )
    return figure


def _add(figure: Figure, points: pd.DataFrame, name: str, colour: str, symbol: str) -> None:
    if points.empty:
        return
    authors = points["author"].fillna("author unknown")
    hover = [
        f"{_wrapped(text)}<br><i>{html.escape(author)}</i>"
        for text, author in zip(points["text"], authors, strict=True)
    ]
    figure.add_scatter(
        x=points["x"],
        y=points["y"],
        mode="markers",
        name=html.escape(name),
        text=hover,
        hovertemplate="%{text}<extra>%{fullData.name}</extra>",
        marker={"color": colour, "symbol": symbol, "size": 8},
    )


def _wrapped(text: str) -> str:
    shown = text if len(text) <= _HOVER_LENGTH else text[: _HOVER_LENGTH - 1] + "…"
    return "<br>".join(html.escape(line) for line in textwrap.wrap(shown, 70))
