"""Broken copies of sample threads: a short run over every reader, and whether the harness would notice."""

import time

import pytest

from argmine.errors import SourceError
from argmine.evaluate import robustness
from argmine.evaluate.mutants import mutant
from argmine.evaluate.robustness import run, sample_files, try_format
from argmine.read import FORMATS


@pytest.fixture(scope="module")
def samples():
    return sample_files()


def test_every_format_has_a_sample(samples):
    assert set(samples) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_a_reader_survives_broken_copies(name, samples):
    tally = try_format(name, samples, range(12), seed=0)
    assert tally.failures == []
    assert tally.read + tally.refused == 12


def test_the_same_seed_breaks_a_file_in_the_same_way():
    files = [b'{"a": [1, 2, {"b": "<p>c</p>"}]}', b"x,y\n1,2\n"]
    first = [mutant(files, files, str(number)) for number in range(50)]
    assert first == [mutant(files, files, str(number)) for number in range(50)]
    assert len(set(first)) > 40


def test_an_archive_is_broken_inside_too(samples):
    tally = try_format("reddit_archive", samples, range(60), seed=0)
    assert tally.failures == []
    assert tally.read > 10


def endless(*_, **__):
    while True:
        pass


@pytest.mark.parametrize(
    ("reading", "complaint"),
    [
        (lambda *_, **__: 1 / 0, "ZeroDivisionError"),
        (lambda *_, **__: time.sleep(9), "not done after"),
        (endless, "not done after"),
    ],
    ids=["an exception", "asleep", "an endless loop"],
)
def test_a_failing_reader_is_noticed(reading, complaint, samples, monkeypatch):
    monkeypatch.setattr(robustness, "read", reading)
    monkeypatch.setattr(robustness, "LONGEST_S", 0.05)
    tally = try_format("text", samples, range(1), seed=0)
    assert len(tally.failures) == 1
    assert complaint in tally.failures[0]


def test_an_unknown_format_is_named():
    with pytest.raises(SourceError, match="there is no format 'gopher'"):
        run(1, names=["gopher"])


def test_processes_that_share_the_work_find_what_one_finds():
    alone, together = (run(8, seed=1, names=["jsonl", "text"], workers=workers)[0] for workers in (1, 2))
    assert [line.split()[:4] for line in together.splitlines()] == [line.split()[:4] for line in alone.splitlines()]


def test_a_large_sample_gives_way_to_a_small_one(samples):
    assert max(len(data) for files in samples.values() for data in files) < 16_000


def test_the_table_counts_every_copy():
    table, failures = run(4, seed=3, names=["csv"])
    assert failures == 0
    name, read, refused, failed, _ = table.splitlines()[3].split()
    assert (name, int(read) + int(refused), failed) == ("csv", 4, "0")
