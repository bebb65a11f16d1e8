"""Saved pages of Hacker News, one in each generation of its markup, and the shape of Firebase."""

import json
from pathlib import Path

import pytest

from argmine.errors import SourceError
from argmine.read import read

HEAD_2026 = """<html lang="en" op="item"><head><title>A letter | Hacker News</title></head><body>
<a href="https://news.ycombinator.com">Hacker News</a><table class="fatitem"><tr class="athing submission" id="1">
<td class="title"><span class="titleline"><a href="https://a.org/">A letter</a></span></td></tr><tr><td class="subtext">
<span class="subline"><span class="score" id="score_1">30 points</span> by <a href="user?id=op" class="hnuser">op</a>
<span class="age" title="2026-06-09T20:00:00 1781035200"><a href="item?id=1">1 day ago</a></span> |
<a href="item?id=1">5&nbsp;comments</a></span></td></tr><tr><td><div class="toptext">Why?<p>So.</div></td></tr></table>
<table class="comment-tree">"""
ROW_2026 = """<tr class="athing comtr" id="{id}"><td><table border="0"><tr><td class="ind" indent="{depth}">
<img src="s.gif" height="1" width="{width}"></td><td class="votelinks"></td><td class="default"><div>
<span class="comhead">{author}
<span class="age" title="2026-06-09T20:50:29 1781038229"><a href="item?id={id}">1 hour ago</a></span>
<a class="togg clicky" n="3">[–]</a>{flag}</span></div><br><div class="comment">{body}
<div class="reply"><p><font size="1"><u><a href="reply?id={id}">reply</a></u></font></div></div></td></tr></table></td>
</tr>"""
HEAD_2018 = HEAD_2026.replace('class="titleline"', 'class="old"').replace(
    '<a href="https://a.org/">', '<a class="storylink">'
)
ROW_2018 = ROW_2026.replace(' indent="{depth}"', "")
BODY = '<{0} class="commtext c00">{1}</{0}>'
USER = '<a href="user?id={0}" class="hnuser">{0}</a>'
LINK = '<a href="https:&#x2F;&#x2F;a.org&#x2F;long" rel="nofollow">https:&#x2F;&#x2F;a.org&#x2F;lo...</a>'
ROWS = [
    (2, 0, "ann", f"&gt; quoted<p>It&#x27;s {LINK}"),
    (3, 1, "bob", "R&amp;D &amp;gt;"),
    (4, 2, None, None),
    (5, 1, "eve", "[flagged]"),
    (6, 0, "joe", "Root."),
]


def page(generation: str, more: bool = False) -> str:
    tag = "div" if generation == "2026" else "span"
    head, row = (HEAD_2026, ROW_2026) if generation == "2026" else (HEAD_2018, ROW_2018)
    rows = [
        row.format(
            id=number, depth=depth, width=40 * depth, author=USER.format(author) if author else "", flag="",
            body=BODY.format(tag, body) if body else "",
        )
        for number, depth, author, body in ROWS
    ]  # fmt: skip
    link = '<a href="item?id=1&p=2" class="morelink" rel="next">More</a>' if more else ""
    return head + "".join(rows) + f"</table>{link}</body></html>"


@pytest.mark.parametrize("generation", ["2026", "2018"])
def test_a_page_is_read_as_a_tree(generation, write):
    discussion = read(write(page(generation)))
    posts = discussion.posts.set_index("post_id")
    assert discussion.format == "hn_page"
    assert (discussion.title, discussion.url) == ("A letter", "https://news.ycombinator.com/item?id=1")
    assert posts["parent_id"].fillna("").to_dict() == {"1": "", "2": "1", "3": "2", "4": "3", "5": "2", "6": "1"}
    assert posts["text"].to_dict() == {
        "1": "Why?\n\nSo.", "2": "> quoted\n\nIt's https://a.org/long", "3": "R&D &gt;", "4": "", "5": "", "6": "Root.",
    }  # fmt: skip
    assert posts["status"].to_dict() == {"1": "ok", "2": "ok", "3": "ok", "4": "deleted", "5": "dead", "6": "ok"}
    assert posts["author"]["2"] == "ann"
    assert posts["created_at"]["2"].isoformat() == "2026-06-09T20:50:29+00:00"
    assert posts["score"]["1"] == 30
    assert discussion.coverage.line() == "read 5 comments · 1 deleted · 1 dead"
    assert discussion.coverage.notes == ()


def test_a_mark_of_any_kind_may_stand_in_an_identifier(write):
    row = ROW_2026.format(id=2, depth=0, width=0, author=USER.format("ann"), flag="", body=BODY.format("div", "Yes."))
    old = HEAD_2026.replace('<tr class="athing submission" id="1">', '<tr><td><a id="up_1(x" href="vote">^</a></td>')
    found = read(write(old + row + "</table></body></html>", "page.html"))
    assert "Yes." in found.posts["text"].tolist()


def test_a_page_says_that_there_are_more(write):
    coverage = read(write(page("2026", more=True))).coverage
    assert coverage.line().endswith("1 of 2 pages")
    assert "on other pages" in coverage.notes[-1]


ROW_2014 = """<tr><td><table border="0"><tr><td><img src="s.gif" height="1" width="{width}"></td><td valign="top"></td>
<td class="default"><div><span class="comhead">
<a href="https://news.ycombinator.com/user?id={author}">{author}</a> 3 days ago
 | <a href="https://news.ycombinator.com/item?id={id}">link</a></span></div><br>
<span class="comment"><font color="#000000">{body}</font></span><p><font size="1"><u>
<a href="reply?id={id}">reply</a></u></font></p></td></tr></table></td></tr>"""
PAGE_2014 = """<html><head><title>A letter | Hacker News</title></head><body><a href="https://news.ycombinator.com/news">
Hacker News</a><table><tr><td class="title"><a href="https://a.org">A letter</a></td></tr><tr><td class="subtext">
<span id="score_1">48 points</span> by <a href="https://news.ycombinator.com/user?id=op">op</a> 3 days ago |
<a href="item?id=1">2 comments</a></td></tr></table><table>{}</table></body></html>"""


def test_a_page_of_2014_has_its_depth_in_a_picture(write):
    rows = ROW_2014.format(width=0, author="ann", id=2, body='One.<p><font color="#000000">Two.</font>')
    rows += ROW_2014.format(width=40, author="bob", id=3, body="Three.")
    discussion = read(write(PAGE_2014.format(rows)))
    assert list(discussion.posts["text"]) == ["", "One.\n\nTwo.", "Three."]
    assert list(discussion.posts["parent_id"].fillna("")) == ["", "1", "2"]
    assert list(discussion.posts["author"]) == ["op", "ann", "bob"]
    assert (discussion.title, discussion.coverage.claimed) == ("A letter", 2)
    assert "times are only relative" in discussion.coverage.notes[0]


def test_a_firebase_item_alone_says_what_it_does_not_hold(write):
    item = {"by": "op", "descendants": 4, "id": 1, "kids": [2, 3], "score": 5, "text": "Why?", "time": 1_600_000_000,
            "title": "T", "type": "story"}  # fmt: skip
    discussion = read(write(json.dumps(item)))
    assert (discussion.format, discussion.title) == ("hn_list", "T")
    assert discussion.coverage.line() == "read 0 of 4 comments · 2 stubs not loaded"


def test_a_list_of_stories_is_read_by_its_titles(write):
    stories = [{"by": "a", "id": n, "time": 1_600_000_000, "title": f"Title {n}", "type": "story"} for n in (1, 2)]
    stories.append({"by": "b", "id": 3, "time": 1_600_000_000, "text": "It&#x27;s", "title": "x", "type": "job"})
    discussion = read(write(json.dumps(stories)))
    assert list(discussion.posts["text"]) == ["Title 1", "Title 2", "It's"]
    assert discussion.coverage.line() == "read 3 stories"


def test_a_format_that_does_not_fit_is_said(write):
    for name in ("hn_item", "hn_list", "hn_page", "lobsters", "reddit_export", "reddit_feed", "reddit_page"):
        with pytest.raises(SourceError):
            read(write('{"some": "thing"}'), format=name)


def test_the_hits_of_a_search_are_read(write):
    sample = Path(__file__).parents[2] / "data" / "threads" / "formats" / "hn_search.json"
    answer = json.loads(sample.read_text(encoding="utf-8"))
    answer["hits"].append(
        {"objectID": "900001", "title": "A &amp; B", "story_text": "Why?", "created_at_i": 1770001201}
    )
    discussion = read(write(json.dumps(answer)))
    assert (discussion.format, discussion.title) == ("hn_search", "A public list of training data")
    assert list(discussion.posts["text"]) == ["Why?", "A list is cheap.", "It isn't.\n\n> cheap"]
    assert list(discussion.posts["depth"]) == [0, 1, 2]
    assert discussion.coverage.line() == "read 2 of 3 comments · 1 of 2 pages"
    recording = [{"url": "/api", "reply": answer}, {"url": "/api", "reply": answer}]
    assert read(write(json.dumps(recording))).coverage.read == 2
