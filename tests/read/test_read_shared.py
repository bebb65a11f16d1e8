"""Real payloads beside the project."""

import json

import pytest

from argmine.read import read

SEEDS = {"000": 17, "001": 60, "002": 45, "003": 101, "004": 20}


@pytest.mark.parametrize("seed", SEEDS)
def test_seeds_are_read_paragraph_by_paragraph(seed, shared):
    path = next((shared / "seeds").glob(f"{seed}_*.txt"))
    discussion = read(path)
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    assert list(discussion.posts["text"]) == lines
    assert (discussion.format, len(lines)) == ("text", SEEDS[seed])


def test_the_2_170_comments_of_an_item(shared):
    path = shared / "threads" / "hn_algolia" / "derived" / "items_25015967.json"
    waiting, expected = [(json.loads(path.read_text(encoding="utf-8")), None)], {}
    while waiting:
        node, parent = waiting.pop()
        expected[str(node["id"])] = (parent, node["author"], node["created_at_i"])
        waiting += [(child, str(node["id"])) for child in node["children"]]
    discussion = read(path)
    found = {
        row.post_id: (row.parent_id, row.author, row.created_at.timestamp())
        for row in discussion.posts.astype(object).where(discussion.posts.notna(), None).itertuples()
    }
    assert found == expected
    assert discussion.coverage.line() == "read 2,170 comments · 98 deleted"
    assert not discussion.posts["text"].str.contains("&#x27;|<p>|<a ", regex=True).any()


@pytest.mark.parametrize(
    ("path", "format_name", "read_posts"),
    [
        ("hn_algolia/items_17_recorded.json", "hn_item", 3),
        ("hn_flat_text/48849066_flat.json", "hn_list", 1079),
        ("hn_firebase/derived/items_25015967.ndjson", "hn_list", 2170),
        ("reddit_dump_ndjson/arctic_2024-02_comments.ndjson", "reddit_dump", 27),
    ],
)
def test_other_payloads(path, format_name, read_posts, shared):
    discussion = read(shared / "threads" / path)
    assert (discussion.format, discussion.coverage.read) == (format_name, read_posts)
