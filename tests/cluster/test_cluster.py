"""Groups: found where they are, named after their claims, and every claim outside one says why."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argmine import tables
from argmine.cluster import cluster, groups, names, stage, themes
from argmine.cluster import sweep as sweeping
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


def test_the_least_size_is_chosen_where_groups_change_least():
    claims, vectors = made_claims()
    found = cluster(claims, vectors, authors(claims), Settings())
    sizes = [choice.min_cluster_size for choice in found.sweep]
    assert sizes == sorted(set(sizes)) and len(sizes) >= 3
    (chosen,) = [choice for choice in found.sweep if choice.chosen]
    assert f"at least {chosen.min_cluster_size} claims" in found.method
    assert chosen.n_groups == len(found.clusters) == N_GROUPS
    assert chosen.likeness == max(choice.likeness for choice in found.sweep) == 1
    assert chosen.unassigned == round(float(found.claims["cluster_id"].isna().mean()), 4)


def test_the_sweep_leaves_a_size_at_which_groups_fall_apart():
    """Eight pairs of near subjects of ten claims each: sizes up to 10 find sixteen groups, larger ones eight."""
    random = np.random.default_rng(1)
    centres = np.repeat(np.arange(8) * 20.0, 2) + np.tile([0.0, 1.5], 8)
    points = np.repeat(centres, 10)[:, None] + random.normal(scale=0.05, size=(160, 3))
    size, labels, choices = sweeping.sweep(points)
    assert size == next(choice.min_cluster_size for choice in choices if choice.chosen)
    assert len(set(labels[labels >= 0])) in (8, 16)
    worst = min(choices, key=lambda choice: choice.likeness)
    assert not worst.chosen or worst.likeness == max(choice.likeness for choice in choices)


def test_a_named_size_is_taken_without_a_sweep():
    claims, vectors = made_claims()
    found = cluster(claims, vectors, authors(claims), Settings(min_cluster_size=25))
    assert found.sweep == ()
    assert "at least 25 claims" in found.method


def test_a_very_large_thread_is_not_swept(monkeypatch):
    monkeypatch.setattr(sweeping, "MOST_CLAIMS", 100)
    points = np.repeat(np.arange(4) * 10.0, 30)[:, None] + np.random.default_rng(0).normal(scale=0.1, size=(120, 2))
    size, labels, choices = sweeping.sweep(points)
    assert (size, choices) == (groups.default_min_cluster_size(120), ())
    np.testing.assert_array_equal(labels, groups.find_groups(points, size))


def test_many_groups_are_joined_into_themes():
    random = np.random.default_rng(2)
    far, near = np.eye(3).repeat(5, axis=0), random.normal(scale=0.1, size=(15, 3))
    centres = np.hstack([far, near, np.zeros((15, 4))])
    vectors = np.concatenate([centre + random.normal(scale=0.01, size=(6, 10)) for centre in centres])
    members = {f"g{group:02}": list(range(6 * group, 6 * group + 6)) for group in range(15)}
    texts = [f"The council looks at {TOPICS[row // 30]} again and again." for row in range(90)]
    found = themes.find_themes(members, vectors, texts)
    assert sorted(group for theme in found for group in theme.groups) == sorted(members)
    for theme in found:
        assert len({int(group[1:]) // 5 for group in theme.groups}) == 1
        assert TOPICS[int(theme.groups[0][1:]) // 5] in theme.name
    assert themes.find_themes(dict(list(members.items())[:11]), vectors, texts) == ()


def test_a_name_holds_the_key_phrases_and_ends_with_a_clause():
    texts = ["Nobody here agrees with any of that.", "The council raises rents every single year.", "Rents."]
    vectors = np.array([[1.0, 0.0], [0.8, 0.6], [1.0, 0.0]])
    assert names.most_telling(vectors, texts, ["rents", "council"]) == 1
    assert names.most_telling(vectors, texts, ["bicycles"]) == names.most_central(vectors, texts) == 0
    long = "The council raises rents every year, and nobody who lives there has ever been asked about it."
    assert names.shorten(long) == "The council raises rents every year…"
    assert names.shorten("word " * 40).startswith("word word") and len(names.shorten("word " * 40)) <= names.NAME_LENGTH


def test_a_layout_of_repeated_vectors_is_the_same_every_time():
    vectors = np.random.default_rng(0).normal(size=(300, 32)).repeat(5, axis=0)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("float32")
    neighbours = stage.layouts.nearest_neighbours(vectors, 15)
    once, again = (stage.layouts.umap_layout(vectors, neighbours, 5, seed=0) for _ in range(2))
    assert np.array_equal(once, again)


def test_a_name_is_about_its_subject_before_it_is_about_its_writer():
    texts = ["I told my council about the rents in my street.", "The council has raised the rents of every street."]
    vectors = np.array([[1.0, 0.0], [0.8, 0.6]])
    assert names.most_telling(vectors, texts, ["rents", "council"]) == 1
    assert names.most_telling(vectors[:1], texts[:1], ["rents", "council"]) == 0


def test_beyond_the_most_a_sample_is_laid_out_and_the_rest_join_its_groups(monkeypatch):
    claims, vectors = made_claims()
    laid_out = []

    def lay_out(vectors, neighbours, n_dimensions, seed):
        laid_out.append(len(vectors))
        return vectors if n_dimensions > 2 else vectors[:, :2]

    monkeypatch.setattr(stage.layouts, "umap_layout", lay_out)
    found = cluster(claims, vectors, authors(claims), Settings(min_cluster_size=10), most=80)
    assert set(laid_out) == {80}
    assert "on a sample of 80 claims" in found.method
    subjects = np.repeat(np.arange(N_GROUPS), N_EACH)
    grouped = found.claims["cluster_id"].notna().to_numpy()
    assert grouped.mean() > 0.9
    for group in found.clusters["cluster_id"]:
        assert len(set(subjects[(found.claims["cluster_id"] == group).to_numpy()])) == 1
    assert found.clusters["n_claims"].sum() == grouped.sum()
    assert found.claims["x"].notna().all()
    assert found.claims.loc[~grouped, "unassigned_reason"].notna().all()
