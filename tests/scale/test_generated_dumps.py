"""Dumps for measuring: the same for the same seed, in the shape of real ones."""

import json

from argmine.read import read
from argmine.scale.generator import write_comments
from argmine.scale.variations import write_variations


def test_the_generator_is_the_same_for_the_same_seed(tmp_path):
    one, again = (write_comments(tmp_path / name, 200, seed=7) for name in ("a.ndjson", "b.ndjson"))
    other = write_comments(tmp_path / "c.ndjson", 200, seed=8)
    assert one.read_bytes() == again.read_bytes() != other.read_bytes()
    rows = [json.loads(line) for line in one.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == 200
    place = {row["id"]: number for number, row in enumerate(rows)}
    parents = [(place[row["id"]], place[row["parent_id"][3:]]) for row in rows if row["parent_id"].startswith("t1_")]
    assert any(parent > child for child, parent in parents)
    assert sum(row["body"] == "[deleted]" for row in rows) > 2


def test_variations_keep_the_thread_and_change_its_words(threads, tmp_path):
    thread = threads / "distillation_letter.json"
    posts = read(thread).posts
    n = 3 * len(posts)
    one, again = (write_variations(tmp_path / name, [thread], n) for name in ("a.ndjson", "b.ndjson"))
    assert one.read_bytes() == again.read_bytes()
    found = read(one).posts
    assert len(found) == n
    assert found["thread_id"].nunique() == 3
    assert sorted(found["depth"]) == sorted(3 * posts["depth"].tolist())
    assert found["text"].nunique() > 2.5 * posts["text"].nunique()  # the shortest have no word that changes
