"""Reddit: listings and stubs, dumps plain and compressed, exports, pages of both designs, feeds."""

import io
import json
import random
import tracemalloc
from typing import Any

import pytest
import zstandard

from argmine.errors import SourceError
from argmine.read import read
from argmine.read.reddit_dump import dump_lines


def comment(name: str, parent: str, body: str = "Words.", **more: Any) -> dict[str, Any]:
    return {
        "id": name, "name": f"t1_{name}", "parent_id": parent, "link_id": "t3_p", "author": f"by_{name}", "body": body,
        "created_utc": 1_600_000_000 + len(name), "score": 3, "replies": "", "permalink": f"/r/s/comments/p/t/{name}/",
    } | more  # fmt: skip


def thing(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "data": data}


def listing(*children: dict[str, Any]) -> dict[str, Any]:
    return thing("Listing", {"children": list(children)})


def more(parent: str, *children: str) -> dict[str, Any]:
    return thing("more", {"id": children[0] if children else "_", "parent_id": parent, "count": len(children),
                          "children": list(children)})  # fmt: skip


POST = {
    "id": "p", "name": "t3_p", "title": "R&amp;D?", "selftext": "Is it &gt; 3?", "author": "op", "subreddit": "s",
    "created_utc": "1600000000", "num_comments": 9, "score": 7, "permalink": "/r/s/comments/p/t/", "is_self": True,
}  # fmt: skip


def thread(*children: dict[str, Any]) -> list[dict[str, Any]]:
    return [listing(thing("t3", POST)), listing(*children)]


def test_a_listing_is_read_as_a_tree(write):
    inner = comment(
        "aa", "t1_a", "[deleted]", author="[deleted]", replies=listing(thing("t1", comment("aaa", "t1_aa")))
    )
    outer = comment(
        "a", "t3_p", "&gt; Q\n\nNo &amp;amp; yes.", created_utc=1_600_000_001.5, replies=listing(thing("t1", inner))
    )
    kept = comment("b", "t3_p", "Kept.", author="[deleted]")
    removed = comment("c", "t3_p", "[removed]", score_hidden=True)
    bot = comment("d", "t3_p", "I am a bot.", author="AutoModerator")
    discussion = read(
        write(json.dumps(thread(*(thing("t1", c) for c in (outer, kept, removed, bot)), more("t3_p", "e"))))
    )
    posts = discussion.posts.set_index("post_id")
    assert discussion.format == "reddit_listing"
    assert discussion.title == "R&D?"
    assert posts["text"].to_dict() == {
        "p": "Is it > 3?", "a": "> Q\n\nNo &amp; yes.", "aa": "", "aaa": "Words.", "b": "Kept.", "c": "",
        "d": "I am a bot.",
    }  # fmt: skip
    assert posts["parent_id"].fillna("").to_dict() == {
        "p": "", "a": "p", "aa": "a", "aaa": "aa", "b": "p", "c": "p", "d": "p",
    }  # fmt: skip
    assert posts["status"].to_dict() | {"aa": "deleted", "c": "removed"} == posts["status"].to_dict()
    assert posts["author"].isna().to_dict()["b"]
    assert posts["created_at"]["a"].isoformat() == "2020-09-13T12:26:41.500000+00:00"
    assert posts["url"]["a"] == "https://www.reddit.com/r/s/comments/p/t/a/"
    assert posts["score"].isna().to_dict()["c"]
    assert discussion.coverage.line() == "read 6 of 9 comments · 1 stub not loaded · 1 deleted · 1 removed"
    assert discussion.coverage.notes[-1] == "comments by AutoModerator, a program: 1"


def test_a_raw_listing_is_not_decoded_again(write):
    raw = comment("a", "t3_p", "Write &gt; for >.", body_html='<div class="md"><p>Write &amp;gt; for &gt;.</p></div>')
    assert read(write(json.dumps(thread(thing("t1", raw))))).posts["text"][1] == "Write &gt; for >."


@pytest.mark.parametrize(
    ("stub", "loaded", "stubs"),
    [
        (more("t3_p", "b", "c"), [], 1),
        (more("t3_p", "b", "c"), ["b"], 1),
        (more("t3_p", "b", "c"), ["b", "c"], 0),
        (more("t1_a"), [], 1),
        (more("t1_b"), ["b"], 1),
    ],
)
def test_a_stub_counts_until_all_of_it_is_here(stub, loaded, stubs, write):
    answer = {"json": {"errors": [], "data": {"things": [thing("t1", comment(name, "t3_p")) for name in loaded]}}}
    saved = [*thread(thing("t1", comment("a", "t3_p")), stub), {"request_uri": "https://x", "response": answer}]
    coverage = read(write(json.dumps(saved))).coverage
    assert (coverage.read, coverage.stubs) == (1 + len(loaded), stubs)


def test_continue_this_thread_is_filled_by_a_reply(write):
    answer = {"json": {"data": {"things": [thing("t1", comment("b", "t1_a"))]}}}
    assert (
        read(write(json.dumps([*thread(thing("t1", comment("a", "t3_p")), more("t1_a")), answer]))).coverage.stubs == 0
    )


def test_a_deep_chain_of_replies_in_a_listing(write):
    depth = 10_000  # each reply nests the JSON four levels deeper
    head = '{"kind":"t1","data":{"id":"c%d","link_id":"t3_p","author":"a","body":"t","created_utc":%d,"replies":'
    chain = "".join(
        head % (number, 1_600_000_000 + number) + '{"kind":"Listing","data":{"children":[' for number in range(depth)
    )
    text = '{"kind":"Listing","data":{"children":[' + chain + "]}}}}" * depth + "]}}"
    assert read(write(text)).posts["depth"].iloc[-1] == depth - 1


def test_a_chain_of_20_000_replies_in_a_dump(write):
    line = '{"id":"c%d","parent_id":"%s","link_id":"t3_p","author":"a","body":"t","created_utc":%d}'
    lines = [
        line % (number, f"t1_c{number - 1}" if number else "t3_p", 1_600_000_000 + number) for number in range(20_000)
    ]
    assert read(write("\n".join(reversed(lines)))).posts["depth"].iloc[-1] == 19_999


# Dumps

LINES = [
    comment("a", "t3_p", "&gt; Q&amp;A", created_utc="1600000000"),
    comment("c", "t1_b", created_utc=1_600_000_002),
    comment("b", "t1_a", created_utc=1_600_000_001.0),
    comment("d", "t1_gone", "[removed]"),
    comment("e", "t1_e"),
    comment("f", "t1_g"),
    comment("g", "t1_f"),
    comment("a", "t3_p", "Another with that name."),
]


def as_lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.mark.parametrize("compressed", [False, True])
def test_a_dump_is_read_in_whatever_order_it_came(compressed, write):
    data = as_lines(LINES)
    if compressed:
        parameters = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=False)
        data = zstandard.ZstdCompressor(compression_params=parameters).compress(data)
    discussion = read(write(data, "RC.zst"))
    posts = discussion.posts.set_index("post_id")
    assert discussion.format == ("reddit_archive" if compressed else "reddit_dump")
    assert posts["parent_id"]["c"] == "b"
    assert posts["depth"]["c"] == 2
    assert posts["text"]["a"] == "> Q&A"
    assert posts["text"]["a~2"] == "Another with that name."
    assert set(posts["thread_id"]) == {"p"}
    assert discussion.coverage.line() == (
        "read 8 comments · 1 removed · 1 answers a post that is not here · 1 answers itself · 1 reply cycle cut"
        " · 1 repeated identifier"
    )


def test_submissions_are_read_with_their_titles(write):
    rows = [POST | {"id": name, "selftext": text} for name, text in (("x", ""), ("y", "More."), ("z", "[deleted]"))]
    discussion = read(write(as_lines(rows)))
    assert list(discussion.posts["text"]) == ["R&D?", "R&D?\n\nMore.", "R&D?"]
    assert discussion.coverage.line() == "read 3 submissions"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zstandard.compress(as_lines(LINES))[:-30], "cut short"),
        (zstandard.ZstdCompressor().compress(b"no json\n"), "line 1 is not JSON"),
        (zstandard.compress(b"[1]\n"), "line 1 holds an array of 1 number, not an object"),
        (zstandard.compress(b'{"a": 1}\n'), "no line is a comment or a submission of Reddit's"),
        (b"\x28\xb5\x2f\xfdgarbage", "the Zstandard archive cannot be read"),
    ],
)
def test_a_broken_archive_is_said(data, message, write):
    with pytest.raises(SourceError, match=message):
        read(write(data))


def test_an_archive_is_streamed_at_flat_memory(tmp_path):
    words = random.Random(0).choices(range(1_000_000), k=20_000)
    peaks = []
    for n_lines in (1_000, 8_000):
        path = tmp_path / f"{n_lines}.zst"
        with path.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as writer:
            for number in range(n_lines):
                body = " ".join(map(str, words[number * 7 % 19_000 :][:200]))
                writer.write(json.dumps(comment(str(number), "t3_p", body)).encode() + b"\n")
        tracemalloc.start()
        with path.open("rb") as stream:
            assert sum(1 for _ in dump_lines(stream, "dump", compressed=True)) == n_lines
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0] < 16 * 2**20


def test_a_line_without_end_is_given_up():
    endless = zstandard.compress(bytes(80 * 2**20))
    with pytest.raises(SourceError, match="a line is longer than 64 MiB"):
        list(dump_lines(io.BytesIO(endless), "bomb", compressed=True))


# Exports


def titled(name: str, parent: str, text: str) -> dict[str, Any]:
    return {"Parent ID": parent, "Comment ID": name, "Author": "ann", "Date Created": "06-14-2020 13:54:05",
            "Upvotes": 3, "Text": text, "Edited?": False, "Is Submitter?": False, "Stickied?": False}  # fmt: skip


NEWER = {
    "scrape_settings": {"style": "structured"},
    "data": {
        "submission_metadata": {"author": "u/op", "created_utc": "03-23-2021 20:52:36", "num_comments": 4, "title": "T",
                                "permalink": "/r/s/comments/p/t/", "score": 5, "selftext": "Why?"},
        "comments": [comment("a", "t3_p", "Yes > no.", author="u/ann", created_utc="03-23-2021 23:41:20",
                             replies=[comment("b", "t1_a", author="[deleted]", replies=[])])],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("export", "parents"),
    [
        ({"a": [titled("a", "t3_p", "Top.")], "b": [titled("b", "t1_a", "Reply.")]}, {"a": "p", "b": "a"}),
        (
            {
                "a": [
                    [titled("a", "t3_p", "Top.")],
                    {"b": [titled("b", "t1_a", "Reply."), {"c": [titled("c", "t1_b", "?")]}]},
                ]
            },
            {"a": "p", "b": "a", "c": "b"},
        ),
        (NEWER, {"p": "", "a": "p", "b": "a"}),
        ([comment("a", "t3_p", replies=[comment("b", "t1_a", replies=[])])], {"a": "p", "b": "a"}),
    ],
)
def test_exports_of_tools_are_read(export, parents, write):
    discussion = read(write(json.dumps(export)))
    assert discussion.format == "reddit_export"
    assert dict(zip(discussion.posts["post_id"], discussion.posts["parent_id"].fillna(""), strict=True)) == parents
    assert discussion.posts["created_at"].notna().all()
    assert not discussion.posts["author"].str.startswith("u/").any()


def test_an_export_tells_its_submission(write):
    discussion = read(write(json.dumps(NEWER)))
    assert (discussion.title, discussion.coverage.line()) == ("T", "read 2 of 4 comments")
    assert discussion.posts["author"][0] == "op"
    assert "taken as UTC" in discussion.coverage.notes[0]


# Pages and feeds

OLD_COMMENT = """<div class=" thing id-t1_{0} noncollapsed comment " data-fullname="t1_{0}" data-type="comment"
 data-author="by_{0}" data-permalink="/r/s/comments/p/t/{0}/"><div class="entry unvoted"><p class="tagline">
<span class="score unvoted" title="12">12 points</span> <time datetime="2026-03-04T18:58:33+00:00">now</time>
<time class="edited-timestamp" datetime="2026-03-05T00:00:00+00:00">later</time></p><form class="usertext">
<div class="usertext-body"><div class="md">{1}</div></div></form></div><div class="child">{2}</div></div>"""
OLD_PAGE = """<!doctype html><html><head><title>T : s</title></head><body><div class=" thing id-t3_p link "
 data-fullname="t3_p" data-author="op" data-timestamp="1772650712000" data-comments-count="5" data-score="9"
 data-permalink="/r/s/comments/p/t/"><div class="entry"><a class="title may-blank" href="#">The title</a>
<div class="expando"><form><div class="usertext-body"><div class="md"><p>Why?</p></div></div></form></div></div></div>
<div class="commentarea">{}</div></body></html>"""


def test_an_old_page_is_read(write):
    inner = OLD_COMMENT.format("b", "<p>[deleted]</p>", "").replace('data-author="by_b"', "")
    stub = '<div class="thing morechildren"><span class="morecomments"><a>load more comments</a></span></div>'
    body = '<blockquote><p>Q</p></blockquote><p>So <a href="https://a.org/x">it</a> is &amp;gt;.</p>'
    discussion = read(write(OLD_PAGE.format(OLD_COMMENT.format("a", body, inner) + stub)))
    posts = discussion.posts
    assert discussion.format == "reddit_page"
    assert list(posts["text"]) == ["Why?", "Q\n\nSo it (https://a.org/x) is &gt;.", ""]
    assert list(posts["parent_id"].fillna("")) == ["", "p", "a"]
    assert list(posts["status"]) == ["ok", "ok", "deleted"]
    assert list(posts["score"]) == [9, 12, 12]
    assert posts["created_at"][1].isoformat() == "2026-03-04T18:58:33+00:00"
    assert posts["url"][1] == "https://www.reddit.com/r/s/comments/p/t/a/"
    assert (discussion.title, discussion.coverage.line()) == (
        "The title", "read 2 of 5 comments · 1 stub not loaded · 1 deleted"
    )  # fmt: skip
    assert list(discussion.markup["how"]) == ["blockquote", "link"]


NEW_POST = """<!DOCTYPE html><html><body><shreddit-post id="t3_p" author="op" post-title="The title" score="4"
 comment-count="73" permalink="/r/s/comments/p/t/" created-timestamp="2026-03-05T01:53:41.845000+0000">
<div slot="text-body"><p>Why?</p></div></shreddit-post>{}</body></html>"""
NEW_COMMENT = """<shreddit-comment author="by_{0}" thingid="t1_{0}" postid="t3_p" {1} score="2" depth="0"
 permalink="/r/s/comments/p/comment/{0}/">
<div slot="commentMeta"><time datetime="2026-03-05T02:00:00.000Z">1h</time></div>
<div slot="comment"><p>Said {0}.</p></div>{2}</shreddit-comment>"""


def test_a_new_page_with_its_comments_is_read(write):
    inner = NEW_COMMENT.format("b", 'parentid="t1_a"', "")
    discussion = read(write(NEW_POST.format(NEW_COMMENT.format("a", "", inner))))
    assert discussion.format == "reddit_new_page"
    assert list(discussion.posts["text"]) == ["Why?", "Said a.", "Said b."]
    assert list(discussion.posts["parent_id"].fillna("")) == ["", "p", "a"]
    assert discussion.posts["created_at"].notna().all()
    assert discussion.coverage.line() == "read 2 of 73 comments"


def test_a_new_page_without_them_is_an_empty_shell(write):
    with pytest.raises(SourceError, match=r"new Reddit's empty shell.*0 of 73.*after scrolling"):
        read(write(NEW_POST.format("")))
