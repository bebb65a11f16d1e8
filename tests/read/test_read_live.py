"""Threads that take several requests, the cache, the pace and the credentials, against a server on this machine."""

import gzip
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from argmine.errors import SourceError
from argmine.read import answers, credentials, fetch, hn_list, lobsters, pace, read, reddit_live, refusals
from argmine.read.fetch import Session
from argmine.settings import Settings


@dataclass
class Site:
    """A server whose answers are data: for each path a (status, body, headers), or a list of them in turn."""

    base: str = ""
    routes: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def next_answer(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        answer = self.routes.get(path, self.routes.get(path.partition("?")[0], (404, b"", {})))
        if isinstance(answer, list) and answer and isinstance(answer[0], tuple):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if not isinstance(answer, tuple):
            answer = (200, answer, {})
        status, body, headers = answer
        return status, body if isinstance(body, bytes) else json.dumps(body).encode(), headers


@pytest.fixture
def site() -> Iterator[Site]:
    here = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            status, body, headers = here.next_answer(self.path)
            if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    here.base = f"http://127.0.0.1:{running.server_address[1]}"
    yield here
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(refusals, "BACK_OFF_S", 0.01)
    for name in ("REDDIT_TOKEN", "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "GITHUB_TOKEN", "STACKEXCHANGE_KEY"):
        monkeypatch.delenv(name, raising=False)
    return Settings(allow_private=True, timeout_s=5, cache_dir=str(tmp_path / "cache"))


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# Hacker News, an item a request


@pytest.fixture
def firebase(site, monkeypatch):
    monkeypatch.setattr(hn_list, "FIREBASE", site.base)
    items = {
        1: {"id": 1, "type": "story", "by": "a", "time": 1_600_000_000, "title": "T", "kids": [3, 2], "descendants": 4},
        2: {"id": 2, "type": "comment", "by": "b", "time": 1_600_000_002, "parent": 1, "text": "Second.", "kids": [4]},
        3: {"id": 3, "type": "comment", "by": "c", "time": 1_600_000_001, "parent": 1, "text": "First.", "kids": [9]},
        4: {"id": 4, "type": "comment", "deleted": True, "time": 1_600_000_003, "parent": 2},
        9: None,
    }
    site.routes = {f"/item/{number}.json": item for number, item in items.items()}
    return site


def test_firebase_is_read_a_level_at_a_time(firebase, settings):
    discussion = read("https://hacker-news.firebaseio.com/v0/item/1.json", settings)
    assert discussion.coverage.line() == "read 3 of 4 comments · 1 stub not loaded · 1 deleted"
    assert list(discussion.posts["post_id"]) == ["1", "3", "2", "4"]
    assert list(discussion.posts["depth"]) == [0, 1, 1, 2]
    assert sorted(firebase.paths()) == [f"/item/{number}.json" for number in (1, 2, 3, 4, 9)]
    assert read("1", settings, format="hn_list").posts.equals(discussion.posts)


def test_firebase_says_null_for_no_item(firebase, settings):
    with pytest.raises(SourceError, match="there is no such item"):
        read("9", settings, format="hn_list")


# Reddit


def comment(name: str, parent: str, body: str = "Words.", **more: Any) -> dict[str, Any]:
    data = {"id": name, "parent_id": parent, "link_id": "t3_post1", "author": f"by_{name}", "body": body}
    return {"kind": "t1", "data": data | {"created_utc": 1_600_000_000.0, "score": 2, "replies": ""} | more}


def listing(*children: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": list(children)}}


def stub(parent: str, *children: str) -> dict[str, Any]:
    return {
        "kind": "more",
        "data": {"id": "_", "parent_id": parent, "count": len(children), "children": list(children)},
    }


POST = {
    "id": "post1", "name": "t3_post1", "title": "A &amp; B", "selftext": "Why?", "author": "op", "subreddit": "s",
    "created_utc": 1_600_000_000, "num_comments": 5, "score": 9, "permalink": "/r/s/comments/post1/a_b/",
}  # fmt: skip
ADDRESS = "https://www.reddit.com/r/s/comments/post1/a_b/"


@pytest.fixture
def reddit(site, monkeypatch):
    for name in ("API", "ARCHIVE", "FEEDS"):
        monkeypatch.setattr(reddit_live, name, f"{site.base}/{name}")
    monkeypatch.setattr(reddit_live, "TOKENS", f"{site.base}/token")
    return site


def test_reddit_with_credentials_asks_for_what_the_stubs_stand_for(reddit, settings, monkeypatch):
    monkeypatch.setenv("REDDIT_CLIENT_ID", "client-1")
    monkeypatch.setenv("REDDIT_CLIENT_SECRET", "secret-1")
    first = comment("a", "t3_post1", replies=listing(comment("b", "t1_a", replies=listing(stub("t1_b")))))
    reddit.routes = {
        "/token": {"access_token": "token-of-an-hour"},
        "/API/comments/post1": [listing({"kind": "t3", "data": POST}), listing(first, stub("t3_post1", "c", "d"))],
        "/API/api/morechildren": {"json": {"errors": [], "data": {"things": [comment("c", "t3_post1")]}}},
        "/API/comments/post1/_/b": [
            listing({"kind": "t3", "data": POST}),
            listing(comment("b", "t1_a", replies=listing(comment("e", "t1_b")))),
        ],
    }
    reddit.routes["/API/comments/post1"] = (200, reddit.routes["/API/comments/post1"], {})
    reddit.routes["/API/comments/post1/_/b"] = (200, reddit.routes["/API/comments/post1/_/b"], {})
    discussion = read(ADDRESS, settings)
    assert sorted(discussion.posts["post_id"]) == ["a", "b", "c", "e", "post1"]
    assert discussion.coverage.line() == "read 4 of 5 comments · 1 stub not loaded"
    assert discussion.coverage.notes[0].startswith("read from Reddit's API, which lacks")
    sent = {path.partition("?")[0]: headers.get("authorization", "") for path, headers in reddit.asked}
    assert sent["/token"].startswith("Basic ")
    assert sent["/API/comments/post1"] == "Bearer token-of-an-hour"
    kept = all_bytes(Path(settings.cache_dir))
    assert not [word for word in (b"secret-1", b"token-of-an-hour", b"Words.") if word in kept]
    assert "secret-1" not in str(discussion.coverage)


def test_reddit_without_credentials_is_read_from_the_archive(reddit, settings):
    reddit.routes = {
        "/ARCHIVE/api/posts/ids": {"data": [POST]},
        "/ARCHIVE/api/comments/tree": {"data": [comment("a", "t3_post1", "&gt; Q&amp;A"), stub("t3_post1", "b")]},
        "/ARCHIVE/api/comments/ids": {"data": [comment("b", "t3_post1")["data"]]},
    }
    discussion = read("https://redd.it/post1", settings)
    assert (discussion.title, discussion.coverage.line()) == ("A & B", "read 2 of 5 comments")
    assert discussion.posts["text"][1] == "> Q&A"
    assert "the Arctic Shift archive, which lacks the newest comments" in discussion.coverage.notes[0]


FEED = b"""<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>A : s</title>
<entry><author><name>/u/op</name></author>
<content type="html">&lt;!-- SC_OFF --&gt;&lt;p&gt;Why?&lt;/p&gt;&lt;!-- SC_ON --&gt;
</content><id>t3_post1</id><link href="https://www.reddit.com/r/s/comments/post1/a_b/" />
<published>2026-01-02T03:04:05+00:00</published><title>A &amp;amp; B</title></entry>
<entry><author><name>/u/ann</name></author>
<content type="html">&lt;!-- SC_OFF --&gt;&lt;div class="md"&gt;&lt;p&gt;No.&lt;/p&gt;
&lt;/div&gt;&lt;!-- SC_ON --&gt;</content><id>t1_a</id><link href="https://www.reddit.com/r/s/comments/post1/a_b/a/"/>
<updated>2026-01-02T03:05:00+00:00</updated><title>/u/ann on A</title></entry></feed>"""


def test_reddit_falls_back_to_the_feed_and_says_what_that_lacks(reddit, settings):
    reddit.routes = {
        "/ARCHIVE/api/posts/ids": (503, b"", {}),
        "/FEEDS/comments/post1/.rss": (200, FEED, {"Content-Type": "text/plain"}),
    }
    discussion = read(ADDRESS, settings)
    assert list(discussion.posts["text"]) == ["Why?", "No."]
    assert list(discussion.posts["author"]) == ["op", "ann"]
    assert discussion.coverage.notes[0].startswith("read from Reddit's feed, which lacks replies, scores")
    assert "the Arctic Shift archive: the server has failed (HTTP 503)" in discussion.coverage.notes[1]


def test_reddit_closed_on_every_way_is_one_sentence_each(reddit, settings):
    block = b"<html><title>Blocked</title>Your request has been blocked due to a network policy. reddit</html>"
    reddit.routes = {"/ARCHIVE/api/posts/ids": (500, b"", {}), "/FEEDS/comments/post1/.rss": (403, block, {})}
    with pytest.raises(SourceError, match=r"HTTP 500.*Reddit's block page.*HTTP 403.*REDDIT_CLIENT_ID") as caught:
        read(ADDRESS, settings)
    assert str(caught.value).startswith("https://www.reddit.com/comments/post1/: no way to this thread is open now")


# Lobsters

STORY = {
    "short_id": "abc123", "title": "T", "created_at": "2026-01-02T03:04:05Z", "submitter_user": "op",
    "comment_count": 1,
    "comments": [{"short_id": "c1", "comment": "<p>Yes.</p>", "commenting_user": "ann", "depth": 0,
                  "created_at": "2026-01-02T03:05:05Z", "parent_comment": None}],
}  # fmt: skip


@pytest.mark.parametrize("address", ["https://lobste.rs/s/abc123/t", "https://lobste.rs/newest"])
def test_lobsters_wants_its_terms_accepted(address, settings):
    with pytest.raises(SourceError, match=r"robots file objects.*--accept-terms"):
        read(address, settings)


def test_lobsters_is_read_once_they_are(site, settings, monkeypatch):
    monkeypatch.setattr(lobsters, "SITE", site.base)
    site.routes = {"/s/abc123.json": STORY}
    discussion = read("https://lobste.rs/s/abc123/t", replace(settings, accept_terms=True))
    assert (discussion.format, discussion.coverage.read) == ("lobsters", 1)


# What servers answer


def test_a_wrong_content_type_is_no_matter(site, settings):
    site.routes = {"/t": (200, STORY, {"Content-Type": "image/png"})}
    assert read(f"{site.base}/t", settings).format == "lobsters"


@pytest.mark.parametrize("when", ["in seconds", "as a date", "not at all"])
def test_a_429_is_waited_out(when, site, settings):
    headers = {"in seconds": {"Retry-After": "0"}, "as a date": {"Retry-After": formatdate(usegmt=True)}}.get(when, {})
    site.routes = {"/t": [(429, b"", headers), (200, STORY, {})]}
    assert read(f"{site.base}/t", settings).coverage.read == 1
    assert site.paths() == ["/t", "/t"]


@pytest.mark.parametrize("after", ["86400", "Fri, 01 Jan 2100 00:00:00 GMT", "tomorrow"])
def test_a_429_that_takes_too_long_is_not_waited_for(after, site, settings):
    site.routes = {"/t": (429, b"", {"Retry-After": after})}
    with pytest.raises(SourceError, match="too many requests"):
        read(f"{site.base}/t", settings)
    assert site.paths() == ["/t"]


def test_a_used_up_limit_says_when_it_is_renewed(site, settings):
    site.routes = {"/t": (403, b"", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1600000000"})}
    with pytest.raises(SourceError, match=r"limit of requests is used up .*renewed at 12:26 UTC.*token"):
        read(f"{site.base}/t", settings)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html><title>Just a moment...</title>", "this is Cloudflare's check for robots"),
        (b"<html><p>Hello", "sent a page in place of JSON"),
        (b'{"id": 1, "title": "cut', "the JSON of the answer is broken .*at character 19 of 23"),
        (b"", "the JSON of the answer is broken"),
    ],
)
def test_what_is_no_json_is_named(body, message, site, settings):
    site.routes = {"/t": (200, body, {"Content-Type": "application/json"})}
    with Session(settings, "the thread") as session, pytest.raises(SourceError, match=f"^the thread: .*{message}"):
        session.get_json(f"{site.base}/t")


def test_a_gzip_bomb_is_given_up(site, settings, monkeypatch):
    monkeypatch.setattr(answers, "LARGEST_BODY", 2**20)
    site.routes = {"/t": (200, gzip.compress(bytes(64 * 2**20)), {"Content-Encoding": "gzip"})}
    with pytest.raises(SourceError, match="larger than 1 MiB"):
        read(f"{site.base}/t", settings)


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:1/x", "http://[::1]/x", "file:///etc/passwd", "gopher://a/", "http://[x"]
)
def test_a_redirect_to_this_machine_or_another_scheme_is_refused(target, site, settings, monkeypatch):
    # The server's own address is let through, so that there is something to redirect from.
    port = int(site.base.rpartition(":")[2])
    check = fetch._check
    monkeypatch.setattr(fetch, "_check", lambda a, named, s: None if f":{port}/" in a else check(a, named, s))
    monkeypatch.setattr(fetch, "_check_peer", lambda response, named, settings: None)
    monkeypatch.setattr(fetch, "_by_proxy", lambda scheme, host: False)
    site.routes = {"/t": (302, b"", {"Location": target})}
    with pytest.raises(
        SourceError, match=r"this machine or a private network|only http and https|no address|not a valid address"
    ):
        read(f"{site.base}/t", replace(settings, allow_private=False))


def test_the_next_page_is_told_by_the_link_header(site, settings):
    site.routes = {"/t": (200, [], {"Link": '</t?page=2>; rel="next", </t?page=9>; rel="last"'})}
    with Session(settings, "t") as session:
        assert session.get(f"{site.base}/t").next_page == f"{site.base}/t?page=2"


# The cache


def test_a_fresh_answer_is_not_asked_for_again_and_that_is_said(site, settings):
    site.routes = {"/t": STORY}
    live = read(f"{site.base}/t", settings)
    again = read(f"{site.base}/t", settings)
    assert site.paths() == ["/t"]
    assert again.posts.equals(live.posts)
    assert again.sha256 == live.sha256
    assert again.coverage.notes[-1].startswith("answers from the cache: 1 of 1, the oldest of 20")
    assert not live.coverage.notes


def test_refresh_asks_again_and_offline_never_does(site, settings):
    site.routes = {"/t": STORY}
    with pytest.raises(SourceError, match="offline is set"):
        read(f"{site.base}/t", replace(settings, offline=True))
    read(f"{site.base}/t", settings)
    read(f"{site.base}/t", replace(settings, refresh=True))
    assert read(f"{site.base}/t", replace(settings, offline=True)).coverage.read == 1
    assert site.paths() == ["/t", "/t"]


def test_a_stale_answer_is_validated(site, settings):
    site.routes = {"/t": (200, STORY, {"ETag": '"v1"', "Cache-Control": "max-age=0"})}
    first, second = read(f"{site.base}/t", settings), read(f"{site.base}/t", settings)
    assert second.posts.equals(first.posts)
    assert [headers.get("if-none-match") for _, headers in site.asked] == [None, '"v1"']
    site.routes["/t"] = (200, STORY | {"title": "Changed"}, {"ETag": '"v2"', "Cache-Control": "max-age=0"})
    assert read(f"{site.base}/t", settings).title == "Changed"


def test_what_must_not_be_kept_is_not(site, settings):
    site.routes = {"/t": (200, STORY, {"Cache-Control": "private, no-store"})}
    read(f"{site.base}/t", settings)
    assert all_bytes(Path(settings.cache_dir)) == b""


def test_a_damaged_or_unwritable_cache_is_no_obstacle(site, settings, tmp_path):
    site.routes = {"/t": STORY}
    read(f"{site.base}/t", settings)
    for path in Path(settings.cache_dir).rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-5])
    assert read(f"{site.base}/t", settings).coverage.read == 1
    assert site.paths() == ["/t", "/t"]
    (tmp_path / "file").write_text("no folder")
    notes = read(f"{site.base}/t", replace(settings, cache_dir=str(tmp_path / "file"))).coverage.notes
    assert "cannot be written" in notes[-1]


# Credentials and pace


@pytest.fixture
def secrets(monkeypatch):
    monkeypatch.setattr(
        credentials,
        "CREDENTIALS",
        (
            credentials.Credential("127.0.0.1", "TEST_TOKEN", header="Authorization", form="Bearer {}"),
            credentials.Credential("127.0.0.1", "TEST_KEY", parameter="key"),
        ),
    )
    monkeypatch.setenv("TEST_TOKEN", "hidden-token")
    monkeypatch.setenv("TEST_KEY", "hidden-key")


def test_credentials_go_to_their_host_and_are_not_kept(secrets, site, settings):
    elsewhere = site.base.replace("127.0.0.1", "localhost")
    site.routes = {"/t": (302, b"", {"Location": f"{elsewhere}/u"}), "/u": STORY, "/v": STORY}
    read(f"{site.base}/t", settings)
    read(f"{site.base}/v", settings)
    asked = dict(site.asked)
    assert asked["/t?key=hidden-key"]["authorization"] == "Bearer hidden-token"
    assert "authorization" not in asked["/u"]
    assert b"hidden" not in all_bytes(Path(settings.cache_dir))


def test_no_message_shows_a_secret(secrets, site, settings):
    site.routes = {"/t": [(302, b"", {"Location": "/t?key=hidden-key&n=1"})]}
    with pytest.raises(SourceError) as caught:
        read(f"{site.base}/t", settings)
    assert "hidden" not in str(caught.value)


def test_a_host_is_asked_at_its_pace(site, settings, monkeypatch):
    monkeypatch.setitem(pace.INTERVALS_S, "127.0.0.1", 0.2)
    monkeypatch.setattr(pace, "_free_at", {})
    site.routes = {"/1": [], "/2": [], "/3": []}
    begin = time.monotonic()
    with Session(settings, "t") as session:
        session.get_all([f"{site.base}/{number}" for number in (1, 2, 3)])
        assert 0.4 <= time.monotonic() - begin < 2
        with pytest.raises(SourceError, match="asks for a pause of 3600 s"):
            session.rest(site.base, 3600)
