"""Hacker News: bodies, items, lists."""

import html
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from argmine.read import read
from argmine.read.hn_markup import hn_text
from argmine.tables import POSTS, conform

CASES = json.loads((Path(__file__).parent / "cases" / "hn_markup.json").read_text(encoding="utf-8"))
QUICK = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_body_becomes_text_and_marks(case):
    text, marks = hn_text(case["html"])
    assert (text, [list(mark) for mark in marks]) == (case["text"], case["marks"])


@given(st.text())
@QUICK
def test_any_html_gives_marks_inside_its_text(body):
    text, marks = hn_text(body)
    assert all(0 <= start < end <= len(text) for start, end, _ in marks)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip), min_size=1, max_size=4)
)
@QUICK
def test_any_text_comes_back_from_an_item(tmp_path, node, paragraphs):
    # A text that stands for a missing one is the exception, and so is markup that the escape has made text.
    body = "<p>".join(html.escape(paragraph) for paragraph in paragraphs)
    path = tmp_path / "item.json"
    path.write_text(json.dumps(node(1, "Root.", node(2, body), type="story")), encoding="utf-8")
    assert list(read(path).posts["text"]) == ["Root.", "\n\n".join(paragraphs)]


def test_an_item_is_read_as_a_tree(write, story):
    discussion = read(write(json.dumps(story)))
    posts = discussion.posts
    assert posts.equals(conform(posts, POSTS))
    assert list(posts["post_id"]) == ["1", "2", "5", "6", "3", "4", "7", "8"]
    assert list(posts["depth"]) == [0, 1, 2, 3, 1, 1, 1, 2]
    assert list(posts["parent_id"].fillna("-")) == ["-", "1", "2", "5", "1", "1", "1", "7"]
    assert list(posts["status"]) == ["ok", "ok", "deleted", "ok", "dead", "ok", "dead", "ok"]
    assert list(posts["text"]) == [
        "", "First.\n\n> quoted", "", "Under a deleted one.", "", "Later sibling.", "", "Under a flagged one.",
    ]  # fmt: skip
    assert set(posts["thread_id"]) == {"1"}
    assert posts["url"][1] == "https://news.ycombinator.com/item?id=2"
    assert posts["created_at"][1].isoformat() == "2020-09-13T12:26:42+00:00"
    assert posts["score"][0] == 120
    assert posts["author"].isna().tolist() == [False, False, True, False, False, False, False, False]
    assert (discussion.title, discussion.format) == ("A letter on distillation", "hn_item")
    assert discussion.url == "https://news.ycombinator.com/item?id=1"
    assert discussion.coverage.line() == "read 7 comments · 1 deleted · 2 dead"


def test_what_the_source_claims_is_reported(write, story):
    assert read(write(json.dumps(story | {"num_comments": 9}))).coverage.line().startswith("read 7 of 9 comments")


def test_a_comment_alone_keeps_the_parent_that_is_not_here(write, node):
    discussion = read(write(json.dumps(node(17, "Anywhere to eat?", node(18, "Sure."), parent_id=15))))
    assert list(discussion.posts["parent_id"]) == ["15", "17"]
    assert discussion.coverage.dangling_parents == 1
    assert discussion.coverage.read == 2


def test_markup_points_into_the_text(write, node):
    item = node(1, "<i>All of it.</i><p><pre><code>  x\n</code></pre>")
    discussion = read(write(json.dumps(item)))
    text = discussion.posts["text"][0]
    found = [(row.how, text[row.start : row.end]) for row in discussion.markup.itertuples()]
    assert found == [("italic", "All of it."), ("code", "  x")]


def test_odd_nodes_are_counted_and_do_not_stop_the_reading(write, node):
    item = node(1, "Root.", type="story")
    item["children"] = [None, "x", node(2, 17), node(3, "Fine.", points="4", author=["a"], created_at_i=1e300)]
    discussion = read(write(json.dumps(item)))
    assert discussion.coverage.notes == ("nodes of the tree that are no posts: 2",)
    assert list(discussion.posts["text"]) == ["Root.", "", "Fine."]
    assert discussion.posts["created_at"].isna().tolist() == [False, False, True]


def test_a_chain_of_100_000_replies(write):
    depth = 100_000
    head = '{"id":%d,"author":"a","created_at_i":%d,"story_id":1,"text":"t","children":['
    text = "".join(head % (number, 1_600_000_000 + number) for number in range(depth)) + "]}" * depth
    discussion = read(write(text))
    assert discussion.posts["depth"].iloc[-1] == depth - 1
    assert discussion.coverage.read == depth


@pytest.mark.parametrize("as_lines", [False, True])
def test_a_flat_list_of_items(write, as_lines):
    items = [
        {"id": 1, "by": "a", "time": 1_600_000_000, "type": "story", "title": "T", "kids": [2], "descendants": 3},
        {"id": 2, "by": "b", "time": 1_600_000_001, "type": "comment", "parent": 1, "text": "It&#x27;s<p>so."},
        {"id": 3, "time": 1_600_000_002, "type": "comment", "parent": 2, "deleted": True},
        {"id": 4, "by": "c", "time": 1_600_000_003, "type": "comment", "parent": 3, "text": "Spam.", "dead": True},
    ]
    content = "\n".join(map(json.dumps, items)) if as_lines else json.dumps(items)
    discussion = read(write(content))
    assert discussion.format == "hn_list"
    assert list(discussion.posts["text"]) == ["", "It's\n\nso.", "", ""]
    assert list(discussion.posts["status"]) == ["ok", "ok", "deleted", "dead"]
    assert list(discussion.posts["depth"]) == [0, 1, 2, 3]
    assert (discussion.title, discussion.coverage.claimed, discussion.coverage.read) == ("T", 3, 3)
