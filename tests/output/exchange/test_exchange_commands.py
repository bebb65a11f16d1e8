"""export, import-codes and edit as a user meets them."""

import csv
import shutil
import sys
from dataclasses import replace

import pytest
from handmade import build
from typer.testing import CliRunner

from argmine import load
from argmine.cli import app, main


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A run folder of the thread made by hand."""
    folder = tmp_path_factory.mktemp("commands") / "run"
    analysis = build()
    counts = analysis.manifest["counts"] | {"authors": 4, "posts_with_text": 6}
    codebook = {"sha256": analysis.codebook.sha256, **analysis.codebook.as_dict()}
    replace(analysis, manifest=analysis.manifest | {"counts": counts, "codebook": codebook}).report(folder)
    return folder


@pytest.fixture
def run(written, tmp_path):
    """A copy of the run folder, to be changed."""
    return shutil.copytree(written, tmp_path / "run")


def argmine(*arguments):
    """Run a command that should succeed and return what it prints."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.exception
    return done.stdout


def test_a_run_goes_out_to_a_project_and_comes_back(run, tmp_path):
    printed = argmine("export", run, "qdpx", "-o", tmp_path / "out.qdpx")
    assert printed.splitlines()[-1] == str(tmp_path / "out.qdpx")
    before = (run / "run.json").read_bytes()
    assert "0 codes changed" in argmine("import-codes", run, tmp_path / "out.qdpx")
    assert (run / "run.json").read_bytes() == before


def test_a_sheet_coded_by_hand_changes_a_new_run_and_is_logged(run, tmp_path):
    sheet = tmp_path / "ann.csv"
    argmine("export", run, "csv", "-o", sheet)
    with sheet.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    rows[1]["dogs"] = "con"
    with sheet.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert "coded by ann · 1 codes changed" in argmine("import-codes", run, sheet, "-o", tmp_path / "checked")
    (one,) = load(tmp_path / "checked").edits
    assert (one.claims, one.frame, one.side, one.by) == (("p0:33",), "dogs", "con", "ann")
    assert one.at.endswith("Z")
    assert load(run).edits == []
    assert "ann  recode p0:33: dogs con" in argmine("edit", "log", tmp_path / "checked")


def test_edits_are_made_logged_and_made_again(run, written, tmp_path):
    argmine("edit", "split", run, "g1", "p0:0", "--name", "Apart")
    (new,) = set(load(run).clusters["cluster_id"]) - {"g1"}
    argmine("edit", "rename", run, "g1", "The rest")
    argmine("edit", "merge", run, new, "g1")
    argmine("edit", "recode", run, "p0:0", "dogs", "con", "--by", "Ann")
    made = load(run)
    assert [one.action for one in made.edits] == ["split", "rename", "merge", "recode"]
    assert made.clusters["name"].tolist() == ["Apart"]
    assert "4 of 4 edits" in argmine("edit", "replay", written, run, "-o", tmp_path / "again")
    assert load(tmp_path / "again") == made


def test_a_pseudonymous_export_leaves_the_key_in_the_run(run, tmp_path):
    for name in ("one.csv", "two.csv"):
        argmine("export", run, "csv", "-o", tmp_path / name, "--privacy", "pseudonymous")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert (run / "pseudonyms.key").read_text().strip() not in (tmp_path / "one.csv").read_text("utf-8")
    argmine("edit", "recode", run, "p0:0", "dogs", "con", "-o", tmp_path / "edited")
    assert (tmp_path / "edited" / "pseudonyms.key").read_bytes() == (run / "pseudonyms.key").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("export", "run", "docx", "-o", "x"), 2, ("docx", "qdpx")),
        (("export", "run", "csv", "-o", "x", "--privacy", "some"), 2, ("some", "aggregate")),
        (("export", "no", "csv", "-o", "x"), 1, ("no argmine run",)),
        (("import-codes", "run", "no.qdpx"), 1, ("no.qdpx", "No such file")),
        (("edit", "rename", "run", "g0", "x"), 1, ("no group 'g0'",)),
    ],
)
def test_a_mistake_gets_one_sentence_and_leaves_nothing(run, tmp_path, monkeypatch, capsys, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["argmine", *arguments])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert (left.value.code, said.out) == (code, "")
    assert said.err.startswith("argmine: ")
    assert said.err.count("\n") == 1
    assert [word for word in words if word not in said.err] == []
    assert sorted(tmp_path.iterdir()) == before
