"""Lobsters: the five shapes of its JSON, and its page."""

import json
from typing import Any

import pytest

from argmine.read import read
from argmine.read.walls import WALLS, find_wall

# Name, parent, text, depth.
COMMENTS = [
    ("a", None, "One.", 0),
    ("b", "a", "Two.", 1),
    ("c", "b", "Three.", 2),
    ("d", "a", "Four.", 1),
    ("e", None, "", 0),
]


def user(name: str, shape: int) -> Any:
    return name if shape >= 4 else {"username": name, "karma": 3}


def story(shape: int) -> dict[str, Any]:
    """Return a story in one of the shapes, oldest first."""
    comments = []
    for name, parent, text, depth in COMMENTS:
        comment = {
            "short_id": name, "short_id_url": f"https://lobste.rs/c/{name}",
            "created_at": "2022-07-22T14:04:36.000-05:00",
            "is_deleted": name == "e", "is_moderated": False, "score": 3, "flags": 0, "comment": f"<p>{text}</p>\n",
            "commenting_user": user(f"by_{name}", shape),
        }  # fmt: skip
        comment["last_edited_at" if shape == 5 else "updated_at"] = "2022-07-23T14:04:36.000-05:00"
        if shape >= 2:
            comment |= {"parent_comment": parent, "comment_plain": text}
        comment |= {"depth": depth} if shape >= 4 else {"indent_level": None if shape == 3 else depth + 1}
        comments.append(comment)
    return {
        "short_id": "story1", "short_id_url": "https://lobste.rs/s/story1",
        "created_at": "2022-07-22T12:06:59.000-05:00",
        "title": "T", "url": "", "score": 15, "comment_count": 5, "description": "<p>Why &amp;amp; how?</p>",
        "comments_url": "https://lobste.rs/s/story1/t", "submitter_user": user("op", shape), "comments": comments,
    }  # fmt: skip


@pytest.mark.parametrize("shape", [1, 2, 3, 4, 5])
def test_every_shape_gives_the_same_posts(shape, write):
    discussion = read(write(json.dumps(story(shape))))
    posts = discussion.posts.set_index("post_id")
    assert discussion.format == "lobsters"
    assert posts["parent_id"].fillna("").to_dict() == {
        "story1": "", "a": "story1", "b": "a", "c": "b", "d": "a", "e": "story1",
    }  # fmt: skip
    assert posts["author"]["a"] == "by_a"
    assert posts["created_at"]["a"].isoformat() == "2022-07-22T19:04:36+00:00"
    assert posts["text"]["story1"] == "Why &amp; how?"
    assert posts["status"]["e"] == "deleted"
    assert posts["url"]["a"] == "https://lobste.rs/c/a"
    assert discussion.coverage.line() == "read 5 comments · 1 deleted"


ITEM = """<li class="comments_subtree"><input type="checkbox"><div id="c_{0}" data-shortid="{0}" class="comment">
<div class="voters"><a class="upvoter" href="/login">{1}</a></div><div class="details"><div class="byline">
<a href="/~by_{0}"><img alt=""></a><a href="/~by_{0}">by_{0}</a> <a href="/c/{0}">
<time datetime="2022-07-22 14:04:36" data-at-unix="1658516676">3 years ago</time></a></div>
<div class="comment_text"><p>Said {0}.</p></div></div></div><ol class="comments">{2}</ol></li>"""
PAGE = """<!DOCTYPE html><html><head><title>T | Lobsters</title></head><body><ol class="stories"><li class="story"
 data-shortid="story1"><div class="voters"><a class="upvoter">15</a></div>
<span class="link"><a class="u-url">T</a></span>
<div class="byline"><a href="/~op">op</a> <time data-at-unix="1658509619">x</time><span class="comments_label">
| <a>3 comments</a></span></div></li></ol><div class="story_text"><p>Why?</p></div><ol class="comments comments1">
<li class="comments_subtree" id="story_comments"><ol class="comments">{}</ol></li></ol></body></html>"""


def test_a_page_is_read_as_a_tree(write):
    html = PAGE.format(ITEM.format("a", 5, ITEM.format("b", 2, "")) + ITEM.format("c", 1, ""))
    discussion = read(write(html))
    posts = discussion.posts.set_index("post_id")
    assert discussion.format == "lobsters_page"
    assert posts["parent_id"].fillna("").to_dict() == {"story1": "", "a": "story1", "b": "a", "c": "story1"}
    assert posts["text"].to_dict() == {"story1": "Why?", "a": "Said a.", "b": "Said b.", "c": "Said c."}
    assert posts["author"].to_dict() == {"story1": "op", "a": "by_a", "b": "by_b", "c": "by_c"}
    assert posts["created_at"]["b"].timestamp() == 1_658_516_676
    assert posts["score"]["a"] == 5
    assert (discussion.title, discussion.coverage.line()) == ("T", "read 3 comments")


# Walls

PAGES = {
    "Reddit's block page": "<title>Blocked</title>whoa there, pardner! has been blocked due to a network policy reddit",
    "Reddit's bot check": "<title>Reddit - Please wait for verification</title>",
    "Reddit's question for your age": "<title>reddit.com: over 18?</title>",
    "Reddit's login page": "<title>Log in to Reddit</title>",
    "Cloudflare's check for robots": "<title>Just a moment...</title>",
    "Anubis's check for robots": "<title>Making sure you&#39;re not a bot!</title>",
    "Google's consent page": "<title>Before you continue to Google</title><form action='https://consent.google.com/save'>",
    "Hacker News's page for too many requests": "Sorry, we're not able to serve your requests this quickly.",
    "X's login page": "<title>Log in to X / X</title>",
    "a forum's login page": "<title>Log in | The Forum</title>",
    "a page that says access is denied": "<title>403 Forbidden</title>",
    "a page that says too many requests": "<title>429 Too Many Requests</title>",
}


@pytest.mark.parametrize("what", PAGES)
def test_a_wall_is_named_and_answered(what, write):
    with pytest.raises(Exception, match=r"this is .*, not a thread\. .{10,}\.$") as caught:
        read(write(f"<!doctype html><html>{PAGES[what]}</html>"))
    assert what in str(caught.value)
    assert all(wall.advice and (wall.title or wall.signs) for wall in WALLS)


@pytest.mark.parametrize(
    "title", ["Log in with a passkey: is it any good?", "Just a moment of thought", "Forbidden fruit", "Blocked drains"]
)
def test_a_thread_about_walls_is_none(title):
    assert find_wall(f"<html><head><title>{title}</title></head><body><p>I was blocked.</p></body></html>") is None
