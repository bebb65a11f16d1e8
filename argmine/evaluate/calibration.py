"""Whether probabilities mean what they say: the expected calibration error, and the reliability figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N_BINS = 10


def expected_calibration_error(probabilities: np.ndarray, right: np.ndarray) -> float:
    """Return the mean distance of probability and share of hits over N_BINS bins of equal width (Guo et al. 2017).

    `probabilities` has shape (n,), `right` says of each whether it came true.

    >>> expected_calibration_error(np.array([0.75, 0.75, 0.75, 0.75]), np.array([True, True, True, False]))
    0.0
    """
    bins = _bins(probabilities)
    counts = np.bincount(bins, minlength=N_BINS)
    gaps = np.bincount(bins, probabilities - right, minlength=N_BINS)
    return float(np.abs(gaps).sum() / max(1, counts.sum()))


def reliability_figure(curves: dict[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Return a figure of the share of hits in each bin over the bin's mean probability, a line a curve.

    A curve is (probabilities, right) as in `expected_calibration_error`; the size of a dot grows with the bin's count.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 4.4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, zorder=0)
    for name, (probabilities, right) in curves.items():
        bins = _bins(probabilities)
        used = [number for number in range(N_BINS) if (bins == number).any()]
        means = [probabilities[bins == number].mean() for number in used]
        shares = [right[bins == number].mean() for number in used]
        sizes = [10 + 4 * np.sqrt((bins == number).sum()) for number in used]
        error = expected_calibration_error(probabilities, right)
        (line,) = axes.plot(means, shares, linewidth=1.2, label=f"{name} (ECE {error:.2f}, n {len(right)})")
        axes.scatter(means, shares, s=sizes, color=line.get_color())
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="probability given", ylabel="share that was so", aspect="equal")
    axes.legend(loc="upper left", frameon=False)
    return figure


def _bins(probabilities: np.ndarray) -> np.ndarray:
    return np.asarray(np.minimum((probabilities * N_BINS).astype(int), N_BINS - 1))
