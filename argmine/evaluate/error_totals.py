"""How many of a coder's hits are wrong and how many claims it missed, estimated from a stratified hand-coded sample.

All that `argmine score` and `argmine correct` print is made of these two totals and their intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_PSEUDO = 3.84


@dataclass(frozen=True)
class Estimate:
    """An estimate with its 95 % interval: arrays of one shape. NaN where the sample cannot tell."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Sample:
    """A hand-coded sample: `rows` (..., n) of the population, and the stratum of each of its claims, shape (N,).

    Strata are numbered from 0, and each has a claim in the sample. Within a stratum every set of that many claims was
    equally likely to be drawn.
    """

    rows: np.ndarray
    stratum: np.ndarray


@dataclass(frozen=True)
class Errors:
    """A coder's errors on one label: `hits` is the weighted total that it gave the label, which is known."""

    hits: np.ndarray
    wrong_hits: Estimate
    missed: Estimate


def errors(sample: Sample, hit: np.ndarray, weight: np.ndarray, truth: np.ndarray) -> Errors:
    """Return the errors of a coder on one label.

    `hit` (N,) says which claims the coder gave the label, `weight` (N,) how much a claim counts, `truth` (..., n) the
    share of hand coders, 0 to 1, that gave it to each claim of the sample.
    """
    return Errors(
        hits=(weight * hit).sum(),
        wrong_hits=error_total(sample, hit, weight, 1 - truth),
        missed=error_total(sample, ~hit, weight, truth),
    )


def error_total(sample: Sample, domain: np.ndarray, weight: np.ndarray, wrong: np.ndarray) -> Estimate:
    r"""Return the weighted total of errors among the claims of a domain, with a 95 % interval.

    `domain` (N,) says which claims could hold this error (the coder's hits, or the rest), `weight` (N,) how much a
    claim counts, `wrong` (..., n) to what part each sampled claim is an error, 0 to 1.

    With inclusion probabilities pi_i = n_h / N_h in stratum h, the rate of errors is a weighted mean over the sampled
    claims of the domain, and the total is A p, where A, the sum of a over the domain, is known:

        p = sum (a_i / pi_i) z_i / sum (a_i / pi_i)

    The variance V of p is that of a linearised ratio under stratified sampling without replacement (Särndal, Swensson
    and Wretman 1992, section 5.6), with two things drawn toward what they would be were errors spread evenly, since a
    sample often shows few of them: the rate of a stratum toward p, by one pseudo-observation; and the mean square of
    what errors weigh toward that of the domain, by z^2 = 3.84 of them, as many as Wilson's interval adds to a
    proportion (Agresti and Coull 1998). Where claims weigh alike the second changes nothing; where they do not, as by
    author, the variance of a thread depends on whether errors fall on heavy claims. Let V0 be the same variance if all
    strata had the rate p. A stratum of which few claims were coded often shows no error although it has some, and V is
    then too small, so the larger of V and (V + V0) / 2 is used. The interval is Jeffreys' with the effective sample
    size p (1 - p) / V (Brown, Cai and DasGupta 2001; Franco, Little, Louis and Slud 2019), which stays sensible where
    no error was found.
    """
    import numpy as np

    weight = weight * domain
    size = np.bincount(sample.stratum)
    whole = weight.sum()
    strata = sample.stratum[sample.rows]
    drawn = _sums(strata, np.ones(strata.shape), len(size))
    inside = domain[sample.rows].astype(float)
    weights = weight[sample.rows] * np.take_along_axis(size / drawn, strata, axis=-1)
    if whole == 0:
        nothing = np.zeros(strata.shape[:-1])
        return Estimate(nothing, nothing, nothing)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = (weights * wrong).sum(axis=-1) / weights.sum(axis=-1)
        p = rate[..., None]
        here = (_sums(strata, inside * wrong, len(size)) + p) / (_sums(strata, inside, len(size)) + 1)
        first, second = (np.bincount(sample.stratum, weight**power) / size for power in (1, 2))
        spread = size**2 * (1 - drawn / size) / drawn / whole**2
        usual = (second * size / np.maximum(np.bincount(sample.stratum, domain), 1))[strata]
        part = np.take_along_axis(spread / drawn, strata, axis=-1)
        on_errors = second * _heaviness(part * weight[sample.rows] ** 2, part * usual, inside * wrong)
        on_others = second * _heaviness(part * weight[sample.rows] ** 2, part * usual, inside * (1 - wrong))
        even = spread * (on_errors * p * (1 - p) ** 2 + on_others * (1 - p) * p**2)
        square = on_errors * here * (1 - p) ** 2 + on_others * (1 - here) * p**2
        found = spread * (square - (first * (here - p)) ** 2)
        equal, design = (one.sum(axis=-1) / (rate * (1 - rate)) for one in (even, found))
        one_sided = (rate <= 0) | (rate >= 1)
        equal = np.where(one_sided, (spread * second).sum(axis=-1), equal)
        design = np.where(one_sided, equal, design)
    low, high = jeffreys(rate, np.maximum(design, (design + equal) / 2))
    return Estimate(whole * rate, whole * low, whole * high)


def _heaviness(square: np.ndarray, usual: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Return the mean square weight of the counted claims over that of all in the domain, drawn toward 1, (..., 1)."""
    import numpy as np

    n = counted.sum(axis=-1)
    usually = (usual * counted).sum(axis=-1)
    ratio = np.where(usually > 0, (square * counted).sum(axis=-1) / usually, 1.0)
    return np.asarray((n * ratio + _PSEUDO) / (n + _PSEUDO))[..., None]


def jeffreys(rate: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Jeffreys' 95 % interval of a rate; `variance` is per rate (1 - rate), one over the effective sample size.

    >>> import numpy as np
    >>> [round(float(end), 3) for end in jeffreys(np.array(0.25), np.array(1 / 20))]
    [0.102, 0.464]
    """
    import numpy as np
    from scipy.special import betaincinv

    n = 1 / np.where(variance > 0, variance, 1.0)
    ends = [betaincinv(rate * n + 0.5, (1 - rate) * n + 0.5, tail) for tail in (0.025, 0.975)]
    low = np.where(rate <= 0, 0.0, np.minimum(ends[0], rate))
    high = np.where(rate >= 1, 1.0, np.maximum(ends[1], rate))
    return np.where(variance > 0, low, rate), np.where(variance > 0, high, rate)


def _sums(strata: np.ndarray, values: np.ndarray, n_strata: int) -> np.ndarray:
    """Return the sums of values (..., n) in each stratum, shape (..., n_strata)."""
    import numpy as np

    flat = strata.reshape(-1, strata.shape[-1])
    place = flat + n_strata * np.arange(len(flat))[:, None]
    sums = np.bincount(place.ravel(), values.ravel(), minlength=n_strata * len(flat))
    return sums.reshape(*strata.shape[:-1], n_strata)
