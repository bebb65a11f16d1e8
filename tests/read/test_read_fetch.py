"""Live reading, against a real HTTP server on this machine."""

import gzip
import json
import socket
import threading
import time
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from argmine import __version__
from argmine.errors import SourceError
from argmine.read import answers, fetch, read, refusals
from argmine.read.fetch import is_reachable
from argmine.settings import Settings


class Server(BaseHTTPRequestHandler):
    """Answers by path; `asked` counts the requests for each."""

    asked: ClassVar[Counter[str]] = Counter()
    agents: ClassVar[set[str]] = set()
    item = b""

    def do_GET(self):
        self.asked[self.path] += 1
        self.agents.add(self.headers["User-Agent"])
        _, _, what, *rest = self.path.split("/")
        getattr(self, f"answer_{what}", self.answer_items)(*rest)

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_items(self, number: str) -> None:
        status = {"404": 404, "403": 403, "500": 500, "418": 418}.get(number)
        if status:
            self.send(status)
        elif number in ("429", "503"):
            tries = self.asked[self.path]
            self.send(int(number), Retry_After="0") if tries == 1 else self.send(200, self.item)
        elif number == "4290":
            self.send(429, Retry_After="3600")
        elif number == "7":
            self.send(200, gzip.compress(self.item), Content_Encoding="gzip")
        elif number == "8":
            self.send(200, b"not gzip", Content_Encoding="gzip")
        elif number == "9":
            time.sleep(1.5)
            self.send(200, self.item)
        elif number == "10":
            self.send(200, b"null")
        elif number == "11":
            self.send(200, self.item[:-20])
        elif number == "12":
            self.send_response(200)
            self.send_header("Content-Length", "99999")
            self.end_headers()
            self.wfile.write(b"{")
        else:
            self.send(200, self.item)

    def answer_to(self, where: str) -> None:
        targets = {
            "item": "/v1/items/1",
            "loop": "/v1/to/loop",
            "file": "file:///etc/passwd",
            "private": "http://10.0.0.1/",
        }
        self.send(302, Location=targets[where])

    def answer_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"words " * 10_000)
        except OSError:
            pass

    def answer_drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"w")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    def answer_latin(self) -> None:
        self.send(200, "id,text\n1,Größe\n".encode("latin-1"), Content_Type="text/csv; charset=iso-8859-1")

    def answer_bomb(self) -> None:
        self.send(200, gzip.compress(bytes(3_000_000)), Content_Encoding="gzip")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(story):
    handler = type("Handler", (Server,), {"asked": Counter(), "agents": set(), "item": json.dumps(story).encode()})
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    handler.base = f"http://127.0.0.1:{running.server_address[1]}/v1"
    yield handler
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def settings(server, tmp_path):
    return Settings(hn_api=server.base, allow_private=True, timeout_s=5, cache_dir=str(tmp_path / "cache"))


@pytest.mark.parametrize(
    "source", ["1", "https://news.ycombinator.com/item?id=1", "http://news.ycombinator.com/item?id=1&p=2#3"]
)
def test_a_live_item_is_the_saved_one(source, server, settings, story, write):
    live, saved = read(source, settings), read(write(json.dumps(story)))
    assert live.posts.equals(saved.posts)
    assert (live.source, live.sha256) == (source, saved.sha256)
    assert server.asked == {"/v1/items/1": 1}
    assert server.agents == {f"argmine/{__version__}"}


def test_a_file_named_like_an_item_is_a_file(tmp_path, monkeypatch, settings, server):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "123").write_text("Words.")
    assert read("123", settings).format == "text"
    assert not server.asked


def test_any_address_is_read_by_its_content(server, settings):
    discussion = read(f"{server.base}/latin", settings)
    assert discussion.posts["text"][0] == "Größe"
    assert "read as iso-8859-1, which it declares" in discussion.coverage.notes[-1]


@pytest.mark.parametrize("number", ["429", "503", "7"])
def test_a_second_attempt_and_a_compressed_answer_succeed(number, settings):
    assert read(number, settings).coverage.read == 7


@pytest.mark.parametrize(
    ("number", "message", "requests"),
    [
        ("404", "there is no such page \\(HTTP 404\\)", 1),
        ("403", "refuses to show it \\(HTTP 403\\)", 1),
        ("4290", "too many requests \\(HTTP 429\\).* it names 3600 as the time", 1),
        ("500", "the server has failed \\(HTTP 500\\)", 3),
        ("418", "answers HTTP 418", 1),
        ("8", "cannot be decompressed", 1),
        ("10", "the server's answer is no thread", 1),
        ("11", "the JSON is broken", 1),
        ("12", "not sound HTTP", 1),
    ],
)
def test_what_a_server_may_answer(number, message, requests, server, settings, monkeypatch):
    monkeypatch.setattr(refusals, "BACK_OFF_S", 0.01)
    with pytest.raises(SourceError, match=message) as caught:
        read(number, settings)
    assert str(caught.value).startswith(f"https://news.ycombinator.com/item?id={number}: ")
    assert server.asked[f"/v1/items/{number}"] == requests


def test_a_silent_server_times_out(settings):
    with pytest.raises(SourceError, match=r"no answer within 0\.3 s"):
        read("9", replace(settings, timeout_s=0.3))


def test_a_dripping_answer_is_given_up(server, settings):
    with pytest.raises(SourceError, match=r"has not ended after 1\.2 s"):
        read(f"{server.base}/drip", replace(settings, timeout_s=0.3))


@pytest.mark.parametrize("path", ["endless", "bomb"])
def test_a_body_that_is_too_large_is_given_up(path, server, settings, monkeypatch):
    monkeypatch.setattr(answers, "LARGEST_BODY", 2 * 2**20)
    with pytest.raises(SourceError, match=r"larger than 2 MiB"):
        read(f"{server.base}/{path}", settings)


def test_redirects(server, settings):
    assert read(f"{server.base}/to/item", settings).coverage.read == 7
    with pytest.raises(SourceError, match="more than 5 redirects"):
        read(f"{server.base}/to/loop", settings)
    with pytest.raises(SourceError, match=r"only http and https .*file:///etc/passwd"):
        read(f"{server.base}/to/file", settings)


def test_a_redirect_to_a_private_address_is_refused(server, settings, monkeypatch):
    # The server itself is private, so that it may be asked its first address is let through here.
    real = fetch._refuse_private
    monkeypatch.setattr(fetch, "_refuse_private", lambda n, h, named: None if n == "127.0.0.1" else real(n, h, named))
    with pytest.raises(SourceError, match=r"10\.0\.0\.1 is 10\.0\.0\.1, this machine or a private network"):
        read(f"{server.base}/to/private", replace(settings, allow_private=False))


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]/x", "http://[::ffff:10.0.0.1]/", "http://169.254.1.1/",
     "http://192.168.0.1/", "http://0.0.0.0/", "http://224.0.0.1/", "http://100.64.0.1/"],
)  # fmt: skip
def test_private_addresses_are_refused(address, monkeypatch):
    monkeypatch.setattr(fetch, "_by_proxy", lambda scheme, host: False)
    with pytest.raises(SourceError, match="this machine or a private network"):
        read(address)


def test_a_connection_that_went_elsewhere_is_refused(server, settings, monkeypatch):
    monkeypatch.setattr(fetch, "_check", lambda address, named, settings: None)
    with pytest.raises(SourceError, match=r"127\.0\.0\.1, this machine"):
        read("1", replace(settings, allow_private=False))


@pytest.mark.parametrize(
    "address", ["ftp://example.org/x", "file:///etc/passwd", "javascript://x", "http://", "http://[x/"]
)
def test_other_schemes_and_broken_addresses_are_refused(address):
    with pytest.raises(SourceError, match=r"only http and https|not a valid address"):
        read(address)


def test_an_unreachable_host(settings):
    with pytest.raises(SourceError, match="the host cannot be reached"):
        read("http://127.0.0.1:9/x", settings)


def test_is_reachable_tells_a_listening_host_from_a_silent_one(monkeypatch):
    monkeypatch.setattr("argmine.read.fetch.getproxies", dict)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert is_reachable(f"http://127.0.0.1:{port}/x", timeout_s=2)
    assert not is_reachable(f"http://127.0.0.1:{port}/x", timeout_s=2)
