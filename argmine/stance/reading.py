"""What the trained coder reads: a claim, the proposition it may speak to, and the words before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

CONTEXT_WORDS = 24
CONTEXT_WEIGHT = 0.5


def reading_text(claim: str, proposition: str, before: str, parent: str) -> str:
    """Return the coder's input. The claim stands first: where the whole is too long, the farthest context is cut.

    An empty proposition asks which of the coder's own frames the claim speaks to.

    >>> reading_text("Said nobody.", "Cap rents.", "", "Everybody wants it.")
    'Said nobody. [SEP] Cap rents. [SEP] [SEP] Everybody wants it.'
    """
    parts = claim.split(), proposition.split(), before.split()[-CONTEXT_WORDS:], parent.split()[-CONTEXT_WORDS:]
    return " ".join(" [SEP] ".join(" ".join(words).replace("[SEP]", "SEP") for words in parts).split())


def asking(reading: str, proposition: str) -> str:
    """Return a reading without a proposition with that one in it.

    >>> asking(reading_text("Said nobody.", "", "", "Everybody wants it."), "Cap rents.")
    'Said nobody. [SEP] Cap rents. [SEP] [SEP] Everybody wants it.'
    """
    claim, _, context = reading.partition("[SEP]")
    return " ".join([claim.strip(), "[SEP]", *proposition.split(), context.strip()])


def parts_vectors(readings: Sequence[str], encode: Callable[[Sequence[str]], np.ndarray]) -> np.ndarray:
    """Return the vectors of each reading's claim, words before and parent, side by side, shape (n, 3 dim)."""
    import numpy as np

    parts = [[part.strip() for part in reading.split("[SEP]")] for reading in readings]
    vectors = []
    for place, weight in ((0, 1.0), (2, CONTEXT_WEIGHT), (3, CONTEXT_WEIGHT)):
        filled = np.array([weight if part[place] else 0.0 for part in parts])
        vectors.append(encode([part[place] or "." for part in parts]) * filled[:, None])
    return np.hstack(vectors)
