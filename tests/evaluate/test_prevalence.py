"""Corrected prevalence and scores: unbiased, exact where all is coded, and with intervals that hold what they say.

The simulation makes threads anew and draws hand-coded samples of each by the very allocation that sheets use, for a
good, a bad and a biased coder: 20 threads of 100 samples, so that a coverage of 95 % has a standard error of 0.5 points
for a label, as far as threads are alike. `python tests/evaluate/test_prevalence.py 200` makes ten times as many
threads and prints each coverage, also that of the thread where it is least.
"""

import sys
from dataclasses import dataclass

import numpy as np
import pytest

from argmine.evaluate.error_totals import Errors, Estimate, Sample, errors
from argmine.evaluate.estimators import f1, precision, prevalence, recall
from argmine.evaluate.strata import allocate

N_CLAIMS, N_CODED, N_THREADS, N_DRAWS = 1_500, 300, 20, 100
SIDES = ("pro", "con", "neutral", "unclear")
NONE = -1
# How often the coder finds a claim of the frame, takes another for one, and gives the right side where it is right.
CODERS = {"good": (0.85, 0.04, 0.85), "bad": (0.45, 0.20, 0.40), "biased": (0.80, 0.08, 0.90)}


@dataclass(frozen=True)
class Thread:
    """A thread with two frames as it is and as the coder codes it, shape (n_claims, 2), and who wrote what."""

    truth: np.ndarray
    given: np.ndarray
    stratum: np.ndarray
    author: np.ndarray

    def weights(self, by):
        if by == "claim":
            return np.full(N_CLAIMS, 1 / N_CLAIMS)
        n = np.bincount(self.author)
        return 1 / (len(n) * n[self.author])


def thread(coder, seed=0):
    random = np.random.default_rng(seed)
    finds, invents, right = CODERS[coder]
    author = np.unique(np.minimum(random.pareto(1.2, N_CLAIMS) * 60, 599).astype(int), return_inverse=True)[1]
    lean = np.exp(random.normal(0, 0.5, author.max() + 1) - 0.125)[author]
    truth, given, sureness = (np.full((N_CLAIMS, 2), value) for value in (NONE, NONE, 0.0))
    for frame, share in enumerate((0.25, 0.15)):
        speaks = random.random(N_CLAIMS) < np.minimum(share * lean, 0.9)
        truth[speaks, frame] = random.choice(3, speaks.sum(), p=(0.5, 0.3, 0.2))
        found = random.random(N_CLAIMS) < np.where(speaks, finds, invents)
        side = np.where(speaks & (random.random(N_CLAIMS) < right), truth[:, frame], random.integers(0, 4, N_CLAIMS))
        if coder == "biased":  # it takes most of what is said against the proposition for something said for it
            side = np.where((side == 1) & (random.random(N_CLAIMS) < 0.6), 0, side)
        given[found, frame] = side[found]
        sureness[found, frame] = (0.5 * random.random(N_CLAIMS) + 0.3 * speaks + 0.1)[found]
    surest = sureness.argmax(axis=1)
    rows = np.arange(N_CLAIMS)
    cell = np.where(sureness.max(axis=1) > 0, 1 + surest * 4 + given[rows, surest], 0)
    for one in range(1, 9):
        here = cell == one
        cell[here & (sureness.max(axis=1) >= np.median(sureness.max(axis=1)[here]))] += 8
    return Thread(truth, given, np.unique(cell, return_inverse=True)[1], author)


def draws(one, n, seed=1):
    """Return rows of N_DRAWS stratified samples, shape (N_DRAWS, n)."""
    random = np.random.default_rng(seed)
    places = [np.flatnonzero(one.stratum == number) for number in range(one.stratum.max() + 1)]
    sizes = allocate([len(place) for place in places], n)
    return np.concatenate(
        [
            place[np.argsort(random.random((N_DRAWS, len(place))), axis=1)[:, :size]]
            for place, size in zip(places, sizes, strict=True)
        ],
        axis=1,
    )


def label(codes, name):
    return codes != NONE if name == "any" else codes == SIDES.index(name)


def coverage(estimate, value):
    return float(np.mean((estimate.low <= value) & (value <= estimate.high)))


def simulate(n_threads):
    """Return by coder, weighting, frame and label, for each thread, its errors over all draws and what they are of."""
    found = {}
    for coder in CODERS:
        for number in range(n_threads):
            one = thread(coder, number)
            sample = Sample(draws(one, N_CODED, number), one.stratum)
            for by in ("claim", "author"):
                weight = one.weights(by)
                for frame in (0, 1):
                    for name in ("any", "pro", "con"):
                        hit, true = label(one.given[:, frame], name), label(one.truth[:, frame], name)
                        of = errors(sample, hit, weight, true[sample.rows].astype(float))
                        found.setdefault((coder, by, frame, name), []).append((of, weight, hit, true))
    return found


@pytest.fixture(scope="module")
def simulated():
    return simulate(N_THREADS)


def coverages(simulated, coder, by):
    """Return the coverage of each frame and label in each thread."""
    return {
        key[2:]: [coverage(prevalence(of), (weight * true).sum()) for of, weight, _, true in threads]
        for key, threads in simulated.items()
        if key[:2] == (coder, by)
    }


@pytest.mark.parametrize("by", ["claim", "author"])
@pytest.mark.parametrize("coder", CODERS)
def test_intervals_of_prevalence_cover_as_often_as_they_say(simulated, coder, by):
    """All labels together between 93 and 97 %; a single one, whose figure is less certain, within 1.5 points of that.

    In one single thread an interval by author can cover less: it depends on whether the coder's errors fall on authors
    who wrote once, whose claims weigh up to a hundred times those of the busiest here.
    """
    held = {key: np.mean(shares) for key, shares in coverages(simulated, coder, by).items()}
    assert 0.93 <= np.mean(list(held.values())) <= 0.97, held
    assert all(0.915 <= share <= 0.985 for share in held.values()), held


@pytest.mark.parametrize("coder", CODERS)
def test_intervals_of_scores_cover_about_as_often_as_they_say(simulated, coder):
    for (who, by, *key), threads in simulated.items():
        if (who, by) == (coder, "claim"):
            held = [
                (
                    coverage(precision(of), (hit & true).sum() / hit.sum()),
                    coverage(recall(of), (hit & true).sum() / true.sum()),
                    coverage(f1(of), 2 * (hit & true).sum() / (hit.sum() + true.sum())),
                )
                for of, _, hit, true in threads
            ]
            assert all(0.92 <= share <= 0.99 for share in np.mean(held, axis=0)), (key, np.mean(held, axis=0))


@pytest.mark.parametrize("by", ["claim", "author"])
@pytest.mark.parametrize("coder", CODERS)
def test_corrected_prevalence_is_right_on_average_where_the_raw_one_is_not(simulated, coder, by):
    off_raw = []
    for key, threads in simulated.items():
        if key[:2] == (coder, by):
            truths = np.array([(weight * true).sum() for _, weight, _, true in threads])
            off = np.concatenate(
                [prevalence(of).value - truth for (of, *_), truth in zip(threads, truths, strict=True)]
            )
            assert abs(off.mean()) < max(4 * off.std() / np.sqrt(len(off)), 0.002), key
            raw = np.array([(weight * hit).sum() for _, weight, hit, _ in threads])
            off_raw.append(abs((raw - truths).mean()))
    if coder != "good":
        assert max(off_raw) > 0.03


def test_corrected_is_raw_times_precision_over_recall(simulated):
    for threads in simulated.values():
        for of, *_ in threads:
            some = recall(of).value > 0
            identity = of.hits * precision(of).value[some] / recall(of).value[some]
            np.testing.assert_allclose(prevalence(of).value[some], identity, rtol=1e-9)


def test_without_strata_it_is_the_estimate_of_the_papers():
    """Egami et al. 2023: the mean of y' - R / pi (y' - y), with as many hits in the sample as in the thread; the
    interval is that of prediction-powered inference within hits and non-hits."""
    random = np.random.default_rng(5)
    hit = np.repeat([True, False], [40_000, 60_000])
    hits, others = random.choice(40_000, 800, replace=False), 40_000 + random.choice(60_000, 1_200, replace=False)
    rows = np.concatenate([hits, others])
    truth = np.where(random.random(2_000) < 0.2, ~hit[rows], hit[rows]).astype(float)
    outcome = hit.astype(float)
    outcome[rows] -= (hit[rows] - truth) / (2_000 / 100_000)
    sample = Sample(rows, np.zeros(len(hit), dtype=int))
    found = prevalence(errors(sample, hit, np.full(len(hit), 1 / len(hit)), truth))
    assert found.value == pytest.approx(outcome.mean())
    within = 0.4**2 * truth[:800].var() / 800 + 0.6**2 * truth[800:].var() / 1_200
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * np.sqrt(0.98 * within), rel=0.02)


def test_all_claims_coded_leave_no_doubt():
    random = np.random.default_rng(6)
    hit, true = random.random(80) < 0.5, random.random(80) < 0.3
    of = errors(Sample(np.arange(80), random.integers(0, 3, 80)), hit, np.full(80, 1 / 80), true.astype(float))
    for estimate, value in (
        (prevalence(of), true.mean()),
        (precision(of), (hit & true).sum() / hit.sum()),
        (recall(of), (hit & true).sum() / true.sum()),
        (f1(of), 2 * (hit & true).sum() / (hit.sum() + true.sum())),
    ):
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx((value, value, value))


def test_no_error_found_is_not_no_error():
    hit = np.arange(1_000) < 200
    sample = Sample(np.arange(0, 1_000, 20), np.zeros(1_000, dtype=int))
    found = prevalence(errors(sample, hit, np.full(1_000, 0.001), hit[sample.rows].astype(float)))
    assert found.value == pytest.approx(0.2)
    assert found.low < 0.17
    assert found.high > 0.23


def test_a_label_that_was_never_hit_or_never_sampled():
    nothing = np.zeros(100, dtype=bool)
    sample = Sample(np.arange(10), np.zeros(100, dtype=int))
    of = errors(sample, nothing, np.full(100, 0.01), np.zeros(10))
    assert prevalence(of).value == 0
    assert prevalence(of).high > 0.1
    assert np.isnan(precision(of).value)
    unseen = np.arange(100) >= 50
    assert np.isnan(prevalence(errors(sample, unseen, np.full(100, 0.01), np.zeros(10))).value)


def test_recall_is_nought_where_no_hit_is_right():
    nought = Estimate(np.array(0.0), np.array(0.0), np.array(0.0))
    some = Estimate(np.array(5.0), np.array(2.0), np.array(9.0))
    of = Errors(np.array(0.0), nought, some)
    for statistic in (recall, f1):
        assert (statistic(of).value, statistic(of).low, statistic(of).high) == (0, 0, 0)


if __name__ == "__main__":
    N_DRAWS = 200
    found = simulate(int(sys.argv[1]))
    for coder in CODERS:
        for by in ("claim", "author"):
            held = coverages(found, coder, by)
            print(f"{coder} coder, by {by}: {np.mean(list(held.values())):.1%}")
            for (frame, name), shares in held.items():
                print(f"  frame {frame} {name:<4} {np.mean(shares):.1%}, least in a thread {min(shares):.1%}")
