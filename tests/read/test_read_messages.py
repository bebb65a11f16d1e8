"""What a user sees who names something that is no thread: one sentence, an exit code, and nothing written."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from argmine.cli import main

LOGIN = "<!DOCTYPE html><html><head><title>Log in to Reddit</title></head><body><form></form></body></html>"
FILES = {
    "a folder": (None, "this is a folder"),
    "an empty file": (b"", "the file is empty"),
    "an image": (b"\x89PNG\r\n\x1a\n" + bytes(60), "this is a PNG image"),
    "a login page": (LOGIN.encode(), "this is Reddit's login page, not a thread"),
}


class Nothing(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(404)

    def log_message(self, *_):
        pass


@pytest.fixture
def base():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def refusal(monkeypatch, capsys, tmp_path):
    """A function that runs `argmine report` and returns the one sentence that it says."""

    def run(*arguments):
        out = tmp_path / "out"
        monkeypatch.setattr(sys, "argv", ["argmine", "report", *arguments, "-o", str(out)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert left.value.code in (1, 2)
        assert said.out == ""
        assert said.err.startswith("argmine: ")
        assert said.err.count("\n") == 1
        assert said.err.endswith(".\n")
        assert not out.exists()
        return said.err

    return run


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_thread(kind, refusal, tmp_path):
    content, message = FILES[kind]
    path = tmp_path / "thread.json"
    path.mkdir() if content is None else path.write_bytes(content)
    assert message in refusal(str(path))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("https://news.ycombinator.com/item?id=1", "--offline"), "offline is set. Name a saved file"),
        (("https://lobste.rs/s/tdfoqh/ranking_comments",), "--accept-terms"),
        (("http://127.0.0.1:1/t",), "a private network"),
        (("thread.json", "--format", "gopher"), "there is no format 'gopher'"),
    ],
)
def test_an_address_that_is_not_asked(arguments, message, refusal):
    assert message in refusal(*arguments)


def test_a_page_that_is_not_there(refusal, base):
    assert "there is no such page (HTTP 404). Check the address" in refusal(f"{base}/t", "--allow-private")
