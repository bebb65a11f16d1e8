"""CSV: safe to open, and the same table when read back."""

import csv
import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argmine import tables
from argmine.errors import RunError
from argmine.output.csv_tables import FORMULA_NOTE, _write_table, guard, read_table, unguard

# Any text that UTF-8 can hold: the reader replaces lone surrogates before a text gets here.
TEXT = st.text(st.characters(exclude_categories=("Cs",)))
DANGEROUS = "=+-@\t\r＝＋－＠"


@given(TEXT)
def test_guarding_can_be_undone(text):
    assert unguard(guard(text)) == text


@given(st.sampled_from(DANGEROUS), TEXT)
def test_no_cell_starts_like_a_formula(first, rest):
    assert guard(first + rest)[0] == "'"
    assert unguard(guard("'" + first + rest)) == "'" + first + rest


@given(st.lists(TEXT, min_size=1, max_size=4), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_a_table_is_read_back_equal(tmp_path_factory, texts, score, known):
    folder = tmp_path_factory.mktemp("csv")
    n = len(texts)
    posts = tables.conform(
        pd.DataFrame(
            {
                "post_id": [f"p{i}" for i in range(n)],
                "thread_id": ["=t"] * n,
                "author": texts,
                "created_at": pd.to_datetime(["2026-09-14T13:05:22.120Z" if known else None] * n, utc=True),
                "score": [score] * n,
                "depth": range(n),
                "status": ["ok"] * n,
                "text": texts,
            }
        ),
        tables.POSTS,
    )
    _write_table(posts, tables.POSTS, folder / "posts.csv")
    pd.testing.assert_frame_equal(read_table(folder, tables.POSTS), posts)


def test_a_huge_cell_is_read_back(tmp_path):
    text = 'word, "quoted"\r\n' * 70_000
    posts = tables.conform(
        pd.DataFrame({"post_id": ["a"], "thread_id": ["t"], "depth": [0], "status": ["ok"], "text": [text]}),
        tables.POSTS,
    )
    _write_table(posts, tables.POSTS, tmp_path / "posts.csv")
    assert read_table(tmp_path, tables.POSTS)["text"][0] == text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("a,b\n1,2\n", "the columns should be"),
        (",".join(tables.STANCES.names) + "\n1,2\n", "wrong number of cells"),
        (",".join(tables.STANCES.names) + "\nc,f,maybe,0.5\n", "holds 'maybe'"),
        (",".join(tables.STANCES.names) + "\nc,f,pro,high\n", "row 2, column confidence: 'high' is not a number"),
    ],
)
def test_an_edited_table_is_refused(tmp_path, content, complaint):
    (tmp_path / "stances.csv").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=re.escape(complaint)):
        read_table(tmp_path, tables.STANCES)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(RunError, match=r"stances\.csv: cannot be read"):
        read_table(tmp_path, tables.STANCES)


def test_the_dictionary_describes_every_column(sample_run):
    package = json.loads((sample_run / "tables" / "datapackage.json").read_text(encoding="utf-8"))
    assert FORMULA_NOTE in package["description"]
    for table, resource in zip(tables.TABLES, package["resources"], strict=True):
        with (sample_run / "tables" / resource["path"]).open(newline="", encoding="utf-8") as lines:
            header = next(csv.reader(lines))
        assert header == table.names == [field["name"] for field in resource["schema"]["fields"]]
        assert all(field["description"] for field in resource["schema"]["fields"])


def test_a_table_of_an_older_run_may_lack_optional_columns(tmp_path):
    names = tables.QUOTES.names[: tables.QUOTES.names.index("representativeness")]
    (tmp_path / "quotes.csv").write_text(
        ",".join(names) + "\n,,g1,1,p0:0,p0,0,4,Dogs,ada,https://example.org\n", encoding="utf-8"
    )
    read = read_table(tmp_path, tables.QUOTES)
    assert read["text"].tolist() == ["Dogs"]
    assert read[["representativeness", "significance"]].isna().all(axis=None)
    (tmp_path / "stances.csv").write_text("claim_id,frame,side\nc,f,pro\n", encoding="utf-8")
    with pytest.raises(RunError, match="the columns should be"):
        read_table(tmp_path, tables.STANCES)
