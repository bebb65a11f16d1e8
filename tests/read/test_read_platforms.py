"""Forums and networks in files: what is made of the sample threads in `data/threads/formats`."""

import json
from pathlib import Path

import pytest

from argmine.errors import SourceError
from argmine.read import FORMATS, read
from argmine.read.markdown import markdown_marks
from argmine.read.x_posts import FORMAT as X
from argmine.split import split
from argmine.tables import POSTS, conform

SAMPLES = Path(__file__).parents[2] / "data" / "threads" / "formats"
LINES = {
    "bluesky.json": ("bluesky", "read 3 comments · 3 stubs not loaded · 1 deleted"),
    "convokit": ("convokit", "read 3 comments"),
    "discourse.json": ("discourse", "read 4 of 7 comments · 2 stubs not loaded · 1 deleted"),
    "discourse_page.html": ("discourse_page", "read 4 comments · 1 deleted · 1 of 2 pages"),
    "discourse_posts.jsonl": ("discourse", "read 4 comments · 1 deleted"),
    "feed.atom": ("feed", "read 2 entries"),
    "feed.rss": ("feed", "read 2 entries"),
    "github.json": ("github", "read 5 comments"),
    "github_discussion.json": ("github_graphql", "read 3 of 4 comments"),
    "github_graphql.json": ("github_graphql", "read 4 comments"),
    "hn_item.json": ("hn_item", "read 4 comments · 1 deleted"),
    "lemmy.json": ("lemmy", "read 5 comments · 1 deleted"),
    "lemmy_page.html": ("lemmy", "read 5 comments · 1 deleted"),
    "mastodon.json": ("mastodon", "read 4 comments · 1 answers a post that is not here"),
    "paragraphs.txt": ("text", "read 5 paragraphs"),
    "rows.csv": ("csv", "read 5 rows · 1 deleted · 1 answers a post that is not here"),
    "stack_exchange.json": ("stack_exchange", "read 4 comments"),
    "stack_exchange_page.html": ("stack_exchange_page", "read 4 of 7 comments · 3 stubs not loaded"),
    "x.json": ("x", "read 4 comments · 1 answers a post that is not here"),
    "x_v2.json": ("x", "read 2 comments"),
}


def posts_of(name):
    posts = read(SAMPLES / name).posts
    return posts.astype(object).where(posts.notna(), None).set_index("post_id").to_dict("index")


def marked(discussion, how):
    texts = dict(zip(discussion.posts["post_id"], discussion.posts["text"], strict=True))
    return [texts[row.post_id][row.start : row.end] for row in discussion.markup.itertuples() if row.how == how]


@pytest.mark.parametrize("name", LINES)
def test_a_sample_is_recognised_and_counted(name):
    discussion = read(SAMPLES / name)
    assert (discussion.format, discussion.coverage.line()) == LINES[name]
    assert discussion.posts.equals(conform(discussion.posts, POSTS))


@pytest.mark.parametrize("name", LINES)
def test_a_named_format_reads_what_was_recognised(name):
    discussion = read(SAMPLES / name)
    assert read(SAMPLES / name, format=discussion.format).posts.equals(discussion.posts)


def test_a_discourse_post_has_its_words_and_no_others():
    posts = posts_of("discourse.json")
    assert posts["501"]["text"] == (
        "Should a lab pay for the books it trains on? I say yes & soon.\n\nWriters live on royalties.\n\n"
        "See this table (https://example.org/royalties?a=1&b=2)."
    )
    assert posts["503"]["text"] == "Reading is free\n\nA person reads one book a week. @ada is right."
    assert (posts["503"]["parent_id"], posts["504"]["parent_id"], posts["506"]["parent_id"]) == (None, "503", "504")
    assert (posts["504"]["status"], posts["504"]["text"]) == ("deleted", "")
    assert posts["502"]["url"] == "https://forum.example.org/t/should-models-pay/77/2"
    assert posts["502"]["score"] == 2
    assert posts["502"]["created_at"].isoformat() == "2026-03-02T09:15:00.120000+00:00"
    assert marked(read(SAMPLES / "discourse.json"), "code") == ["if paid:\n    train(<books>)"]


def test_a_quotation_of_discourse_is_attributed_though_the_quoted_post_is_elsewhere():
    discussion = read(SAMPLES / "discourse.json")
    _, quotations = split(discussion.posts, discussion.markup)
    found = [
        (row.post_id, row.source_post_id, row.source_author, row.how)
        for row in quotations.astype(object).where(quotations.notna(), None).itertuples()
    ]
    assert found == [("503", "502", "ben", "blockquote, exact"), ("506", None, "eve", "blockquote, named")]


def test_a_saved_topic_prefers_the_data_that_it_carries(tmp_path):
    page = (SAMPLES / "discourse_page.html").read_text(encoding="utf-8")
    topic = json.loads((SAMPLES / "discourse.json").read_text(encoding="utf-8"))
    carried = json.dumps({"topic_77": json.dumps(topic)}).replace("&", "&amp;").replace('"', "&quot;")
    path = tmp_path / "page.html"
    path.write_text(page.replace("</body>", f'<div id="data-preloaded" data-preloaded="{carried}"></div></body>'))
    discussion = read(path)
    assert discussion.format == "discourse_page"
    assert dict(zip(discussion.posts["post_id"], discussion.posts["parent_id"], strict=True))["502"] == "501"


def test_a_lemmy_comment_stands_under_the_last_but_one_of_its_path():
    posts = posts_of("lemmy_page.html")
    assert {name: post["parent_id"] for name, post in posts.items()} == {
        "p900": None,
        "11": "p900",
        "12": "11",
        "13": "12",
        "14": "p900",
        "15": "14",
    }
    # Two accounts of one name on two instances are two people.
    assert (posts["11"]["author"], posts["13"]["author"]) == ("nia@lemmy.example.org", "nia@other.example.net")
    assert posts["12"]["author"] == "omar"
    assert posts["11"]["text"] == "Weights that are open can be audited & mended."


def test_answers_and_comments_of_a_question_stand_under_what_they_are_about():
    for name, comments in (("stack_exchange.json", ("c40", "c55")), ("stack_exchange_page.html", ("c70", "c71"))):
        posts = posts_of(name)
        assert [posts[one]["parent_id"] for one in ("41", "42", *comments)] == ["40", "40", "40", "41"]
        assert posts["42"]["text"] == "No, it is copying."
        assert read(SAMPLES / name).title == 'Is it "fair use" to train on code?'
    assert posts_of("stack_exchange.json")["41"]["author"] == "Señor 3"
    # The one who edited an answer is not its author.
    assert posts_of("stack_exchange_page.html")["41"]["author"] == "user3"


def test_github_comments_stand_under_their_thread_and_reviews_without_words_are_no_posts():
    posts = posts_of("github.json")
    assert posts["example/terms#5"]["text"].strip() == "May models be trained on *this* repository?"
    assert posts["4001"]["parent_id"] == "example/terms#5"
    assert posts["r6002"]["parent_id"] == "r6001"
    assert "review7002" not in posts
    archive = posts_of("github_graphql.json")
    assert archive["example/drafts#2-review1-1"]["author"] == "vic"
    assert [post["author"] for post in posts_of("github_discussion.json").values()] == ["zoe", "abe", "zoe", None]


def test_names_that_only_address_a_reply_are_left_out():
    posts = posts_of("mastodon.json")
    assert posts["101"]["text"] == "AI, again\n\nModels should say what they were trained on."
    assert (
        posts["102"]["text"] == "All of it? That list is longer than the model & https://example.org/a/very/long/list"
    )
    assert posts["103"]["text"] == "Yes.\nAll of it."
    tweets = posts_of("x.json")
    assert tweets["203"]["text"] == "Then pay for <both>."
    assert tweets["201"]["text"] == "Artists want licences & credit. https://example.org/licence?x=1&y=2"
    assert posts_of("x_v2.json")["302"]["text"] == "Credit is cheap, licences are not, and nobody reads them."


def test_a_repost_is_wholly_a_quotation():
    discussion = read(SAMPLES / "x.json")
    claims, quotations = split(discussion.posts, discussion.markup)
    assert set(claims.loc[claims["post_id"] == "204", "kind"]) == {"quote"}
    assert quotations[["post_id", "source_post_id", "source_author"]].to_numpy().tolist() == [["204", "201", "gil"]]


def test_links_of_bluesky_are_bytes_of_the_text():
    discussion = read(SAMPLES / "bluesky.json")
    assert marked(discussion, "link") == ["https://example.org/memory-of-models"]
    assert "keeps nothing: https://example.org/memory-of-models" in " ".join(discussion.posts["text"].fillna(""))
    assert sorted(discussion.posts["status"]) == ["deleted", "ok", "ok", "ok", "stub"]


def test_a_corpus_is_its_folder_or_the_file_in_it(tmp_path):
    folder, alone = read(SAMPLES / "convokit"), read(SAMPLES / "convokit" / "utterances.jsonl")
    assert folder.posts.equals(alone.posts)
    assert list(folder.posts["thread_id"].unique()) == ["k1", "m1"]
    assert "Renting costs more & teaches less." in set(folder.posts["text"])
    with pytest.raises(SourceError, match="no ConvoKit corpus"):
        read(tmp_path)


def test_replies_of_a_feed_are_found_where_it_names_them():
    assert [post["parent_id"] for post in posts_of("feed.rss").values()] == [
        None,
        "https://blog.example.org/?p=7#comment-31",
    ]
    atom = posts_of("feed.atom")
    assert atom["tag:list.example.org,2026:3"]["parent_id"] == "tag:list.example.org,2026:2"
    assert (
        atom["tag:list.example.org,2026:3"]["text"] == "Asking does not scale: see robots (https://example.org/robots)."
    )


@pytest.mark.parametrize(
    ("feed", "complaint"),
    [
        ("<rss><channel><title>Empty</title></channel></rss>", "no entries"),
        ("<rss><channel><item><title>Cut", "broken XML"),
        ('<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]><rss><channel/></rss>', "declares entities"),
    ],
)
def test_a_feed_that_is_none(feed, complaint, write):
    with pytest.raises(SourceError, match=complaint):
        read(write(feed), format="feed")


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("plain", []),
        ("a `b` c", [(2, 5, "code")]),
        ("```\nx = 1\n```\nafter `y`", [(0, 13, "code"), (20, 23, "code")]),
        ("~~~\nopen to the end", [(0, 19, "code")]),
        ("- item\n\n    not code", []),
        ("so:\n\n    code\n    more\n\nend", [(9, 22, "code")]),
        ("[a](https://a.org/b_(c)) https://d.org.", [(0, 24, "link"), (25, 38, "link")]),
        ("`https://a.org`", [(0, 15, "code")]),
    ],
)
def test_marks_of_markdown(text, marks):
    assert markdown_marks(text) == marks


def test_a_chain_of_100_000_replies_and_a_post_of_many_megabytes(write):
    deep = json.dumps([
        {"id_str": str(n), "full_text": "So.", "user": {"screen_name": "a"}, "in_reply_to_status_id_str": str(n - 1)}
        for n in range(1, 100_001)
    ])  # fmt: skip
    assert read(write(deep)).posts["depth"].max() == 99_999
    long = json.dumps([{"id_str": "1", "full_text": "word " * 4_000_000, "user": {"screen_name": "a"}}])
    assert len(read(write(long)).posts["text"][0]) == 20_000_000


def test_x_is_never_read_live():
    assert not X.is_live
    assert {name for name, format_ in FORMATS.items() if format_.is_live} >= {
        "discourse", "lemmy", "stack_exchange", "github", "mastodon", "bluesky"
    }  # fmt: skip


@pytest.mark.parametrize("name", ["bluesky", "discourse", "github", "github_graphql", "lemmy", "mastodon", "x"])
def test_a_file_of_another_kind_is_not_read_as_a_named_format(name, write):
    with pytest.raises(SourceError, match=f"read as {name}, there is no post in it"):
        read(write('{"cats": []}'), format=name)
