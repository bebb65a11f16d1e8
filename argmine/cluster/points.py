"""The vectors that groups are found with: of an encoder tuned to lay sentences that make the same point close together.

Its weights and their card stand in `argmine/models/points/`; the embedding core runs it like any other encoder.
`argmine.learn.points` trains it.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.embed.weights import DEFAULT_SHA256

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from argmine.embed.encoder import Encoder
    from argmine.stance import Encoders


def points_folder() -> Path:
    """Return the folder of the shipped encoder."""
    return Path(str(resources.files("argmine") / "models" / "points"))


def point_vectors(texts: Sequence[str], vectors: np.ndarray, encoders: Encoders) -> np.ndarray:
    """Return the vectors to group claims by, shape (n, dim): the tuned encoder's, or a chosen encoder's own.

    Whoever names a model with `--model` wants that model's opinion of what is alike: then `vectors` are returned.
    """
    return encoders.of_folder(points_folder())(texts) if encoders.sha256 == DEFAULT_SHA256 else vectors


def describe_vectors(encoder: Encoder) -> str:
    """Return in words which vectors `point_vectors` groups by, for claims that this encoder embedded."""
    if encoder.sha256 == DEFAULT_SHA256:
        return "vectors tuned to lay sentences that make the same point close together"
    return f"the vectors of {encoder.name}"
