"""`argmine sheet`, `agree`, `score` and `correct` as a user meets them, on the sample thread."""

import csv
import json
import subprocess
import sys
from pathlib import Path

ARGMINE = Path(sys.executable).with_name("argmine")


def argmine(*arguments, cwd):
    return subprocess.run([ARGMINE, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=300)


def assert_one_sentence(done, code, *words):
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("argmine: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert [word for word in words if word not in done.stderr] == []


def code_by_hand(path, sure):
    """Fill a sheet in: what names weights speaks to open weights, but for every `sure`-th row."""
    with path.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.reader(lines))
    top = next(place for place, row in enumerate(rows) if row[0] == "claim_id")
    at = rows[top].index("open_weights")
    for number, row in enumerate(rows[top + 1 :]):
        row[at] = ("con" if "not" in row[4] else "pro") if "weights" in row[4] and number % sure else ""
        row[-2] = "x"
    with path.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines, delimiter=";").writerows(rows)


def test_the_whole_way(sample_run, tmp_path):
    run = json.loads((sample_run / "run.json").read_text())["counts"]
    for coder, sure in (("anna", 1_000), ("ben", 9)):
        done = argmine("sheet", sample_run, "-n", 120, "-o", f"{coder}.csv", "--for", coder, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert f"120 of {run['claims']} claims" in done.stdout
        code_by_hand(tmp_path / f"{coder}.csv", sure)
    agreed = argmine("agree", "anna.csv", "ben.csv", cwd=tmp_path)
    assert agreed.returncode == 0, agreed.stderr
    assert "2 coders (anna, ben)" in agreed.stdout
    scored = argmine("score", sample_run, "anna.csv", "ben.csv", cwd=tmp_path)
    assert scored.returncode == 0, scored.stderr
    assert "open_weights        any" in scored.stdout
    corrected = argmine("correct", sample_run, "anna.csv", "ben.csv", "-o", "run2", cwd=tmp_path)
    assert corrected.returncode == 0, corrected.stderr
    assert corrected.stdout.splitlines()[-1] == "run2/report.html"
    kept = json.loads((tmp_path / "run2" / "run.json").read_text())["corrections"]
    assert kept["n_coders"] == 2
    assert 'id="corrected"' in (tmp_path / "run2" / "report.html").read_text()


def test_mistakes_get_one_sentence_and_leave_nothing(sample_run, tmp_path):
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    assert_one_sentence(argmine("agree", "bad.csv", cwd=tmp_path), 1, "bad.csv", "claim_id")
    assert_one_sentence(argmine("score", sample_run, "none.csv", cwd=tmp_path), 1, "none.csv")
    assert_one_sentence(argmine("correct", sample_run, "bad.csv", "-o", "run2", cwd=tmp_path), 1, "bad.csv")
    assert_one_sentence(argmine("sheet", tmp_path, "-o", "s.csv", cwd=tmp_path), 1, "no argmine run")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]
