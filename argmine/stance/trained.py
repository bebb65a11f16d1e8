"""The trained coder: an encoder tuned to read a claim in its context together with a proposition, and two heads.

The weights stand in `argmine/models/stance/`; the encoder among them is run by the embedding core like any other, and
the heads, their calibration and the gate are the numbers in `coder.json`. Any proposition goes through the same door.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.codebook import EXAMPLE_SIDES
from argmine.errors import EncoderError
from argmine.stance.pairs import pair_text
from argmine.stance.scores import FrameScores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import pandas as pd

    from argmine.codebook import Codebook


@dataclass(frozen=True)
class Heads:
    """What turns a pair's unit vector into probabilities: weights (4, dim), bias (4,), calibration, and the gate."""

    sha256: str
    weight: np.ndarray
    bias: np.ndarray
    speaks_slope: float
    speaks_shift: float
    side_slope: float
    gate: float


def coder_folder() -> Path:
    """Return the folder of the shipped coder."""
    return Path(str(resources.files("argmine") / "models" / "stance"))


def check_coder(sha256: str) -> None:
    """Raise EncoderError unless these are the weights that the heads were trained with."""
    pinned = load_heads(coder_folder()).sha256
    if sha256 != pinned:
        raise EncoderError(
            f"{coder_folder()}: the coder's weights have sha256 {sha256}, not {pinned}. Reinstall argmine."
        )


def load_heads(folder: Path) -> Heads:
    """Return the heads that belong to the encoder in that folder."""
    import numpy as np

    values: dict[str, Any] = json.loads((folder / "coder.json").read_text(encoding="utf-8"))
    return Heads(
        sha256=values["sha256"],
        weight=np.array(values["weight"], dtype=np.float32),
        bias=np.array(values["bias"], dtype=np.float32),
        speaks_slope=values["speaks_slope"],
        speaks_shift=values["speaks_shift"],
        side_slope=values["side_slope"],
        gate=values["gate"],
    )


def score_by_training(
    claims: pd.DataFrame,
    posts: pd.DataFrame,
    rows: np.ndarray,
    likeness: dict[str, np.ndarray],
    codebook: Codebook,
    encode_pairs: Callable[[Sequence[str]], np.ndarray],
) -> dict[str, FrameScores]:
    """Return each frame's scores for the claims at `rows`.

    `likeness` gives, for each frame, how near each of these claims or its context comes to the frame's own sentences; a
    pair below the gate is not read and speaks with probability 0. `encode_pairs` is the tuned encoder.
    """
    import numpy as np

    heads = load_heads(coder_folder())
    contexts = contexts_of(claims, posts)
    texts, places = [], []
    for order, frame in enumerate(codebook.frames):
        for place in np.flatnonzero(likeness[frame.name] >= heads.gate):
            before, parent = contexts[rows[place]]
            texts.append(pair_text(claims["text"].iloc[rows[place]], frame.proposition, before, parent))
            places.append((order, place))
    speaks = np.zeros((len(codebook.frames), len(rows)))
    sides = np.full((len(codebook.frames), len(rows), len(EXAMPLE_SIDES)), 1 / len(EXAMPLE_SIDES))
    if texts:
        frame_of, claim_of = np.array(places).T
        speaks[frame_of, claim_of], sides[frame_of, claim_of] = probabilities(encode_pairs(texts), heads)
    return {frame.name: FrameScores(speaks[order], sides[order]) for order, frame in enumerate(codebook.frames)}


def probabilities(vectors: np.ndarray, heads: Heads) -> tuple[np.ndarray, np.ndarray]:
    """Return calibrated probabilities: of speaking to the proposition, shape (n,), and of each side, shape (n, 3)."""
    import numpy as np

    scores = vectors @ heads.weight.T + heads.bias
    speaks = 1 / (1 + np.exp(-(heads.speaks_slope * scores[:, 0] + heads.speaks_shift)))
    weight = np.exp(heads.side_slope * (scores[:, 1:] - scores[:, 1:].max(axis=1, keepdims=True)))
    return speaks, weight / weight.sum(axis=1, keepdims=True)


def contexts_of(claims: pd.DataFrame, posts: pd.DataFrame) -> list[tuple[str, str]]:
    """Return for each claim what stands before it in its post, and its parent post's text."""
    text = dict(zip(posts["post_id"], posts["text"], strict=True))
    parent = dict(zip(posts["post_id"], posts["parent_id"], strict=True))
    pairs = zip(claims["post_id"], claims["start"], strict=True)
    return [(text[post_id][:start], text.get(parent[post_id], "")) for post_id, start in pairs]
