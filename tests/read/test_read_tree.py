"""Reply trees: odd ones, deep ones, any ones."""

import random
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from argmine.read import read
from argmine.read.draft import Draft
from argmine.read.tree import arrange

CASES = {
    # name: [(id, parent), ...] -> ids in order, depths, parents, counts that are not zero
    "a dangling parent stays": ([("2", "1"), ("3", "2")], ["2", "3"], [0, 1], ["1", "2"], {"dangling_parents": 1}),
    "a self reply is a root": ([("1", "1"), ("2", "1")], ["1", "2"], [0, 1], [None, "1"], {"self_replies": 1}),
    "a ring is cut at its first": (
        [("a", "c"), ("b", "a"), ("c", "b"), ("d", "c")],
        ["a", "b", "c", "d"],
        [0, 1, 2, 3],
        [None, "a", "b", "c"],
        {"cycles": 1},
    ),
    "two rings": ([("1", "2"), ("2", "1"), ("3", "4"), ("4", "3")], list("1234"), [0, 1, 0, 1], [None, "1", None, "3"],
                  {"cycles": 2}),
    "a repeated identifier is kept": (
        [("1", None), ("1", "1"), ("1~2", None), ("2", "1")],
        ["1", "1~3", "2", "1~2"],
        [0, 1, 1, 0],
        [None, "1", "1", None],
        {"duplicate_ids": 1},
    ),
    "numbers in identifiers count as numbers": ([("p10", None), ("p9", None)], ["p9", "p10"], [0, 0], [None, None], {}),
    "a parent that says none": ([("1", "0"), ("2", "None"), ("3", "")], list("123"), [0, 0, 0], [None, None, None], {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_odd_trees(case):
    pairs, ids, depths, parents, counts = case
    discussion = read(pd.DataFrame([{"id": post, "parent": parent, "text": "Words."} for post, parent in pairs]))
    posts = discussion.posts
    assert list(posts["post_id"]) == ids
    assert list(posts["depth"]) == depths
    assert [None if pd.isna(parent) else parent for parent in posts["parent_id"]] == parents
    named = ("dangling_parents", "self_replies", "cycles", "duplicate_ids")
    assert {name: count for name in named if (count := getattr(discussion.coverage, name))} == counts


IDENTIFIERS = st.sampled_from(["1", "2", "10", "a", "a~2", "t1_a", "b", None])
DRAFTS = st.lists(
    st.tuples(IDENTIFIERS, IDENTIFIERS, st.sampled_from([None, 1, 2]), st.sampled_from("xy")), max_size=12
)


@given(DRAFTS, st.randoms(use_true_random=False))
@hypothesis_settings(deadline=None, max_examples=300)
def test_any_replies_make_one_forest_in_one_order(rows, chance):
    def tree(rows):
        return arrange([Draft(post, text, parent, created_us=created) for post, parent, created, text in rows])

    found = tree(rows)
    ids = [draft.post_id for draft in found.drafts]
    assert len(set(ids)) == len(ids) == len(rows)
    depth = dict(zip(ids, found.depths, strict=True))
    for at, draft in enumerate(found.drafts):
        if draft.parent_id in depth:
            assert depth[draft.post_id] == depth[draft.parent_id] + 1
            assert draft.parent_id in ids[:at]
        else:
            assert depth[draft.post_id] == 0
    shuffled = rows[:]
    chance.shuffle(shuffled)
    assert tree(shuffled) == found


def test_threads_come_by_their_earliest_post():
    rows = [("a", "T2", 5), ("b", "T1", 9), ("c", "T2", 30), ("d", "T1", 20)]
    drafts = [Draft(post, "x", created_us=created, thread_id=thread) for post, thread, created in rows]
    assert [draft.post_id for draft in arrange(drafts).drafts] == ["a", "c", "b", "d"]


def test_a_chain_and_a_ring_of_100_000_are_quick():
    n = 100_000
    order = list(range(n))
    random.Random(1).shuffle(order)
    for last in (None, str(n - 1)):
        began = time.process_time()
        tree = arrange([Draft(str(i), "x", str(i - 1) if i else last) for i in order])
        assert time.process_time() - began < 10
        assert tree.depths == list(range(n))
        assert tree.cycles == (last is not None)
