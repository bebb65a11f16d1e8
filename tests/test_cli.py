"""The command as a user meets it: what it prints, its exit codes, one sentence for each mistake."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ARGMINE = Path(sys.executable).with_name("argmine")

BAD_FILES = {
    "empty.txt": (b"", "empty"),
    "binary.dat": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x00\x02" * 50, "binary"),
    "shape.json": (b'{"kind": "unknown", "rows": 3}', "kind"),
    "torn.json": (b'{"id": 1, "children": [{"id": 2', "JSON"),
    "table.csv": (b"name,age\nAnn,3\nBob,4\n", "name, age"),
    "silent.json": (
        b'{"id":1,"type":"story","title":"t","children":[],"text":null,"author":null,"created_at_i":1,"parent_id":null}',
        "no text",
    ),
}


def argmine(*arguments, cwd=None, **environment):
    import os

    return subprocess.run(
        [ARGMINE, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | environment,
        timeout=300,
    )


def assert_one_sentence(done, code, *words):
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("argmine: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


def test_report_prints_coverage_and_ends_with_the_path(threads, tmp_path):
    done = argmine("report", threads / "distillation_letter.json", "-o", tmp_path / "out", "--offline")
    assert done.returncode == 0, done.stderr
    coverage, path = done.stdout.splitlines()
    assert coverage.startswith("read 144 comments")
    assert "speak to a frame" in coverage
    assert coverage.endswith("0 quotes failed the check")
    assert Path(path) == tmp_path / "out" / "report.html"
    assert json.loads((tmp_path / "out" / "run.json").read_text())["settings"]["offline"] is True


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_one_sentence_and_leaves_nothing(tmp_path, name):
    content, word = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    done = argmine("report", name, "-o", "out", cwd=tmp_path)
    assert_one_sentence(done, 1, name, word)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_missing_file_and_a_folder_get_one_sentence(tmp_path):
    assert_one_sentence(argmine("report", "none.txt", cwd=tmp_path), 1, "none.txt")
    (tmp_path / "folder").mkdir()
    assert_one_sentence(argmine("report", "folder", cwd=tmp_path), 1, "folder")


def test_a_column_that_is_not_there_is_named(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    assert_one_sentence(argmine("report", "t.csv", "--text-column", "body", cwd=tmp_path), 1, "body", "a, b")


def test_a_precious_folder_is_refused_before_any_work(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("precious")
    (tmp_path / "t.txt").write_text("Weights should be open.")
    assert_one_sentence(argmine("report", "t.txt", "-o", "thesis", cwd=tmp_path), 1, "thesis", "not an argmine run")


def test_offline_refuses_an_address(tmp_path):
    done = argmine("report", "https://news.ycombinator.com/item?id=1", "--offline", cwd=tmp_path)
    assert_one_sentence(done, 1, "offline")


def test_an_unreachable_host_is_said(tmp_path):
    done = argmine("report", "1", "--hn-api", "http://127.0.0.1:9", "--allow-private", "--timeout-s", "2", cwd=tmp_path)
    assert_one_sentence(done, 1, "item?id=1", "cannot be reached")


@pytest.mark.parametrize(
    "arguments", [["report"], ["report", "x", "--seed", "-3"], ["report", "x", "--device", "tpu"], ["nonsense"]]
)
def test_wrong_usage_exits_with_2(arguments, tmp_path):
    done = argmine(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_codebook_show_and_check(tmp_path):
    shown = argmine("codebook", "show")
    assert shown.returncode == 0
    assert "national_security (National security)" in shown.stdout
    (tmp_path / "mine.yaml").write_text("frames:\n  a:\n    proposition: P.\n    examples:\n      against: [x]\n")
    done = argmine("codebook", "check", "mine.yaml", cwd=tmp_path)
    assert_one_sentence(done, 1, "mine.yaml, line 5", "against")
    (tmp_path / "mine.yaml").write_text("frames:\n  a:\n    proposition: P.\n")
    done = argmine("codebook", "check", "mine.yaml", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 frames, no error" in done.stdout


def test_doctor_says_what_a_run_would_use():
    done = argmine("doctor")
    assert done.returncode == 0, done.stderr
    for word in (
        "argmine",
        "torch",
        "device",
        "threads",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "network",
    ):
        assert word in done.stdout


def test_version():
    import argmine as package

    assert argmine("--version").stdout.strip() == package.__version__
