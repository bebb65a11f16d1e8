"""Tables of every kind: columns, cells, shuffled rows, any text."""

import csv
import io
import json
import random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from argmine.errors import SourceError
from argmine.read import Columns, read

QUICK = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
ROWS = [
    {"comment_id": "c1", "reply_to": "", "user": "ann", "date": "2026-01-02T10:00:00Z", "votes": 3, "body": "Root."},
    {
        "comment_id": "c2",
        "reply_to": "c1",
        "user": "bob",
        "date": "2026-01-02T10:05:00Z",
        "votes": 1,
        "body": "Two\nlines.",
    },
    {
        "comment_id": "c10",
        "reply_to": "c1",
        "user": "",
        "date": "2026-01-02T10:05:00Z",
        "votes": 0,
        "body": "[deleted]",
    },
    {
        "comment_id": "c3",
        "reply_to": "c10",
        "user": "[deleted]",
        "date": "2026-01-02T10:06:00Z",
        "votes": 2,
        "body": "Kept.",
    },
]
# Any text that a UTF-8 file can hold, and enough of it not to be a placeholder.
TEXTS = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: f"a{text}b")


def as_csv(rows: list[dict], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_parquet(rows: list[dict]) -> bytes:
    out = io.BytesIO()
    pd.DataFrame(rows).to_parquet(out)
    return out.getvalue()


WRITERS = {
    "csv": as_csv,
    "tsv": lambda rows: as_csv(rows, "\t"),
    "semicolons": lambda rows: as_csv(rows, ";"),
    "bars": lambda rows: as_csv(rows, "|"),
    "jsonl": lambda rows: "\n".join(map(json.dumps, rows)).encode(),
    "json": lambda rows: json.dumps(rows, indent=1).encode(),
    "parquet": as_parquet,
    "dataframe": None,
}


def read_as(kind: str, rows: list[dict], write, **options):
    return read(pd.DataFrame(rows) if kind == "dataframe" else write(WRITERS[kind](rows)), **options)


@pytest.mark.parametrize("kind", WRITERS)
def test_every_kind_of_table_gives_the_same_posts(kind, write):
    posts = read_as(kind, ROWS, write).posts
    assert list(posts["post_id"]) == ["c1", "c2", "c10", "c3"]
    assert list(posts["depth"]) == [0, 1, 1, 2]
    assert list(posts["author"].fillna("-")) == ["ann", "bob", "-", "-"]
    assert list(posts["status"]) == ["ok", "ok", "deleted", "ok"]
    assert list(posts["text"]) == ["Root.", "Two\nlines.", "", "Kept."]
    assert list(posts["score"]) == [3, 1, 0, 2]
    assert posts["created_at"][0].isoformat() == "2026-01-02T10:00:00+00:00"


@pytest.mark.parametrize("kind", WRITERS)
def test_named_columns_win_over_likely_ones(kind, write):
    rows = [{"text": "Not this.", "Ma Colonne": "This.", "who": "ann"}]
    discussion = read_as(kind, rows, write, columns=Columns(text="Ma Colonne", author="who"))
    assert list(discussion.posts["text"]) == ["This."]
    assert list(discussion.posts["author"]) == ["ann"]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_table_without_a_text_lists_its_columns(kind, write):
    with pytest.raises(SourceError, match=r"no column looks like the text of a post. The columns are a, b"):
        read_as(kind, [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}], write)


@pytest.mark.parametrize("kind", WRITERS)
def test_an_unknown_named_column_lists_the_columns(kind, write):
    with pytest.raises(SourceError, match=r"no column 'x'. The columns are text, b"):
        read_as(kind, [{"text": "1", "b": "2"}], write, columns=Columns(author="x"))


@pytest.mark.parametrize("kind", WRITERS)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
@QUICK
def test_any_text_comes_back_from_any_table(kind, write, texts):
    rows = [{"id": str(number), "text": text} for number, text in enumerate(texts)]
    assert list(read_as(kind, rows, write).posts["text"]) == texts


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize(
    "keep", [("id", "parent", "time", "text"), ("id", "parent", "text"), ("time", "text"), ("text",)]
)
def test_shuffled_rows_give_the_same_tables(kind, keep, write):
    chance = random.Random(7)
    rows = [
        {
            "id": f"x{number}",
            "parent": f"x{chance.randrange(60)}" if number % 3 else "gone",
            "time": 1_700_000_000 + chance.randrange(9),
            "text": f"Words {chance.randrange(30)}.",
        }
        for number in [*range(50), 3, 3, 8]
    ]
    rows = [{name: row[name] for name in keep} for row in rows]
    shuffled = rows[:]
    chance.shuffle(shuffled)
    first, second = read_as(kind, rows, write), read_as(kind, shuffled, write)
    pd.testing.assert_frame_equal(first.posts, second.posts)
    assert first.coverage == second.coverage
    assert first.posts["post_id"].is_unique
    if kind == "dataframe":
        assert first.sha256 == second.sha256


def test_a_lone_surrogate_becomes_one_replacement_character(write):
    line = r'{"text": "a\ud83db \\ud83d \ud83d\ude00 \uDE00", "author": "\udc00x"}'
    discussion = read(write(line))
    assert discussion.posts["text"][0] == "a\ufffdb \\ud83d \U0001f600 \ufffd"
    assert discussion.posts["author"][0] == "\ufffdx"
    assert discussion.coverage.replaced_characters == 3


def test_a_lone_surrogate_in_a_frame_is_counted():
    frame = pd.DataFrame({"text": pd.Series(["a\ud800b"], dtype=object)})
    discussion = read(frame)
    assert discussion.posts["text"][0] == "a\ufffdb"
    assert discussion.coverage.replaced_characters == 1


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05+00:00"),
        ("2026-01-02 03:04:05", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02", "2026-01-02T00:00:00+00:00"),
        ("1767323045", "2026-01-02T03:04:05+00:00"),
        ("1767323045.5", "2026-01-02T03:04:05.500000+00:00"),
        ("1767323045000", "2026-01-02T03:04:05+00:00"),
        (1767323045, "2026-01-02T03:04:05+00:00"),
        (1767323045.0, "2026-01-02T03:04:05+00:00"),
        (1767323045123, "2026-01-02T03:04:05.123000+00:00"),
        (pd.Timestamp("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05+00:00"),
        ("Fri, 02 Jan 2026 03:04:05 +0000", "2026-01-02T03:04:05+00:00"),
        ("Fri Jan 02 03:04:05 +0000 2026", "2026-01-02T03:04:05+00:00"),
        ("yesterday", None),
        ("02/03/2026", None),
        (5, None),
        (1e300, None),
        ("9" * 5000, None),
    ],
)
def test_times(cell, expected):
    discussion = read(pd.DataFrame({"text": ["a"], "time": pd.Series([cell], dtype=object)}))
    found = discussion.posts["created_at"][0]
    assert (None if pd.isna(found) else found.isoformat()) == expected
    assert any("could not be read as a time" in note for note in discussion.coverage.notes) == (expected is None)


def test_reddit_prefixes_and_whole_numbers_with_a_point_are_resolved(write):
    rows = [
        {"id": "a", "parent_id": "t3_s", "link_id": "t3_s", "body": "Top."},
        {"id": "b", "parent_id": "t1_a", "link_id": "t3_s", "body": "Reply."},
    ]
    discussion = read_as("jsonl", rows, write)
    assert list(discussion.posts["depth"]) == [0, 1]
    assert list(discussion.posts["parent_id"]) == ["s", "a"]
    assert discussion.coverage.dangling_parents == 0
    numbers = pd.DataFrame({"id": [1, 2], "parent": [None, 1.0], "text": ["Top.", "Reply."]})
    assert list(read(numbers).posts["depth"]) == [0, 1]


def test_a_huge_cell_a_ragged_row_and_quoted_line_ends(write):
    huge = "word " * 200_000
    content = f'id,text\r\n1,"{huge}"\r\n2,"a ""b""\r\nc"\r\n3,x,y\r\n'
    discussion = read(write(content))
    assert list(discussion.posts["text"]) == [huge, 'a "b"\r\nc', "x"]
    assert "rows that do not have 2 cells, as the first has: 1" in discussion.coverage.notes


def test_authors_are_unknown_where_no_column_names_them(write):
    discussion = read(write("id,text\n1,Hello there.\n"))
    assert discussion.posts["author"].isna().all()
    assert "authors are unknown" in discussion.coverage.notes


def test_argmine_reads_its_own_posts_table(write, story):
    posts = read(write(json.dumps(story))).posts
    again = read(write(posts.to_csv(index=False), "posts.csv")).posts
    pd.testing.assert_frame_equal(again, posts)


def test_the_frame_is_left_as_it_was():
    frame = pd.DataFrame({"id": [2, 1], "text": ["b", None]}, index=[5, 5])
    before = frame.copy(deep=True)
    discussion = read(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert (discussion.source, discussion.format, discussion.coverage.empty) == ("DataFrame", "dataframe", 1)


@pytest.mark.parametrize("source", [8863, None, [{"text": "a"}]])
def test_what_is_no_source_is_said(source):
    with pytest.raises(SourceError, match="is no source"):
        read(source)


def test_odd_cells_in_a_frame():
    frame = pd.DataFrame(
        {
            "text": pd.Series(["a", pd.NA, 3, b"x", ["y"]], dtype=object),
            "user": pd.Categorical(["ann", None, "bob", "ann", "bob"]),
            "score": pd.array([1, None, 3, 4, 5], dtype="Int64"),
            "time": pd.to_datetime(["2026-01-01", None, "2026-01-03", None, None]),
        },
    )
    # A list among the texts makes the column no likely text, so it is named.
    posts = read(frame, columns=Columns(text="text")).posts
    assert sorted(posts["text"]) == ["", "", "3", "a", "x"]
    assert sorted(posts["author"].dropna()) == ["ann", "ann", "bob", "bob"]
    assert posts["score"].sum() == 13
    assert posts["created_at"].notna().sum() == 2
    with pytest.raises(SourceError, match="'text' is there twice"):
        read(pd.DataFrame([["a", "b"]], columns=["text", "text"]))
