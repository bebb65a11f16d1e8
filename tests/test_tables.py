"""Tables are what they are declared to be."""

import pandas as pd
import pytest

from argmine import tables
from argmine.errors import TableError

POST = {"post_id": ["a"], "thread_id": ["t"], "depth": [0], "status": ["ok"], "text": ["hello"]}


def test_conform_fills_orders_and_types():
    posts = tables.conform(pd.DataFrame(POST | {"extra": [1], "author": [""]}), tables.POSTS)
    assert list(posts.columns) == tables.POSTS.names
    assert posts["author"].isna().all()
    assert str(posts["created_at"].dtype) == "datetime64[us, UTC]"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"status": ["gone"]}, "holds 'gone'; allowed: ok, deleted"),
        ({"post_id": [None]}, "column post_id is empty in row 0"),
        ({"score": ["many"]}, "column score should hold number values"),
        ({"depth": ["deep"]}, "column depth should hold integer values"),
    ],
)
def test_a_wrong_value_is_named(change, complaint):
    with pytest.raises(TableError, match=complaint):
        tables.conform(pd.DataFrame(POST | change), tables.POSTS)


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match="column text is missing"):
        tables.conform(pd.DataFrame({name: value for name, value in POST.items() if name != "text"}), tables.POSTS)


def test_conform_leaves_its_argument_alone():
    frame = pd.DataFrame(POST)
    before = frame.copy()
    tables.conform(frame, tables.POSTS)
    pd.testing.assert_frame_equal(frame, before)


def test_every_table_can_be_empty():
    for table in tables.TABLES:
        assert list(tables.empty(table).columns) == table.names
