"""Groups: found where they are, named after their claims, and every claim outside one says why."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argmine import tables
from argmine.cluster import cluster, groups, names
from argmine.cluster.layout import nearest_neighbours, principal_axes
from argmine.settings import Settings

N_GROUPS, N_EACH, DIM = 4, 30, 32
TOPICS = ("rents", "weights", "bicycles", "schools")


def made_claims(extra=()):
    """Return claims of four well-separated subjects, and their vectors."""
    random = np.random.default_rng(0)
    centres = np.linalg.qr(random.normal(size=(DIM, DIM)))[0][:N_GROUPS]
    vectors = np.concatenate([centre + random.normal(scale=0.06, size=(N_EACH, DIM)) for centre in centres])
    texts = [f"The council should look at {topic} again in year {i}." for topic in TOPICS for i in range(N_EACH)]
    rows = [{"text": text, "kind": "claim", "language": "en"} for text in texts] + list(extra)
    vectors = np.concatenate([vectors, np.tile(centres[:1], (len(extra), 1))])
    frame = pd.DataFrame(rows).assign(
        claim_id=[f"p{i}:0" for i in range(len(rows))], post_id=[f"p{i}" for i in range(len(rows))], start=0, end=9
    )
    return tables.conform(frame, tables.CLAIMS), (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(
        "float32"
    )


def authors(claims):
    return pd.Series([f"a{i % 7}" for i in range(len(claims))], dtype="str")


def test_separate_subjects_become_groups_named_after_them():
    claims, vectors = made_claims()
    found = cluster(claims, vectors, authors(claims), Settings())
    assert len(found.clusters) == N_GROUPS
    for row in found.clusters.itertuples():
        members = found.claims[found.claims["cluster_id"] == row.cluster_id]
        subjects = {topic for topic in TOPICS for text in members["text"] if topic in text}
        assert len(subjects) == 1
        assert subjects.pop() in row.keyphrases
        assert row.name in {names.shorten(text) for text in members["text"]}
        assert row.stability > 0.8
        assert row.n_authors == 7


def test_the_same_input_gives_the_same_groups():
    claims, vectors = made_claims()
    one, other = (cluster(claims, vectors, authors(claims), Settings()) for _ in range(2))
    pd.testing.assert_frame_equal(one.claims, other.claims)
    pd.testing.assert_frame_equal(one.clusters, other.clusters)


def test_what_is_left_out_says_why():
    extra = [
        {"text": "No.", "kind": "claim", "language": "en"},
        {"text": "> The council should look at rents", "kind": "quote", "language": "en"},
        {"text": "Der Rat sollte die Mieten ansehen.", "kind": "claim", "language": "de"},
        {"text": "The council should look at rents again.", "kind": "claim", "language": "en", "duplicate_of": "p0:0"},
    ]
    claims, vectors = made_claims(extra)
    found = cluster(claims, vectors, authors(claims), Settings()).claims
    assert list(found["unassigned_reason"])[-4:] == [
        "too short",
        "not a claim",
        "other language",
        "repeats another claim",
    ]
    assert (found["cluster_id"].notna() ^ found["unassigned_reason"].notna()).all()
    assert (
        found["x"].notna()
        == ~found["unassigned_reason"].isin(["too short", "not a claim", "other language", "repeats another claim"])
    ).all()


@pytest.mark.parametrize("n", [0, 1, 2, 5, 19])
def test_few_claims_make_no_groups_and_say_so(n):
    claims, vectors = made_claims()
    found = cluster(claims.head(n), vectors[:n], authors(claims.head(n)), Settings())
    assert found.clusters.empty
    assert "too few" in found.method
    assert found.claims["x"].notna().all()


@given(st.integers(2, 40), st.integers(0, 5))
def test_neighbours_are_the_nearest(n, seed):
    vectors = np.random.default_rng(seed).normal(size=(n, 8)).astype("float32")
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    k = min(5, n)
    indices, distances = nearest_neighbours(vectors, k)
    assert (indices[:, 0] == np.arange(n)).all()
    expected = np.sort(1 - vectors @ vectors.T, axis=1)[:, 1:k]
    np.testing.assert_allclose(distances[:, 1:], np.maximum(expected, 0), atol=1e-5)


def test_principal_axes_of_copies_stay_finite():
    assert np.isfinite(principal_axes(np.ones((6, 4), dtype="float32"))).all()


def test_reasons_look_at_the_neighbours():
    labels = np.array([0, 0, 0, 1, 1, 1, -1, -1, -1])
    near = np.array([[i, 0, 1, 3, 4] if i == 6 else [i, 0, 1, 2, 8] if i == 7 else [i, 6, 7, 8, 8] for i in range(9)])
    assert groups.reasons(labels, near)[6:] == ["between groups", "at the edge of a group", "far from all groups"]


def test_phrases_of_nothing_but_empty_words_are_none():
    assert names.distinctive_phrases(["it is", "don't you"]) == [[], []]
