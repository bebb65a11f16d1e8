"""The time of reading, beside the library that is made for the same bytes."""

import re

import pytest

from argmine.evaluate.bench_read import baseline_of, least_seconds, run
from argmine.read import read

MOST_TIMES = 7.0
"""Of json.loads, for an item of two thousand comments: five, and slack for a machine that does other things."""


def test_a_large_item_is_read_nearly_as_fast_as_its_json(shared):
    item = shared / "threads" / "hn_algolia" / "derived" / "items_25015967.json"
    name, baseline = baseline_of(item, read(item).format)
    assert name == "json.loads"
    ours, theirs = least_seconds([lambda: read(item), baseline], 7)
    assert ours < MOST_TIMES * theirs


@pytest.mark.parametrize(
    ("name", "baseline"),
    [
        ("formats/lobsters.json", "json.loads"),
        ("formats/hn_list.jsonl", "json.loads, line by line"),
        ("formats/reddit_archive.zst", "zstandard, decompressing alone"),
        ("formats/hn_page.html", "lxml.html, the tree alone"),
        ("formats/rows.parquet", "pyarrow, to Python values"),
        ("scraping_settlement.csv", "csv.reader"),
        ("access_act.txt", "decoding as UTF-8"),
    ],
)
def test_every_kind_of_file_has_a_baseline(name, baseline, threads):
    file, ours, theirs = run(threads / name, repeats=1).splitlines()
    assert name in file
    assert ours.startswith(baseline)
    assert re.search(r"[\d.,]+ ms, [\d.,]+ times the baseline$", theirs)
