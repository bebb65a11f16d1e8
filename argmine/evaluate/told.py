"""What recorded threads tell about their comments, found without the readers: by walking JSON and by searching pages.

Each function returns the comments of one kind of file, the opening post not among them. Nothing here is shared with the
readers, so that both would have to be wrong in the same way.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple


class Told(NamedTuple):
    """A comment: its identifier; the one that it answers, its author and its second since 1970, as far as told."""

    id: str
    parent: str | None = None
    author: str | None = None
    time: float | None = None


def tell(path: Path) -> list[Told] | None:
    """Return what a recorded payload tells of its comments; None for a kind of file that this does not know."""
    folder = path.parts[-2] if path.parts[-2] not in ("derived", "html") else path.parts[-3]
    teller = _TELLERS.get((folder, path.suffix))
    return None if teller is None else list(teller(path))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object within a JSON value, an outer one before those in it."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting += reversed(list(here.values()))
        elif isinstance(here, list):
            waiting += reversed(here)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix == ".zst":
        import io

        import zstandard

        with path.open("rb") as file:
            stream = zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(file)
            yield from map(json.loads, io.TextIOWrapper(stream, encoding="utf-8"))
    else:
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _second(iso: str | None) -> float | None:
    if not iso:
        return None
    moment = datetime.fromisoformat(iso.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _bare(fullname: Any) -> str | None:
    return re.sub(r"^t\d_", "", str(fullname)) if fullname else None


def _person(name: Any) -> str | None:
    return None if name in (None, "", "[deleted]") else str(name).removeprefix("u/")


def _hn_algolia(path: Path) -> Iterator[Told]:
    for node in _objects(_json(path)):
        if node.get("type") == "comment" or isinstance(node.get("comment_text"), str):
            identifier = str(node.get("objectID", node.get("id")))
            yield Told(identifier, str(node["parent_id"]), node["author"], node["created_at_i"])


def _hn_firebase(path: Path) -> Iterator[Told]:
    for node in _lines(path) if path.suffix == ".ndjson" else _json(path):
        if node["type"] == "comment":
            yield Told(str(node["id"]), str(node["parent"]), node.get("by"), node["time"])


def _hn_flat(path: Path) -> Iterator[Told]:
    for node in _json(path):
        yield Told(str(node["id"]), None, node.get("author"))


def _hn_html(path: Path) -> Iterator[Told]:
    page = path.read_text(encoding="utf-8")
    rows = re.findall(
        r'width="(\d+)"></td><td valign="top">.*?user\?id=([\w-]+).*?item\?id=(\d+)">link</a>', page, re.S
    )
    story = re.search(r'id="score_(\d+)"', page)
    above: list[str] = []
    for width, author, number in rows:
        depth = int(width) // 40
        above[depth:] = [number]
        yield Told(number, above[depth - 1] if depth else story and story[1], author)


def _reddit_listing(path: Path) -> Iterator[Told]:
    for thing in _objects(_json(path)):
        if thing.get("kind") == "t1":
            data = thing["data"]
            yield Told(data["id"], _bare(data["parent_id"]), _person(data["author"]), data["created_utc"])


def _reddit_dump(path: Path) -> Iterator[Told]:
    for row in _lines(path):
        if "parent_id" in row:
            yield Told(row["id"], _bare(row["parent_id"]), _person(row["author"]), float(row["created_utc"]))


def _reddit_export(path: Path) -> Iterator[Told]:
    for one in _objects(_json(path)):
        if "Comment ID" in one:
            yield Told(
                one["Comment ID"], _bare(one["Parent ID"]), _person(one["Author"]), _american(one["Date Created"])
            )
        elif "body" in one and "parent_id" in one:
            yield Told(one["id"], _bare(one["parent_id"]), _person(one["author"]), _american(one["created_utc"]))


def _american(text: str) -> float:
    return datetime.strptime(text, "%m-%d-%Y %H:%M:%S").replace(tzinfo=UTC).timestamp()


def _old_reddit(path: Path) -> Iterator[Told]:
    page = path.read_text(encoding="utf-8")
    post = re.search(r'data-fullname="t3_(\w+)"', page)
    for part in page.split('data-fullname="t1_')[1:]:
        parent = re.search(r'href="#(\w+)"[^>]*data-event-action="parent"', part)
        author = re.search(r'data-author="([^"]*)"', part)
        time = re.search(r'datetime="([^"]+)"', part)
        above = parent or post
        told = (above[1] if above else None, author[1] if author else None, _second(time[1] if time else None))
        yield Told(part.partition('"')[0], *told)


def _reddit_rss(path: Path) -> Iterator[Told]:
    for entry in path.read_text(encoding="utf-8").split("<entry>")[1:]:
        identifier = re.search(r"<id>t1_(\w+)</id>", entry)
        author = re.search(r"<name>/u/([^<]+)</name>", entry)
        time = re.search(r"<updated>([^<]+)</updated>", entry)
        if identifier:
            yield Told(identifier[1], None, author[1] if author else None, _second(time[1] if time else None))


def _lobsters(path: Path) -> Iterator[Told]:
    story = _json(path)
    above: list[str] = []
    for one in story["comments"]:
        parent = one.get("parent_comment")
        if "parent_comment" not in one:
            depth = one["indent_level"] - 1
            above[depth:] = [one["short_id"]]
            parent = above[depth - 1] if depth else None
        user = one["commenting_user"]
        name = user if isinstance(user, str) else user["username"]
        yield Told(one["short_id"], parent or story["short_id"], name, _second(one["created_at"]))


def _lobsters_html(path: Path) -> Iterator[Told]:
    page = path.read_text(encoding="utf-8")
    story = re.search(r'data-shortid="(\w+)"\s+class="story', page)
    above: dict[int, str] = {}
    depth = 0
    for found in re.finditer(r'<ol class="comments|</ol>|data-shortid="(\w+)"\s+class="comment\b', page):
        if found[1]:
            above[depth] = found[1]
            part = page[found.end() : found.end() + 4_000]
            author = re.search(r'<a [^>]*href="/(?:~|u/)([\w-]+)">\s*[^<\s]', part)
            time = re.search(r'data-at-unix="(\d+)"', part)
            told = (author[1] if author else None, float(time[1]) if time else None)
            yield Told(found[1], above.get(depth - 1, story[1] if story else None), *told)
        else:
            depth += 1 if found[0].startswith("<ol") else -1


def _discourse(path: Path) -> Iterator[Told]:
    if path.suffix == ".html":
        carried = re.search(r'data-preloaded="([^"]*)"', path.read_text(encoding="utf-8"))
        parts = json.loads(html.unescape(carried[1])) if carried else {}
        posts = next(json.loads(part) for name, part in parts.items() if name.startswith("topic_"))["post_stream"][
            "posts"
        ]
    else:
        posts = list(_lines(path)) if path.suffix == ".jsonl" else _json(path)["post_stream"]["posts"]
    ids = {post["post_number"]: str(post["id"]) for post in posts}
    for post in posts:
        if post["post_number"] != 1:
            parent = ids.get(post["reply_to_post_number"])
            yield Told(str(post["id"]), parent, post["username"], _second(post["created_at"]))


def _lemmy(path: Path) -> Iterator[Told]:
    for view in _objects(_json(path)):
        path_there = view.get("comment", {}).get("path") if isinstance(view.get("comment"), dict) else None
        if path_there:
            *_, parent, identifier = path_there.split(".")
            time = _second(view["comment"]["published"])
            yield Told(identifier, parent if parent != "0" else None, view["creator"]["name"], time)


def _stack_exchange(path: Path) -> Iterator[Told]:
    page = path.read_text(encoding="utf-8")
    asked = re.search(r'data-questionid="(\d+)"', page)
    question = asked[1] if asked else None
    for answer in re.split(r'(?=<div id="answer-\d)', page)[1:]:
        author = re.search(r'data-author-username="([^"]*)"', answer)
        time = re.search(r'itemprop="dateCreated" datetime="([^"]+)"', answer)
        name = html.unescape(author[1]) if author else None
        yield Told(answer[16:].partition('"')[0], question, name, _second(time[1] if time else None))
    for part in re.split(r'(?=<div id="comments-\d)', page)[1:]:
        parent = part[18:].partition('"')[0]
        for comment in part.split('<li id="comment-')[1:]:
            author = re.search(r'class="comment-user[^>]*>([^<]*)<', comment)
            time = re.search(r"<span title='([^',]+)", comment)
            name = html.unescape(author[1]).strip() if author else None
            yield Told(f"c{comment.partition(chr(34))[0]}", parent, name, _second(time[1] if time else None))


def _github(path: Path) -> Iterator[Told]:
    value = _json(path)
    if isinstance(value, list):
        for one in value:
            if "issue_url" in one:
                parent = re.sub(r".*/repos/(.*)/issues/(\d+)", r"\1#\2", one["issue_url"])
                yield Told(str(one["id"]), parent, one["user"]["login"], _second(one["created_at"]))
        return
    for thread in value["issues"] + value["pulls"]:
        root = f"{value['repo']}#{thread['number']}"
        for place, one in enumerate(thread["comments"], 1):
            yield Told(f"{root}-{place}", root, one["author"], _second(one["createdAt"]))
        for place, review in enumerate(thread.get("reviews", []), 1):
            said = review["body"].strip()
            if said:
                yield Told(review["id"], root, review["author"], _second(review["createdAt"]))
            for line, one in enumerate(review["comments"], 1):
                parent = review["id"] if said else root
                yield Told(f"{root}-review{place}-{line}", parent, review["author"], _second(one["createdAt"]))


def _convokit(path: Path) -> Iterator[Told]:
    for row in _lines(path):
        if row["id"] != row["conversation_id"]:
            yield Told(row["id"], row["reply-to"], _person(row["speaker"]), row["timestamp"])


_Teller = Callable[[Path], Iterator[Told]]
_TELLERS: dict[tuple[str, str], _Teller] = {
    ("hn_algolia", ".json"): _hn_algolia,
    ("hn_firebase", ".json"): _hn_firebase,
    ("hn_firebase", ".ndjson"): _hn_firebase,
    ("hn_flat_text", ".json"): _hn_flat,
    ("hn_html", ".html"): _hn_html,
    ("reddit_listing", ".json"): _reddit_listing,
    ("reddit_dump_ndjson", ".ndjson"): _reddit_dump,
    ("reddit_dump_ndjson", ".zst"): _reddit_dump,
    ("reddit_praw_export", ".json"): _reddit_export,
    ("old_reddit_html", ".html"): _old_reddit,
    ("reddit_rss", ".rss"): _reddit_rss,
    ("lobsters", ".json"): _lobsters,
    ("lobsters", ".html"): _lobsters_html,
    ("discourse", ".json"): _discourse,
    ("discourse", ".jsonl"): _discourse,
    ("discourse", ".html"): _discourse,
    ("lemmy", ".json"): _lemmy,
    ("stackexchange", ".html"): _stack_exchange,
    ("github", ".json"): _github,
    ("streamlit_subreddit", ".jsonl"): _convokit,
}
