"""From a coder's errors to prevalence, precision, recall and F1, each with an interval.

An interval of a sum or a ratio is put together from the intervals of its two parts, which keeps them lopsided where
the parts are (the method of variance estimates recovery: Zou and Donner 2008; Donner and Zou 2012 for ratios).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine.evaluate.error_totals import Estimate

if TYPE_CHECKING:
    import numpy as np

    from argmine.evaluate.error_totals import Errors


def prevalence(errors: Errors) -> Estimate:
    r"""Return the prevalence of a label, corrected for the coder's errors, with a 95 % interval.

        corrected = sum_i a_i y'_i + sum_(i in S) w_i a_i (y_i - y'_i)

    y'_i is what the coder said of claim i, y_i what the hand coders said, S the hand-coded sample, a_i how much a claim
    counts (1 / N by claim), and w_i = 1 / pi_i, scaled so that the sample's hits and non-hits add up to the known ones
    (Deville and Särndal 1992). The second sum is minus the wrong hits plus the missed claims. This is the mean of the
    design-adjusted outcome of design-based supervised learning (Egami, Hinck, Stewart and Wei 2023, "Using imperfect
    surrogates for downstream inference"), and the mean of prediction-powered inference (Angelopoulos, Bates, Fannjiang,
    Jordan and Zrnic 2023) with unequal inclusion probabilities. It is valid whatever the coder's errors are, and equals
    raw prevalence times precision over recall.
    """
    import numpy as np

    wrong, missed = errors.wrong_hits, errors.missed
    value = errors.hits - wrong.value + missed.value
    low = value - np.hypot(wrong.high - wrong.value, missed.value - missed.low)
    high = value + np.hypot(wrong.value - wrong.low, missed.high - missed.value)
    return Estimate(value, np.maximum(low, 0.0), high)


def precision(errors: Errors) -> Estimate:
    """Return the share of the coder's hits that are right; NaN where it has none."""
    return _over(_right(errors), errors.hits)


def recall(errors: Errors) -> Estimate:
    """Return the share of the claims with the label that the coder hit; NaN where there are none."""
    return _share(_right(errors), errors.missed)


def f1(errors: Errors) -> Estimate:
    """Return the harmonic mean of precision and recall: 2 right / (right + hits + missed)."""
    right, missed = _right(errors), errors.missed
    rest = Estimate(*(errors.hits + end for end in (missed.value, missed.low, missed.high)))
    half = _share(right, rest)
    return Estimate(2 * half.value, 2 * half.low, 2 * half.high)


def _right(errors: Errors) -> Estimate:
    wrong = errors.wrong_hits
    return Estimate(errors.hits - wrong.value, errors.hits - wrong.high, errors.hits - wrong.low)


def _over(part: Estimate, whole: np.ndarray) -> Estimate:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        return Estimate(part.value / whole, part.low / whole, part.high / whole)


def _share(part: Estimate, rest: Estimate) -> Estimate:
    """Return part / (part + rest), from the interval of rest / part (Donner and Zou 2012, equation 8)."""
    import numpy as np

    a, b = rest.value, part.value
    with np.errstate(divide="ignore", invalid="ignore"):
        product = a * b
        least = product**2 - rest.low * part.high * (2 * a - rest.low) * (2 * b - part.high)
        most = product**2 - rest.high * part.low * (2 * a - rest.high) * (2 * b - part.low)
        low = (product - np.sqrt(np.maximum(least, 0))) / (part.high * (2 * b - part.high))
        high = (product + np.sqrt(np.maximum(most, 0))) / (part.low * (2 * b - part.low))
        high = np.where(part.low <= 0, np.inf, high)
        most_share = np.where(part.high <= 0, 0.0, 1 / (1 + np.maximum(low, 0)))
        return Estimate(b / (a + b), 1 / (1 + high), most_share)
