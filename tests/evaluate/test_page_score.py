"""The measure of forum pages, on one page written for the tests."""

import gzip
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from argmine.errors import ArgmineError, SourceError
from argmine.evaluate import pages

FLOORS = json.loads((Path(__file__).resolve().parent.parent / "floors.json").read_text(encoding="utf-8"))
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
    # The quotation, which the marked text leaves out.
    assert (one.argmine.extra, one.further, one.quoted, one.noise) == (4, 0, 4, 0)
    table = pages.run(tmp_path)
    assert "1 of 1 pages yield a thread (100%)" in table
    assert "argmine, marked posts alone     recovered 1.000, extra 0.364 of 11 words" in table


def test_a_post_that_the_marked_text_leaves_out_is_told_apart(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "trafilatura", SimpleNamespace(extract=lambda *_, **__: ""))
    folder = tmp_path / pages.PAGES
    folder.mkdir(parents=True)
    (folder / "0001.html.gz").write_bytes(gzip.compress((FORUM / "ubb.html").read_bytes()))
    truth = {"ground_truth": {"main_content": "Buy one fixed lens first."}}
    (folder / "0001.gt.json").write_text(json.dumps(truth))
    (one,) = pages.measure(tmp_path)
    assert (one.argmine.extra, one.further, one.quoted, one.noise) == (8, 8, 0, 0)


def test_pages_of_forums_are_read_as_well_as_they_were(shared, monkeypatch):
    monkeypatch.setitem(sys.modules, "trafilatura", SimpleNamespace(extract=lambda *_, **__: ""))
    measured = pages.measure(shared)
    read = [one for one in measured if one.argmine]
    expected = sum(one.argmine.expected for one in read)
    assert len(read) / len(measured) >= FLOORS["forum_pages_with_a_thread"]
    assert sum(one.argmine.found for one in read) / expected >= FLOORS["forum_pages_recovered"]
    assert 1 - sum(one.quoted + one.noise for one in read) / expected >= FLOORS["forum_pages_not_extra_in_marked_posts"]
    assert 1 - sum(one.noise for one in read) / expected >= FLOORS["forum_pages_not_noise"]


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
