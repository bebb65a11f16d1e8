"""Colours and marks, the same in every figure and on the page; told apart by people who see colours differently.

A frame has a colour (Okabe and Ito 2008), a side has a shape and a place: pro points up and stands right, con points
down and stands left.
"""

from __future__ import annotations

FRAME_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#AA4499", "#B8860B", "#56B4E9", "#882255", "#666633")
NO_FRAME_COLOUR = "#C9CDD2"
INK = "#1F2933"
FAINT_INK = "#5F6B7A"

SIDE_MARKERS = {"pro": "^", "con": "v", "neutral": "o", "unclear": "s"}
SIDE_SYMBOLS = {"pro": "▲", "con": "▼", "neutral": "●", "unclear": "□"}


def frame_colour(order: int) -> str:
    """Return the colour of the codebook's frame number `order`, from 0; they repeat after the eighth."""
    return FRAME_COLOURS[order % len(FRAME_COLOURS)]
