"""Every recorded payload of Hacker News, Reddit and Lobsters, held to what a plain look at the same bytes finds.

Of each comment the identifier, parent, author and time must be right. What is compared here is taken from the payload
by a few lines that know nothing of the readers.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from argmine.errors import SourceError
from argmine.read import read

Truth = dict[str, tuple[str | None, str | None, float | None]]
"""For each comment its parent, author and time, in seconds since 1970 UTC; None where the payload does not say."""


def every_object(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from every_object(inner)


def bare(name: str) -> str:
    return name.split("_", 1)[-1]


def known(author: str | None) -> str | None:
    return None if author in (None, "[deleted]") else str(author).removeprefix("u/")


def of_algolia(text: str) -> Truth:
    nodes = [node for node in every_object(json.loads(text)) if "children" in node and node.get("parent_id")]
    return {str(n["id"]): (str(n["parent_id"]), n["author"], n["created_at_i"]) for n in nodes}


def of_firebase(text: str) -> Truth:
    rows = [json.loads(line) for line in text.splitlines()]
    return {str(r["id"]): (str(r["parent"]), r.get("by"), r["time"]) for r in rows if r["type"] == "comment"}


def of_flat(text: str) -> Truth:
    return {str(row["id"]): (None, row["author"], None) for row in json.loads(text)}


def of_reddit(text: str) -> Truth:
    things = [t["data"] for t in every_object(json.loads(text)) if t.get("kind") == "t1"]
    return {t["id"]: (bare(t["parent_id"]), known(t["author"]), float(t["created_utc"])) for t in things}


def of_dump(text: str) -> Truth:
    rows = [json.loads(line) for line in text.splitlines()]
    return {r["id"]: (bare(r["parent_id"]), known(r["author"]), float(r["created_utc"])) for r in rows}


def of_export(text: str) -> Truth:
    truth: Truth = {}
    for row in every_object(json.loads(text)):
        names = ("Comment ID", "Parent ID", "Author", "Date Created")
        if "Comment ID" not in row:
            names = ("id", "parent_id", "author", "created_utc")
        if "parent_id" in row or "Parent ID" in row:
            name, parent, author, created = (row[key] for key in names)
            seconds = datetime.strptime(created, "%m-%d-%Y %H:%M:%S").replace(tzinfo=UTC).timestamp()
            truth[name] = (bare(parent), known(author), seconds)
    return truth


def of_lobsters(text: str) -> Truth:
    story = json.loads(text)
    truth: Truth = {}
    above: dict[int, str] = {}
    for row in story["comments"]:
        user = row["commenting_user"]
        level = row["depth"] if "depth" in row else (row["indent_level"] or 1) - 1
        above[level] = row["short_id"]
        parent = row.get("parent_comment") or (above[level - 1] if level else story["short_id"])
        name = user if isinstance(user, str) else user["username"]
        truth[row["short_id"]] = (parent, name, datetime.fromisoformat(row["created_at"]).timestamp())
    return truth


def of_hn_page(text: str) -> Truth:
    found = re.findall(
        r'width="(\d+)"></td><td valign="top">(?:(?!<img).)*?user\?id=([^"]+)">[^<]*</a>'
        r'[^<]*<a href="[^"]*id=(\d+)">link',
        text,
        re.S,
    )
    story = re.search(r'id="score_(\d+)"', text)
    truth: Truth = {}
    above: dict[int, str] = {}
    for width, author, name in found:
        level = int(width) // 40
        above[level] = name
        truth[name] = (above.get(level - 1) if level else story and story[1], author, None)
    return truth


def of_old_reddit(text: str) -> Truth:
    story = re.search(r'data-fullname="t3_(\w+)"', text)
    truth: Truth = {}
    for part in text.split('id="thing_t1_')[1:]:
        author, when = re.search(r'data-author="([^"]+)"', part), re.search(r'<time [^>]*datetime="([^"]+)"', part)
        parent = re.search(r'href="#(\w+)"[^>]*data-event-action="parent"', part)
        above = (parent[1] or parent[2]) if parent else story and story[1]
        assert author
        assert when
        truth[part.split('"')[0]] = (above, author[1], datetime.fromisoformat(when[1]).timestamp())
    return truth


def of_feed(text: str) -> Truth:
    truth: Truth = {}
    for entry in text.split("<entry>")[1:]:
        name, when = re.search(r"<id>(t\d_\w+)", entry), re.search(r"<updated>([^<]+)", entry)
        author = re.search(r"<name>/u/([^<]+)", entry)
        if name and when and name[1].startswith("t1_"):
            truth[bare(name[1])] = (None, known(author and author[1]), datetime.fromisoformat(when[1]).timestamp())
    return truth


def of_lobsters_page(text: str) -> Truth:
    rows = re.findall(r'data-shortid="(\w+)"\s+class="comment\b.*?href="/~([^"]+)".*?data-at-unix="(\d+)"', text, re.S)
    return {name: ("?", author, float(seconds)) for name, author, seconds in rows}


PAYLOADS = {
    "hn_algolia/derived/items_25015967.json": (of_algolia, 2170),
    "hn_algolia/items_17_recorded.json": (of_algolia, 3),
    "hn_firebase/derived/items_25015967.ndjson": (of_firebase, 2170),
    "hn_flat_text/48849066_flat.json": (of_flat, 1079),
    "hn_html/2014_6115341.html": (of_hn_page, 4),
    "hn_html/2014_6374031.html": (of_hn_page, 32),
    "hn_html/2014_7324236.html": (of_hn_page, 101),
    "hn_html/2014_7324236-2.html": (of_hn_page, 95),
    "hn_html/2014_7404389.html": (of_hn_page, 66),
    "reddit_listing/1j7g9uj_test_post_2025.json": (of_reddit, 67),
    "reddit_listing/3hahrw_funny_ba_dum_tsss.json": (of_reddit, 476),
    "reddit_listing/3hahrw_funny_ba_dum_tsss.morechildren.json": (of_reddit, 57),
    "reddit_listing/6wmniq_askreddit_conspiracy.json": (of_reddit, 200),
    "reddit_listing/fo7p5b_announcements_polls.json": (of_reddit, 492),
    "reddit_listing/n49rw_announcements_were_back.json": (of_reddit, 485),
    "reddit_listing/n49rw_announcements_were_back.morechildren.json": (of_reddit, 940),
    "reddit_dump_ndjson/arctic_2024-02_comments.ndjson": (of_dump, 27),
    "reddit_dump_ndjson/pushshift_old_comments.ndjson": (of_dump, 10),
    "reddit_dump_ndjson/derived/praw_threads_comments.ndjson": (of_dump, 2862),
    "reddit_praw_export/urs_2020-06-14_cartoon_10_results.json": (of_export, 286),
    "reddit_praw_export/urs_2020-06-27_python_good_language_RAW.json": (of_export, 31),
    "reddit_praw_export/urs_2021-03-24_belly_button_all_structured.json": (of_export, 2131),
    "reddit_praw_export/urs_2021-06-02_askreddit_livestream_comments.json": (of_export, 34),
    "reddit_rss/thread.rss": (of_feed, 33),
    "old_reddit_html/r_science_1rku5x9_hair_follicles.html": (of_old_reddit, 38),
    "lobsters/d9ucpe_old_nested_user.json": (of_lobsters, 7),
    "lobsters/tdfoqh_ranking_comments.v2.json": (of_lobsters, 7),
    "lobsters/tdfoqh_ranking_comments.v3.json": (of_lobsters, 10),
    "lobsters/tdfoqh_ranking_comments.v4_depth_userstr.json": (of_lobsters, 10),
    "lobsters/tdfoqh_ranking_comments.v5_last_edited_at_depth_userstr.json": (of_lobsters, 10),
    "lobsters/html/tdfoqh_ranking_comments.html": (of_lobsters_page, 10),
    "lobsters/html/wcxb_0575_rust_goals_2024.html": (of_lobsters_page, 12),
}


@pytest.mark.parametrize("path", PAYLOADS)
def test_every_comment_has_its_parent_author_and_time(path, shared):
    file = shared / "threads" / path
    extract, n_comments = PAYLOADS[path]
    truth = extract(file.read_text(encoding="utf-8"))
    discussion = read(file)
    posts = discussion.posts.astype(object).where(discussion.posts.notna(), None)
    found = {
        row.post_id: (row.parent_id, row.author, row.created_at and row.created_at.timestamp())
        for row in posts.itertuples()
        if row.post_id in truth
    }
    assert len(truth) == n_comments == discussion.coverage.read
    for name, (parent, author, seconds) in truth.items():
        assert found[name][1:] == (author, seconds), name
        assert parent == "?" or found[name][0] == parent, name


def test_a_compressed_dump_is_the_plain_one(shared):
    folder = shared / "threads" / "reddit_dump_ndjson"
    pairs = {"derived/RC_sample_window31.zst": "arctic_2024-02_comments.ndjson",
             "derived/praw_threads_window31.zst": "derived/praw_threads_comments.ndjson"}  # fmt: skip
    for packed, plain in pairs.items():
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
