"""What any coder gives for a frame, before thresholds turn it into stances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class FrameScores:
    """For each claim, the probability that it speaks to the frame, shape (n,), and of each side, shape (n, 3)."""

    speaks: np.ndarray
    sides: np.ndarray
