"""Agreement statistics: the worked examples of the literature, other libraries, and what happens at the edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from argmine.evaluate.agreement import (
    cohen_kappa,
    confusion,
    fleiss_kappa,
    krippendorff_alpha,
    percent_agreement,
    with_interval,
)

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", sections A to C: a string an observer, . missing.
KRIPPENDORFF = {
    "A, binary data, two observers": (["0100000010", "1110010000"], 0.095),
    "B, nominal data, two observers": (["aabbdcccedda", "babbbccceddd"], 0.692),
    "C, nominal data, four observers, missing data": (
        ["123321412...", "1233224125.3", ".3332342251.", "12332441251."],
        0.743,
    ),
}

# Fleiss (1971), table 1: six raters put each of 30 patients into one of five diagnoses.
FLEISS = """00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"""

# Cohen (1960), table 1: two judges, three categories, 200 cases.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]


def once(codes):
    return np.ones((1, len(codes)), dtype=int)


def coded(rows):
    """Return codes, shape (n_units, n_coders), of one string a coder; a dot is missing."""
    values = sorted(set("".join(rows)) - {"."})
    return np.array([[values.index(sign) if sign != "." else -1 for sign in row] for row in rows]).T


@pytest.mark.parametrize("name", KRIPPENDORFF)
def test_alpha_is_that_of_krippendorff_2011(name):
    rows, alpha = KRIPPENDORFF[name]
    codes = coded(rows)
    assert krippendorff_alpha(codes, once(codes))[0] == pytest.approx(alpha, abs=5e-4)


def test_kappa_is_that_of_cohen_1960():
    codes = np.array([(i, j) for i in range(3) for j in range(3) for _ in range(COHEN[i][j])])
    assert cohen_kappa(codes, once(codes))[0] == pytest.approx(0.492, abs=5e-4)
    assert percent_agreement(codes, once(codes))[0] == pytest.approx(0.70)
    assert confusion(codes, 3).tolist() == COHEN


def test_kappa_is_that_of_fleiss_1971():
    patients = [[int(sign) for sign in patient] for patient in FLEISS.split()]
    codes = np.array([np.repeat(np.arange(5), patient) for patient in patients])
    assert fleiss_kappa(codes, once(codes))[0] == pytest.approx(0.430, abs=5e-4)
    assert percent_agreement(codes, once(codes))[0] == pytest.approx(0.556, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 2), min_size=2, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs):
    from sklearn.metrics import cohen_kappa_score

    codes = np.array(pairs)
    if len(set(codes.ravel())) == 1:
        assert np.isnan(cohen_kappa(codes, once(codes))[0])
    else:
        assert cohen_kappa(codes, once(codes))[0] == pytest.approx(cohen_kappa_score(*codes.T))


def test_more_than_two_coders_give_the_mean_of_the_pairs():
    codes = np.random.default_rng(0).integers(0, 3, size=(50, 3))
    pairs = [codes[:, [0, 1]], codes[:, [0, 2]], codes[:, [1, 2]]]
    mean = np.mean([cohen_kappa(pair, once(pair)) for pair in pairs])
    assert cohen_kappa(codes, once(codes))[0] == pytest.approx(mean)
    assert confusion(codes, 3).sum() == 2 * 3 * 50
    assert (confusion(codes, 3) == confusion(codes, 3).T).all()


@pytest.mark.parametrize("statistic", [krippendorff_alpha, cohen_kappa, fleiss_kappa, percent_agreement])
def test_a_unit_counted_twice_is_a_unit_that_is_there_twice(statistic):
    codes = np.random.default_rng(1).integers(0, 3, size=(30, 2))
    times = np.random.default_rng(2).multinomial(30, np.full(30, 1 / 30), size=1)
    repeated = np.repeat(codes, times[0], axis=0)
    assert statistic(codes, times)[0] == pytest.approx(statistic(repeated, once(repeated))[0])


@pytest.mark.parametrize("statistic", [krippendorff_alpha, cohen_kappa, fleiss_kappa])
def test_codes_that_are_all_alike_leave_agreement_beyond_chance_undefined(statistic):
    codes = np.zeros((10, 2), dtype=int)
    found = with_interval(statistic, codes)
    assert np.isnan([found.value, found.low, found.high]).all()
    assert with_interval(percent_agreement, codes).value == 1


@pytest.mark.parametrize("statistic", [krippendorff_alpha, cohen_kappa, fleiss_kappa, percent_agreement])
def test_intervals_hold_the_value_and_narrow_with_more_units(statistic):
    random = np.random.default_rng(3)
    first = random.integers(0, 3, size=400)
    codes = np.column_stack([first, np.where(random.random(400) < 0.8, first, random.integers(0, 3, size=400))])
    few, many = with_interval(statistic, codes[:40]), with_interval(statistic, codes)
    assert few.low < few.value < few.high
    assert many.high - many.low < 0.6 * (few.high - few.low)
    assert with_interval(statistic, codes) == many


def test_the_interval_covers_what_it_should():
    """Percent agreement of 0.8 on 100 units is binomial, so its interval must hold it 9 times of 10 at least."""
    random = np.random.default_rng(4)
    held = 0
    for _ in range(200):
        agreeing = random.random(100) < 0.8
        found = with_interval(percent_agreement, np.column_stack([np.zeros(100, int), (~agreeing).astype(int)]))
        held += found.low <= 0.8 <= found.high
    assert 0.90 <= held / 200 <= 0.99


def test_nobody_who_met_nobody():
    codes = np.array([[0, -1], [-1, 1]])
    assert np.isnan(with_interval(percent_agreement, codes).value)
