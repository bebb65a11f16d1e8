"""What the trained coder reads: a claim, the proposition it may speak to, and the words before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def plain_features(claims: np.ndarray, before: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Return vectors of claims, of the claims before them and of the ends of their parents, side by side.

    Each has shape (n, dim), the result (n, 3 dim); a row of zeros stands for nothing.
    """
    import numpy as np

    return np.hstack([claims, CONTEXT_WEIGHT * before, CONTEXT_WEIGHT * above])
