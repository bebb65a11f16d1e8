"""Quotes: how far each stands for its group, with nearness in the place of votes."""

import math

import numpy as np
import pandas as pd
import pytest

from argmine import tables
from argmine.quotes import choose_quotes
from argmine.representativeness import nearness, representativeness, two_proportion_z

N_EACH, DIM = 20, 16


def two_groups():
    """Return unit vectors of two separate groups, one after the other, and the rows of the first."""
    random = np.random.default_rng(0)
    centres = np.repeat(np.eye(DIM)[:2], N_EACH, axis=0)
    vectors = centres + random.normal(scale=0.08, size=centres.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("float32"), np.arange(2 * N_EACH) < N_EACH


def chosen_quotes(vectors, cluster_ids):
    n = len(vectors)
    posts = pd.DataFrame({"post_id": [f"p{i}" for i in range(n)], "thread_id": "t", "depth": 0, "status": "ok"})
    posts = posts.assign(author=[f"a{i}" for i in range(n)], text="This is said of the park in one of many ways.")
    claims = pd.DataFrame({"claim_id": posts["post_id"] + ":0", "post_id": posts["post_id"], "start": 0, "end": 45})
    claims = claims.assign(kind="claim", language="en", text=posts["text"], cluster_id=cluster_ids, x=0.0, y=0.0)
    group = {"cluster_id": "g", "name": "n", "keyphrases": "k", "n_claims": N_EACH, "n_authors": N_EACH}
    stances = [{"claim_id": "p0:0", "frame": "f", "side": "pro", "confidence": 0.9}]
    return choose_quotes(
        tables.conform(posts, tables.POSTS),
        tables.conform(claims, tables.CLAIMS),
        tables.conform(pd.DataFrame(stances), tables.STANCES),
        tables.conform(pd.DataFrame([group]), tables.CLUSTERS),
        vectors,
        3,
    )


@pytest.mark.parametrize(
    ("counts", "z"),
    [
        ((15, 24, 56, 71), -1.514),
        ((10, 20, 10, 20), 0.0),
        ((20, 20, 0, 20), 6.179),
        ((0, 0, 0, 0), 0.0),
        ((5, 5, 7, 7), 0.0),
    ],
    ids=["textbook", "no difference", "all against none", "nobody votes", "everybody votes"],
)
def test_the_z_of_two_proportions(counts, z):
    assert two_proportion_z(*counts) == pytest.approx(z, abs=0.001)


def test_as_many_pairs_are_near_as_are_in_one_group():
    vectors, first = two_groups()
    pairs = (vectors @ vectors.T)[np.triu_indices(len(vectors), k=1)]
    both = nearness(vectors, np.where(first, "a", "b").tolist())
    assert (pairs >= both).mean() == pytest.approx(380 / 780, abs=0.005)
    one = nearness(vectors, np.where(first, "a", None).tolist())
    assert (pairs >= one).mean() == pytest.approx(190 / 780, abs=0.005)
    assert nearness(vectors, [None] * len(vectors)) == nearness(vectors[:0], []) == math.inf


def test_a_quote_of_a_group_is_more_frequent_in_it_than_outside():
    vectors, first = two_groups()
    near = float((vectors[first] @ vectors[first].T).min())
    ((ratio, z),) = representativeness([3], first, vectors, near)
    # The 19 others of the group vote for it, none of the 20 outside.
    assert ratio == pytest.approx((20 / 21) / (1 / 22), abs=0.001)
    assert z == round(two_proportion_z(19, 19, 0, 20), 3) > 5


def test_a_quote_that_is_at_home_elsewhere_stands_for_nothing():
    vectors, first = two_groups()
    near = float((vectors[first] @ vectors[first].T).min())
    stray = np.append(first, True)
    ((ratio, z),) = representativeness([len(vectors)], stray, np.vstack([vectors, vectors[-1:]]), near)
    assert ratio < 0.1
    assert z < -5


def test_a_group_without_pattern_gives_a_z_about_zero():
    vectors, first = two_groups()
    scattered = np.arange(len(vectors)) % 2 == 0
    ((ratio, z),) = representativeness([4], scattered, vectors, nearness(vectors, np.where(first, "a", "b").tolist()))
    assert abs(z) < 2
    assert 0.2 < ratio < 5


def test_only_quotes_of_groups_carry_it():
    vectors, first = two_groups()
    quotes = chosen_quotes(vectors, np.where(first, "g", None))
    of_group = quotes[quotes["cluster_id"] == "g"]
    assert len(of_group) == 3
    assert (of_group["significance"] > 1.645).all() and (of_group["representativeness"] > 1).all()
    of_frame = quotes[quotes["frame"] == "f"]
    assert len(of_frame) == 1 and of_frame[["representativeness", "significance"]].isna().all(axis=None)
