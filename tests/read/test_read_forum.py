"""Pages of forums: engines' own markup, JSON-LD, microdata, blocks that are built alike; and what is no thread."""

import json
import random
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from argmine.errors import ArgmineError, SourceError
from argmine.read import read
from argmine.read.forum_engines import ENGINES, MICRODATA
from argmine.read.forum_own import own_posts
from argmine.read.forum_post import Cited, Post
from argmine.read.html_limits import DEEPEST, MOST_ATTRIBUTES, MOST_TAGS

PAGES = Path(__file__).parent / "cases" / "forum_pages"
CASES = json.loads((PAGES / "expected.json").read_text("utf-8"))
FIELDS = ("post_id", "parent_id", "author", "created_at", "score", "text")


def rows(discussion):
    """The posts as plain values, times as ISO text."""
    posts = discussion.posts.assign(created_at=discussion.posts["created_at"].map(lambda at: at.isoformat()))
    found = []
    for row in posts[list(FIELDS)].to_dict("records"):
        found.append({name: None if value != value or value == "NaT" else value for name, value in row.items()})
    return found


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_page_gives_its_posts(name):
    discussion = read(PAGES / f"{name}.html")
    expected = CASES[name]
    assert discussion.format == "forum"
    assert f"the posts were told by {expected['way']}" in discussion.coverage.notes
    assert discussion.title == expected["title"]
    assert rows(discussion) == [dict.fromkeys(FIELDS) | post for post in expected["posts"]]
    assert (discussion.coverage.pages_read, discussion.coverage.pages) == (1, expected.get("pages", 1))


@pytest.mark.parametrize("name", sorted(name for name in CASES if "quotes" in CASES[name]))
def test_quoted_words_are_attributed(name):
    discussion = read(PAGES / f"{name}.html")
    texts = dict(zip(discussion.posts["post_id"], discussion.posts["text"], strict=True))
    marked = discussion.markup[discussion.markup["how"] == "blockquote"].fillna("")
    found = [
        [row.post_id, texts[row.post_id][row.start : row.end], row.source_post_id or None, row.source_author or None]
        for row in marked.itertuples()
    ]
    assert found == CASES[name]["quotes"]


@pytest.mark.parametrize("engine", [*ENGINES, MICRODATA], ids=lambda engine: engine.name)
def test_every_selector_of_the_table_can_be_parsed(engine):
    body = LexborHTMLParser("<p>Text.").body
    lists = [
        engine.post,
        engine.drop,
        engine.quote,
        engine.cite,
        engine.answers,
        engine.pages,
        engine.page,
        engine.preview,
    ]
    values = (
        *engine.body,
        *engine.author,
        *engine.time,
        *engine.identifier,
        *engine.link,
        *engine.score,
        *engine.parent,
    )
    for css in [*lists, *(value.partition("@")[0] for value in values)]:
        if css:
            body.css(css)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("<html><head><title>Log in | Garden talk</title></head><body><form></form></body></html>", "login page"),
        ("<html><head><title>Just a moment...</title></head><body></body></html>", "check for robots"),
        ("<html><body><div id='app'></div><script src='a.js'></script></body></html>", "empty shell"),
        (
            "<html><head><script type='application/ld+json'>"
            '{"@type": "NewsArticle", "headline": "Frost", "articleBody": "It was cold."}</script></head>'
            "<body><h1>Frost</h1><article><p>"
            + "It was a cold night, and many plants died. " * 5
            + "</p></article></body>",
            "an article",
        ),
        (
            "<html><body><h1>All threads</h1>"
            + "".join(
                f"<li class='row'><h3><a href='/t/{n}'>A title of a thread</a></h3><span class='user'>Ann</span>"
                f"<time datetime='2024-01-0{n}'>Jan {n}, 2024</time> and some words that tell of it</li>"
                for n in range(1, 6)
            )
            + "</body></html>",
            "no thread",
        ),
    ],
)
def test_a_page_that_is_no_thread_says_what_it_looks_like(page, says, write):
    with pytest.raises(SourceError, match=says):
        read(write(page, "page.html"))


@pytest.mark.parametrize(
    "page",
    [
        "<html><body>" + "<div>" * 100_000,
        "<html><body>" + "<b></b>" * MOST_TAGS,
        "<html><body><div " + " ".join(f"data-a{n}=1" for n in range(MOST_ATTRIBUTES + 1)) + ">Text.</div>",
        "<html><body>" + "".join(f"<p><b x={n}>x" for n in range(3_000)),
        "<html><body>" + "<blockquote>" * (DEEPEST + 1) + "x",
    ],
    ids=["deep", "many tags", "many attributes", "reopened", "deep quotations"],
)
def test_what_no_parser_reads_in_good_time_is_refused(page, write):
    with pytest.raises(SourceError, match="Save the page again"):
        read(write(page, "page.html"))


def test_deep_quotations_and_deep_replies_are_read_or_refused(write):
    quoted = "<div class='post' id='p1'><div class='content'>Own." + "<blockquote>" * 4_000 + "x</div></div>"
    assert read(write(f"<html><body>{quoted}")).posts["text"].tolist() == ["Own.\n\nx"]
    nested = "".join(f"<li class=comment id=c{n}><div class=comment-content>Reply {n}.</div><ol>" for n in range(90))
    discussion = read(write(f"<html><body>{nested}"))
    assert discussion.posts["depth"].tolist() == list(range(90))


@pytest.mark.parametrize("name", sorted(CASES))
def test_mutated_pages_are_read_or_refused(name, write):
    page = (PAGES / f"{name}.html").read_bytes()
    chance = random.Random(name)
    for _ in range(8):
        mutant = bytearray(page)
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(mutant))
            kind = chance.randrange(4)
            if kind == 0:
                mutant[at] = chance.randrange(256)
            elif kind == 1:
                del mutant[at : at + chance.randrange(1, 300)]
            elif kind == 2:
                mutant[at:at] = mutant[at : at + chance.randrange(1, 300)]
            else:
                mutant[at:at] = chance.choice([b"<blockquote>", b"</div>", b"&#", b'"', b"<!--", b"\x00", b"<table>"])
        try:
            discussion = read(write(bytes(mutant), "mutant.html"))
        except ArgmineError:
            continue
        assert discussion.posts["post_id"].is_unique


def test_broken_json_ld_is_as_good_as_none(write):
    stated = '{"@type": "Comment", "text": "a\nb", "upvoteCount": ' + "9" * 5_000 + "}"
    page = f'<!DOCTYPE html><title>T</title><script type="application/ld+json">{stated}</script><p>Hi'
    with pytest.raises(SourceError, match="an empty shell"):
        read(write(page))


SENT = "Sent from my VX-9 using Workshop mobile app"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (f"It cuts.\n\n{SENT}", "It cuts."),
        ("It cuts.\n\nSent from my iPhone", "It cuts."),
        (SENT, SENT),
        ("It was sent from my heart.\n\nSent from my heart", "It was sent from my heart.\n\nSent from my heart"),
        ("Re: Slow wheels\n\nIt cuts.", "It cuts."),
        ("Slow wheels\n\nIt cuts.", "It cuts."),
        ("Re: Slow wheels", "Re: Slow wheels"),
        ("Slow wheels cut, says the title.\n\nThey do.", "Slow wheels cut, says the title.\n\nThey do."),
    ],
)
def test_what_a_forum_adds_to_a_reply_is_left_out(text, own):
    opening = Post("Which wheel?", key="1")
    _, reply = own_posts([opening, Post(text, key="2")], "Slow wheels - Workshop")
    assert reply.text == own


def test_marks_move_with_the_words_that_stay():
    text = f"Re: Slow wheels\n\nQuoted. Own.\n\n{SENT}"
    marks = [(0, 15, "link"), (17, 24, "blockquote"), (25, len(text), "code")]
    post = Post(text, marks, key="2", cited=[Cited(17, 24, ("1",)), Cited(0, 0, ("7",))])
    _, reply = own_posts([Post("Which?", key="1"), post], "Slow wheels")
    assert [(reply.text[start:end], how) for start, end, how in reply.marks] == [
        ("Quoted.", "blockquote"),
        ("Own.", "code"),
    ]
    assert [(one.start, one.end) for one in reply.cited] == [(0, 7), (0, 0)]


def test_a_post_that_is_shown_twice_is_one_and_its_replies_stay():
    posts = [Post("A.", key="1"), Post("A.", key="1"), Post("B.", key="2", above=1), Post("C.", key="1")]
    kept = own_posts(posts, "")
    assert [(post.text, post.above) for post in kept] == [("A.", None), ("B.", 0), ("C.", None)]
