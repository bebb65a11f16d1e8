"""The parts of a run, each alone: filter, buckets, threads, groups, samples."""

import numpy as np
import pytest

from argmine.errors import SettingsError
from argmine.read.draft import Draft
from argmine.read.streaming import Record
from argmine.scale.assign import Model, place
from argmine.scale.gather import find_roots
from argmine.scale.grouping import changed_share
from argmine.scale.partition import name_threads
from argmine.scale.run import partitions
from argmine.scale.sampling import share
from argmine.scale.spool import Spool, bucket_of, read_bucket, thread_hash, to_draft
from argmine.scale.where import parse_where


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("", True),
        ("subreddit=r/Law", True),
        ("subreddit=news", False),
        ("link_id=t3_a,b", True),
        ("after=2023-11-14 before=2023-11-15", True),
        ("after=2023-12", False),
        ("before=2023", False),
    ],
)
def test_a_filter_keeps_what_it_names(where, kept):
    draft = Draft("c", "text", thread_id="a", created_us=1_700_000_000_000_000)
    assert parse_where(where).keeps(Record(1, draft, "law")) is kept


@pytest.mark.parametrize("where", ["subreddit", "sub=law", "after=yesterday", "after="])
def test_a_filter_that_says_nothing_is_refused(where):
    with pytest.raises(SettingsError, match="--where"):
        parse_where(where)


def test_a_record_comes_back_from_the_spool(tmp_path):
    draft = Draft("c1", "a > b\n\n> é", "c0", "ann", 1, 2.0, "https://x", "ok", "t", [(0, 1, "code")])
    draft.sources = {(0, 1): ("c0", None)}
    spool = Spool(tmp_path / "spool", 3)
    spool.add(2, Record(1, draft, "law", "title"))
    spool.flush()
    spool.add(2, Record(2, Draft("c2", "")))
    spool.flush()
    one, two = read_bucket(spool.folder, 2)
    assert to_draft(one) == draft
    assert one[-2:] == ["law", "title"]
    assert to_draft(two).post_id == "c2"
    assert list(read_bucket(spool.folder, 0)) == []


def test_neighbouring_buckets_are_joined_up_to_a_size():
    class Sizes:
        n_buckets, partition_posts = 6, 10

    found = [{"buckets": {"0": 4, "2": 6, "3": 1}}, {"buckets": {"3": 2, "5": 30}}]
    assert partitions(found, Sizes()) == [(0, (0, 2)), (1, (3,)), (2, (5,))]


def test_every_thread_has_one_bucket_and_every_bucket_threads():
    buckets = [bucket_of(thread_hash(f"t{number}"), 7) for number in range(500)]
    assert set(buckets) == set(range(7))


def test_roots_are_found_in_any_order_and_rings_end():
    assert find_roots(np.array([3, 1, 2]), np.array([2, 1, 1])).tolist() == [1, 1, 1]
    chain = np.arange(5_000)
    assert set(find_roots(chain[::-1], np.maximum(chain[::-1] - 1, 0)).tolist()) == {0}
    assert set(find_roots(np.array([1, 2]), np.array([2, 1])).tolist()) <= {1, 2}
    assert find_roots(np.array([], int), np.array([], int)).tolist() == []


def test_threads_are_named_by_their_topmost_post():
    drafts = [Draft("c", "", "b"), Draft("b", "", "a"), Draft("a", ""), Draft("d", "", "gone"), Draft("e", "", "d")]
    assert [draft.thread_id for draft in name_threads(drafts)] == ["a", "a", "a", "gone", "gone"]


def groups(seed, n=60):
    """Two groups around two axes, and some claims around a third that are in none."""
    random = np.random.default_rng(seed)
    labels = np.repeat([0, 1, -1], n // 3)
    vectors = (np.eye(8)[labels] + random.normal(0, 0.05, (n, 8))).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), labels


def test_claims_go_where_their_neighbours_are():
    vectors, labels = groups(0)
    model = Model([], vectors, labels, np.zeros((60, 2)), ["g0", "g1"], None, 0.9)
    others, truth = groups(1)
    placed = place(others, model)
    assert placed.labels.tolist() == truth.tolist()
    assert placed.confidence[truth >= 0].min() == 1
    assert set(np.array(placed.reasons)[truth < 0]) == {"far from all groups"}
    between = np.zeros((1, 8), np.float32)
    between[0, :2] = 0.7
    unsure = place(between, Model([], vectors, labels, np.zeros((60, 2)), ["g0", "g1"], None, 0.1))
    assert unsure.reasons[0] in ("", "between groups")
    assert 0.4 < unsure.confidence[0] < 1


def test_without_groups_nothing_is_assigned():
    model = Model([], np.zeros((0, 8), np.float32), np.zeros(0, int), np.zeros((0, 2)), [], None, 1.0)
    assert place(np.eye(8, dtype=np.float32), model).labels.tolist() == [-1] * 8


def test_changes_are_counted_after_the_best_matching():
    one = np.array([0, 0, 1, 1, -1, 2])
    assert changed_share(one, one) == (0.0, 6)
    assert changed_share(one, np.array([7, 7, 3, 3, -1, 5])) == (0.0, 6)
    assert changed_share(one, np.full(6, -1)) == (0.8333, 6)
    assert changed_share(np.array([], int), np.array([], int)) == (0.0, 0)


def test_a_sample_keeps_proportions_and_small_strata(monkeypatch):
    from argmine.scale import sampling

    monkeypatch.setattr(sampling, "LEAST_OF_STRATUM", 5)
    assert share([900_000, 100_000, 4], 1_000) == [900, 100, 4]
    assert share([10, 20], 100) == [10, 20]
