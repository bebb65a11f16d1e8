"""The measure of forum pages, on one page written for the tests."""

import gzip
import json
import sys
from pathlib import Path

import pytest

from argmine.errors import ArgmineError, SourceError
from argmine.evaluate import pages

FORUM = Path(__file__).parent.parent / "read" / "cases" / "forum_pages"


def test_words_that_are_missed_and_words_that_are_extra_both_count():
    score = pages.recovered("a b b", "a b c\nJan 3, 2024\nhttps://x.example/y")
    assert (score.expected, score.found, score.extra) == (3, 2, 1)
    assert not score.holds


def test_a_page_is_measured_beside_the_baseline(tmp_path):
    pytest.importorskip("trafilatura")
    folder = tmp_path / pages.PAGES
    folder.mkdir(parents=True)
    (folder / "0001.html.gz").write_bytes(gzip.compress((FORUM / "vanilla.html").read_bytes()))
    truth = "Pam\nMarch 2025\n\nClocks spoil the game.\n\nQuin\n\nHi @Pam, they make it."
    (folder / "0001.gt.json").write_text(json.dumps({"ground_truth": {"main_content": truth}}))
    (one,) = pages.measure(tmp_path)
    assert one.argmine.recall == 1
    assert (one.argmine.extra, one.noise) == (4, 0)  # the quotation, which the marked text leaves out
    assert "1 of 1 pages yield a thread (100%)" in pages.run(tmp_path)


def test_a_folder_without_pages_is_named(tmp_path):
    with pytest.raises(SourceError, match="no pages"):
        pages.run(tmp_path)


def test_a_missing_baseline_is_named_with_what_installs_it(tmp_path, monkeypatch):
    folder = tmp_path / pages.PAGES
    folder.mkdir(parents=True)
    (folder / "0001.html.gz").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(ArgmineError, match="pip install trafilatura"):
        pages.run(tmp_path)
