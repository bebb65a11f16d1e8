"""The table of recorded threads in the documentation."""

import json

import pytest

from argmine.errors import SourceError
from argmine.evaluate import reading
from argmine.evaluate.reading import DOCUMENT, TABLE_BEGINS, measure, run, write

COMPLETE = ("hn_", "reddit_", "lobsters", "discourse", "lemmy", "github", "convokit", "stackexchange")


@pytest.fixture(scope="module")
def rows(shared):
    return measure(shared)


def test_the_documented_table_is_what_a_run_gives(rows):
    written = DOCUMENT.read_text(encoding="utf-8").partition(TABLE_BEGINS)[2].strip()
    assert written == reading.as_markdown(rows)


def test_every_comment_of_the_recorded_threads_is_read(rows):
    short = [row for row in rows if row.payload.startswith(COMPLETE) and row.comments and not row.is_complete]
    assert short == []
    assert sum(row.comments or 0 for row in rows) > 20_000


@pytest.fixture
def lobsters(tmp_path):
    """A folder with one recorded story of two comments, the second an answer to the first."""
    comment = {
        "short_id": "c1",
        "parent_comment": None,
        "comment": "<p>So.</p>",
        "commenting_user": "ann",
        "created_at": "2026-01-01T00:00:00Z",
    }
    story = {
        "short_id": "s1",
        "title": "A story",
        "comments": [comment, comment | {"short_id": "c2", "parent_comment": "c1", "commenting_user": "bob"}],
    }
    path = tmp_path / "threads" / "lobsters" / "story.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(story), encoding="utf-8")
    return tmp_path


def test_a_row_says_what_was_read_rightly(lobsters):
    (row,) = measure(lobsters)
    assert (row.comments, row.read, row.parents, row.authors, row.times) == (2, 2, (2, 2), (2, 2), (2, 2))
    assert row.is_complete


def test_a_wrong_author_is_noticed(lobsters, monkeypatch):
    tell = reading.tell
    monkeypatch.setattr(reading, "tell", lambda path: [one._replace(author="eve") for one in tell(path)])
    (row,) = measure(lobsters)
    assert row.authors == (0, 2)
    assert not row.is_complete


def test_the_table_is_written_below_its_mark(lobsters, tmp_path, monkeypatch):
    document = tmp_path / "formats.md"
    document.write_text(f"# Title\n\n{TABLE_BEGINS}\n\nan old table\n", encoding="utf-8")
    monkeypatch.setattr(reading, "DOCUMENT", document)
    write(lobsters)
    assert document.read_text(encoding="utf-8") == f"# Title\n\n{TABLE_BEGINS}\n\n{run(lobsters)}\n"


def test_a_folder_without_threads_is_named(tmp_path):
    with pytest.raises(SourceError, match="holds threads/"):
        run(tmp_path)
