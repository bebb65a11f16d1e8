"""Forums read live, from a server on this machine that answers as each of their APIs does."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from argmine.errors import SourceError
from argmine.read import bluesky, discourse, github, read, stack_exchange
from argmine.settings import Settings

FORMATS = Path(__file__).parents[2] / "data" / "threads" / "formats"


class Server:
    """A server that answers a path, with or without its query, with what `answers` holds for it, and keeps a log."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.links: dict[str, str] = {}
        self.log: list[str] = []
        self.headers: list[dict[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.command == "POST":
                    self.rfile.read(int(self.headers.get("content-length", 0)))
                server.log.append(self.path)
                server.headers.append(dict(self.headers))
                found = server.answers.get(self.path, server.answers.get(urlsplit(self.path).path))
                if callable(found):
                    found = found(parse_qs(urlsplit(self.path).query))
                body = json.dumps(found).encode()
                self.send_response(404 if found is None else 200)
                self.send_header("Content-Type", "application/json")
                if self.path in server.links:
                    self.send_header("Link", f'<{server.links[self.path]}>; rel="next"')
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815 - the name that http.server looks for

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.http.server_port}"
        Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(allow_private=True, cache_dir=str(tmp_path / "cache"), timeout_s=5)


def sample(name: str) -> Any:
    return json.loads((FORMATS / name).read_text(encoding="utf-8"))


def test_a_discourse_topic_is_read_with_the_posts_of_its_other_batches(server, settings):
    topic = sample("discourse.json")
    first = topic | {"post_stream": {**topic["post_stream"], "posts": topic["post_stream"]["posts"][:2]}}
    server.answers["/t/77.json"] = first
    server.answers["/t/77/posts.json"] = lambda query: {
        "post_stream": {
            "posts": [post for post in topic["post_stream"]["posts"] if str(post["id"]) in query["post_ids[]"]]
        }
    }
    discussion = read(f"{server.base}/t/should-models-pay/77", settings)
    assert discussion.coverage.read == 4
    assert discussion.coverage.stubs == 2  # named by the topic, and not given when asked for
    assert discussion.posts["url"][0] == f"{server.base}/t/should-models-pay/77/1"
    assert len(server.log) == 2


def test_an_address_that_only_looks_like_a_topic(server, settings):
    server.answers["/t/1.json"] = {"cats": []}
    with pytest.raises(SourceError, match="no Discourse topic"):
        read(f"{server.base}/t/cats/1", settings)


def test_a_lemmy_thread_is_read_page_by_page(server, settings):
    views = sample("lemmy.json")["comments"]
    server.answers["/api/v3/post"] = {
        "post_view": {
            "post": {
                "id": 900,
                "name": "Open weights",
                "body": "What now?",
                "ap_id": "https://lemmy.example.org/post/900",
            },
            "creator": {"name": "root"},
            "counts": {"comments": 5},
        }
    }
    pages = {"1": views[:3], "2": views[3:], "3": []}
    server.answers["/api/v3/comment/list"] = lambda query: {"comments": pages[query["page"][0]]}
    discussion = read(f"{server.base}/post/900", settings)
    assert discussion.coverage.line() == "read 5 comments · 1 deleted"
    assert discussion.title == "Open weights"
    assert all("type_=All" in path for path in server.log[1:])


def test_a_question_is_read_with_answers_and_comments_and_the_pause_that_the_api_wants(server, settings, monkeypatch):
    monkeypatch.setattr(stack_exchange, "API", f"{server.base}/2.3")
    rests = []
    monkeypatch.setattr("argmine.read.fetch.rest", lambda host, seconds: rests.append(seconds))
    question = sample("stack_exchange.json")["items"][0]
    answers, comments = question.pop("answers"), question.pop("comments")
    comments += answers[0].pop("comments")
    server.answers["/2.3/questions/40"] = {"items": [question], "has_more": False, "backoff": 7}
    server.answers["/2.3/questions/40/answers"] = lambda query: {
        "items": [answers[int(query["page"][0]) - 1]],
        "has_more": query["page"][0] == "1",
    }
    server.answers["/2.3/posts/40;41;42/comments"] = {"items": comments, "has_more": False}
    discussion = read("https://law.stackexchange.com/questions/40/is-it-fair-use", settings)
    assert discussion.coverage.line() == "read 4 comments"
    assert dict(zip(discussion.posts["post_id"], discussion.posts["parent_id"].fillna("-"), strict=True)) == {
        "40": "-",
        "41": "40",
        "42": "40",
        "c40": "40",
        "c55": "41",
    }
    assert rests == [7]


def test_a_pull_request_is_read_with_every_page_of_its_comments(server, settings, monkeypatch):
    monkeypatch.setattr(github, "API", server.base)
    whole = sample("github.json")
    path = "/repos/example/terms/issues/5"
    server.answers[path] = whole["issue"] | {"pull_request": {}}
    server.answers[f"{path}/comments?per_page=100"] = whole["comments"][:1]
    server.links[f"{path}/comments?per_page=100"] = f"{server.base}{path}/comments?per_page=100&page=2"
    server.answers[f"{path}/comments?per_page=100&page=2"] = whole["comments"][1:]
    server.answers["/repos/example/terms/pulls/5/comments"] = whole["review_comments"]
    server.answers["/repos/example/terms/pulls/5/reviews"] = whole["reviews"]
    discussion = read("https://github.com/example/terms/pull/5", settings)
    assert discussion.coverage.read == 5
    assert discussion.title == "Say what training is allowed"
    assert all(headers["User-Agent"].startswith("argmine/") for headers in server.headers)


def test_a_discussion_needs_a_token(server, settings, monkeypatch):
    monkeypatch.setattr(github, "API", server.base)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    with pytest.raises(SourceError, match="Set GITHUB_TOKEN"):
        read("https://github.com/example/forum/discussions/9", settings)
    assert server.log == []


def test_a_discussion_is_read_with_a_token(server, settings, monkeypatch):
    monkeypatch.setattr(github, "API", server.base)
    monkeypatch.setattr("argmine.read.credentials.has_credential", lambda host: True)
    server.answers["/graphql"] = sample("github_discussion.json")
    discussion = read("https://github.com/example/forum/discussions/9", settings)
    assert discussion.coverage.line() == "read 3 of 4 comments"
    assert list(discussion.posts["parent_id"].fillna("-")) == ["-", "example/forum#9", "DC_1", "DC_1"]


def test_a_mastodon_thread_is_the_status_and_its_context(server, settings):
    whole = sample("mastodon.json")
    server.answers["/api/v1/statuses/101020304"] = whole["status"]
    server.answers["/api/v1/statuses/101020304/context"] = {part: whole[part] for part in ("ancestors", "descendants")}
    discussion = read(f"{server.base}/@bo/101020304", settings)
    assert len(discussion.posts) == 5
    assert discussion.coverage.dangling_parents == 1


def test_a_bluesky_branch_that_was_cut_is_asked_for(server, settings, monkeypatch):
    monkeypatch.setattr(bluesky, "API", server.base)
    whole = sample("bluesky.json")["thread"]
    middle = whole["replies"][0]
    deepest = middle["replies"][0]
    deepest["post"]["replyCount"] = 0
    cut = middle | {"replies": []}
    below = {"thread": middle}
    server.answers["/com.atproto.identity.resolveHandle"] = {"did": "did:plc:exampleeli"}
    server.answers["/app.bsky.feed.getPostThread"] = lambda query: (
        below if query["uri"][0].endswith("/bb") else {"thread": whole | {"replies": [cut]}}
    )
    discussion = read("https://bsky.app/profile/eli.example.org/post/a", settings)
    assert [text[:8] for text in discussion.posts["text"]] == ["Does a m", "Ünlike s", "It does,"]
    assert [path.partition("post%2F")[2].partition("&")[0] for path in server.log[1:]] == ["a", "bb"]


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("https://forum.example.org/t/a-b/77", "https://forum.example.org/t/77.json"),
        ("https://forum.example.org/sub/t/a-b/77/12", "https://forum.example.org/sub/t/77.json"),
        ("https://forum.example.org/latest", None),
        ("https://forum.example.org/t/a-b", None),
        ("t/a/77", None),
    ],
)
def test_addresses_of_topics(address, where):
    assert discourse.topic_address(address) == where
