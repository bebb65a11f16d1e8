"""Real payloads beside the project. What each of them tells of its comments is held in tests/evaluate."""

import pytest

from argmine.errors import SourceError
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
    discussion = read(shared / "threads" / "hn_algolia" / "derived" / "items_25015967.json")
    assert discussion.coverage.line() == "read 2,170 comments · 98 deleted"
    assert not discussion.posts["text"].str.contains("&#x27;|<p>|<a ", regex=True).any()


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        ("derived/RC_sample_window31.zst", "arctic_2024-02_comments.ndjson"),
        ("derived/praw_threads_window31.zst", "derived/praw_threads_comments.ndjson"),
    ],
)
def test_a_compressed_dump_is_the_plain_one(packed, plain, shared):
    folder = shared / "threads" / "reddit_dump_ndjson"
    assert read(folder / packed).posts.equals(read(folder / plain).posts)


def test_a_page_of_lobsters_has_the_tree_of_its_json(shared):
    folder = shared / "threads" / "lobsters"
    page = read(folder / "html" / "tdfoqh_ranking_comments.html").posts.set_index("post_id")["parent_id"]
    saved = read(folder / "tdfoqh_ranking_comments.v3.json").posts.set_index("post_id")["parent_id"]
    assert page.fillna("").to_dict() == saved.fillna("").to_dict()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("old_reddit_html/blocked_network_policy.html", "this is Reddit's block page"),
        ("old_reddit_html/over18_interstitial.html", "this is Reddit's question for your age"),
        ("reddit_html_new/shreddit_shell.html", "this is Reddit's bot check"),
        ("reddit_html_new/shreddit_0561.html", r"new Reddit's empty shell.*\(0 of 73"),
    ],
)
def test_pages_without_a_thread_are_named(path, message, shared):
    with pytest.raises(SourceError, match=message):
        read(shared / "threads" / path)
