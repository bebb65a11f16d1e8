"""Chance-corrected agreement of two or more coders on one nominal variable, with missing codes and bootstrap intervals.

`codes` are integers from 0, shape (n_units, n_coders), -1 where a coder gave none. Every statistic takes `times`, shape
(n_resamples, n_units): how often each unit counts; a resample of the bootstrap is one row of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

N_RESAMPLES = 1_000

Statistic = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Agreed:
    """A statistic with its 95 % percentile interval over resampled units; NaN where it is not defined."""

    value: float
    low: float
    high: float


def with_interval(statistic: Statistic, codes: np.ndarray, seed: int = 0) -> Agreed:
    """Return the statistic with its bootstrap interval (Efron and Tibshirani 1993, chapter 13).

    Resamples in which the statistic is not defined, since all codes are alike, are left out.
    """
    codes = codes[(codes >= 0).sum(axis=1) >= 2]
    n = len(codes)
    if not n:
        return Agreed(np.nan, np.nan, np.nan)
    value = float(statistic(codes, np.ones((1, n), dtype=int))[0])
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=N_RESAMPLES)
    resampled = statistic(codes, times)
    if np.isnan(value) or np.isnan(resampled).all():
        return Agreed(value, np.nan, np.nan)
    low, high = np.nanquantile(resampled, (0.025, 0.975))
    return Agreed(value, float(low), float(high))


def percent_agreement(codes: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the mean over units of the share of pairs of coders that agree; units with one code do not count."""
    counts = _counts(codes)
    m = counts.sum(axis=1)
    pairs = np.where(m >= 2, m * (m - 1), 0)
    agreeing = np.divide((counts * (counts - 1)).sum(axis=1), pairs, out=np.zeros(len(codes)), where=pairs > 0)
    return _divide(times @ agreeing, times @ (pairs > 0))


def krippendorff_alpha(codes: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return Krippendorff's alpha for nominal codes (Krippendorff 2019, chapter 12), computed by `krippendorff`."""
    import krippendorff

    counts = _counts(codes)
    counts = counts[:, counts.sum(axis=0) > 0]
    found = np.full(len(times), np.nan)
    for place, one in enumerate(times):
        resample = np.repeat(counts, one, axis=0)
        resample = resample[resample.sum(axis=1) >= 2]
        if (resample.sum(axis=0) > 0).sum() >= 2:
            found[place] = krippendorff.alpha(value_counts=resample, level_of_measurement="nominal")
    return found


def cohen_kappa(codes: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return Cohen's kappa (Cohen 1960), over the units that both coded; the mean of the pairs for more coders than two
    (Light 1971).
    """
    n_values = max(int(codes.max(initial=0)) + 1, 1)
    kappas = []
    for one, other in combinations(codes.T, 2):
        both = (one >= 0) & (other >= 0)
        cells = np.eye(n_values**2)[one[both] * n_values + other[both]]
        table = (times[:, both] @ cells).reshape(-1, n_values, n_values)
        n = table.sum(axis=(1, 2))
        observed = _divide(np.trace(table, axis1=1, axis2=2), n)
        expected = _divide((table.sum(axis=1) * table.sum(axis=2)).sum(axis=1), n**2)
        kappas.append(_divide(observed - expected, 1 - expected))
    mean: np.ndarray = np.mean(kappas, axis=0)
    return mean


def fleiss_kappa(codes: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return Fleiss' kappa (Fleiss 1971), over the units that every coder coded."""
    counts = _counts(codes)
    n_coders = codes.shape[1]
    whole = counts.sum(axis=1) == n_coders
    counts, times = counts[whole], times[:, whole]
    n = times.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum(axis=1) / (n_coders * (n_coders - 1))
    shares = _divide(times @ counts, (n * n_coders)[:, None])
    observed, expected = _divide(times @ agreeing, n), (shares**2).sum(axis=1)
    return _divide(observed - expected, 1 - expected)


def confusion(codes: np.ndarray, n_values: int) -> np.ndarray:
    """Return how often two coders' codes met, shape (n_values, n_values).

    With two coders, rows are the first's. With more, all ordered pairs of coders are counted, so it is symmetric.
    """
    table = np.zeros((n_values, n_values), dtype=int)
    for one, other in combinations(codes.T, 2):
        both = (one >= 0) & (other >= 0)
        np.add.at(table, (one[both], other[both]), 1)
    return table if codes.shape[1] == 2 else table + table.T


def _counts(codes: np.ndarray) -> np.ndarray:
    """Return how many coders gave each value to each unit, shape (n_units, n_values)."""
    values = np.arange(max(int(codes.max(initial=0)) + 1, 1))
    counts: np.ndarray = (codes[:, :, None] == values).sum(axis=1)
    return counts


def _divide(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the quotients, NaN where the divisor is nought (to rounding: all codes are alike)."""
    one, other = np.broadcast_arrays(np.asarray(one, dtype=float), np.asarray(other, dtype=float))
    quotient: np.ndarray = np.divide(one, other, out=np.full(one.shape, np.nan), where=np.abs(other) > 1e-12)
    return quotient
