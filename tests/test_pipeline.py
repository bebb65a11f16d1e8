"""The main job end to end: a thread in, an Analysis and a run folder out."""

import csv
import json
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import argmine as am
from argmine import tables
from argmine.errors import RunError, SettingsError

OPEN_SOCKETS = """
import socket
def refuse(*arguments, **options):
    raise AssertionError("the pipeline opened a socket")
socket.socket.connect = refuse
socket.socket.connect_ex = refuse
socket.create_connection = refuse
socket.getaddrinfo = refuse
"""


def test_every_claim_and_quote_is_where_it_says(sample_analysis):
    texts = dict(zip(sample_analysis.posts["post_id"], sample_analysis.posts["text"], strict=True))
    for table in (sample_analysis.claims, sample_analysis.quotes):
        assert len(table)
        for row in table.itertuples():
            assert texts[row.post_id][row.start : row.end] == row.text


def test_the_tables_fit_together(sample_analysis):
    a = sample_analysis
    assert len(a.vectors) == len(a.claims)
    np.testing.assert_allclose(np.linalg.norm(a.vectors, axis=1), 1.0, atol=1e-3)
    assert a.claims["claim_id"].is_unique
    assert a.claims["post_id"].isin(a.posts["post_id"]).all()
    assert a.stances["claim_id"].isin(a.claims["claim_id"]).all()
    assert set(a.stances["frame"]) <= set(a.codebook.frame_names)
    grouped = a.claims["cluster_id"].notna()
    assert set(a.claims.loc[grouped, "cluster_id"]) == set(a.clusters["cluster_id"])
    assert (grouped ^ a.claims["unassigned_reason"].notna()).all(), "a claim is in a group or says why not"
    for table in tables.TABLES:
        pd.testing.assert_frame_equal(tables.conform(getattr(a, table.name), table), getattr(a, table.name))


def test_quoted_and_empty_words_are_not_coded(sample_analysis):
    kinds = sample_analysis.claims.set_index("claim_id")["kind"]
    assert set(kinds[sample_analysis.stances["claim_id"]]) <= {"claim", "question"}


def test_frames_count_each_claim_once(sample_analysis):
    frames = sample_analysis.frames()
    assert list(frames["frame"]) == sample_analysis.codebook.frame_names
    assert (frames[list(tables.SIDES)].sum(axis=1) == frames["n_claims"]).all()
    once = sample_analysis.counted_claims()["claim_id"]
    stances = sample_analysis.stances
    assert frames["n_claims"].sum() == stances["claim_id"].isin(once).sum()
    assert frames["n_claims"].sum() > 0


def test_a_list_of_quotes_shows_an_author_once(sample_analysis):
    for _, shown in sample_analysis.quotes.groupby(["frame", "side", "cluster_id"], dropna=False):
        authors = shown["author"].dropna()
        assert authors.is_unique
        assert list(shown["rank"]) == list(range(1, len(shown) + 1))


def test_a_run_is_loaded_back_equal(sample_analysis, sample_run):
    loaded = am.load(sample_run)
    assert loaded == sample_analysis
    assert loaded != am.load(sample_run).__class__(**{**vars(loaded), "vectors": loaded.vectors * 2})


def test_a_run_writes_what_the_documentation_says(sample_run):
    written = sorted(str(path.relative_to(sample_run)) for path in sample_run.rglob("*") if path.is_file())
    named = ["map.png", "map.svg", "report.html", "run.json", "tables/datapackage.json", "vectors.npy"]
    assert written == sorted([*named, *(f"tables/{table.name}.csv" for table in tables.TABLES)])
    manifest = json.loads((sample_run / "run.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["quotes_failed"] == 0
    assert {"argmine", "source", "coverage", "settings", "codebook", "encoder", "versions", "counts"} <= set(manifest)


def run_in_a_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def without_timing(path: Path) -> bytes:
    if path.name != "run.json":
        return path.read_bytes()
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["timing"]
    return json.dumps(manifest).encode()


def test_the_same_input_gives_the_same_bytes_without_a_network(sample_run, threads, tmp_path):
    """A second process, its sockets blocked and its store of vectors empty, writes the same files."""
    again = tmp_path / "again"
    source = str(threads / "distillation_letter.json")
    run_in_a_process(
        f"{OPEN_SOCKETS}\nimport os\nos.environ['ARGMINE_CACHE_DIR'] = {str(tmp_path / 'cache')!r}\n"
        f"import argmine as am\nam.analyze({source!r}).report({str(again)!r})"
    )
    for path in sorted(path for path in sample_run.rglob("*") if path.is_file()):
        assert without_timing(again / path.relative_to(sample_run)) == without_timing(path), path.name


def test_shuffled_rows_give_the_same_tables(threads):
    rows = pd.read_csv(threads / "scraping_settlement.csv", dtype=str, keep_default_na=False)
    one = am.analyze(rows)
    other = am.analyze(rows.sample(frac=1, random_state=3))
    for table in tables.TABLES:
        pd.testing.assert_frame_equal(getattr(one, table.name), getattr(other, table.name))
    np.testing.assert_array_equal(one.vectors, other.vectors)


SMALL_THREADS = {
    "one post": ["Weights should be open to everybody."],
    "one word": ["No."],
    "five claims": ["Scraping is theft. They never asked. Who pays us? Nobody pays. It has to stop."],
    "another language": ["Das Training mit fremden Texten ohne Erlaubnis ist Diebstahl und gehört verboten."],
    "copies": ["Model weights should be released so that everybody can check them."] * 30,
    "thirty claims": [f"Claim number {i} says that rule {i * 7 % 11} is a bad rule for labs." for i in range(30)],
}


@pytest.mark.parametrize("name", SMALL_THREADS)
def test_a_small_thread_gives_a_full_report(name, tmp_path):
    a = am.analyze(pd.DataFrame({"text": SMALL_THREADS[name]}))
    a.report(tmp_path / "run")
    assert am.load(tmp_path / "run") == a
    assert (a.claims["cluster_id"].notna() | a.claims["unassigned_reason"].notna()).all()
    assert a.manifest["groups"]["method"]


def test_copies_count_once():
    a = am.analyze(pd.DataFrame({"text": SMALL_THREADS["copies"]}))
    once = a.manifest["counts"]["claims"]
    assert once in (1, 2), "one sentence is one claim or two"
    assert a.manifest["counts"]["duplicates"] == 29 * once
    assert a.frames()["n_claims"].max() <= once


def test_another_language_is_kept_counted_and_not_coded():
    a = am.analyze(pd.DataFrame({"text": [*SMALL_THREADS["another language"], "Open weights help everybody."]}))
    assert set(a.claims["language"]) == {"de", "en"}
    german = a.claims.loc[a.claims["language"] == "de", "claim_id"]
    assert a.manifest["counts"]["claims_in_other_languages"] == len(german)
    assert not a.stances["claim_id"].isin(german).any()


HOSTILE = [
    "<script>alert(1)</script> The weights should be <b>open</b>.",
    '=HYPERLINK("http://evil.example","click") is how they steal data.',
    "@SUM(A1:A9) and +1 to this, the licence is not open.",
    "See [this](javascript:alert(1)) and javascript:alert(2) before you train on it.",
    "</script><img src=x onerror=alert(1)> closes the block.",
    "\u202eright to left\u202c and \x00 NUL and \u2028 separators are copyright infringement.",
    "word " * 200_000,
    "Copyright 👩‍👩‍👧‍👦 é e\u0301 مرحبا بالعالم. Training is fair use.\r\nA second line\rand a third.",
]


def test_hostile_comments_do_no_harm(tmp_path):
    csv.field_size_limit(2_000_000)
    frame = pd.DataFrame({"text": HOSTILE, "author": HOSTILE[:2] * 4, "url": ["javascript:alert(3)"] * len(HOSTILE)})
    a = am.analyze(frame)
    page = a.report(tmp_path / "run").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "onerror=alert(1)>" not in page
    assert 'href="javascript:' not in page
    for path in (tmp_path / "run" / "tables").glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as lines:
            cells = [cell for row in csv.reader(lines) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "\t", "\r"))]
    assert am.load(tmp_path / "run") == a
    texts = dict(zip(a.posts["post_id"], a.posts["text"], strict=True))
    assert sorted(texts.values()) == sorted(HOSTILE)


def test_a_folder_that_is_no_run_is_left_alone(sample_analysis, tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(RunError, match="not an argmine run"):
        sample_analysis.report(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(RunError, match="this is a file"):
        sample_analysis.report(tmp_path / "thesis.txt")


def test_a_run_is_replaced_whole_and_a_failure_leaves_the_old_one(sample_analysis, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    sample_analysis.report(folder)
    (folder / "stale.txt").write_text("x")
    sample_analysis.report(folder)
    assert not (folder / "stale.txt").exists()

    def full_disk(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full_disk)
    with pytest.raises(RunError, match="No space left"):
        sample_analysis.report(folder)
    assert am.load(folder) == sample_analysis
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_damaged_run_is_refused(sample_analysis, tmp_path):
    with pytest.raises(RunError, match="no argmine run here"):
        am.load(tmp_path)
    folder = tmp_path / "run"
    sample_analysis.report(folder)
    (folder / "vectors.npy").write_bytes(b"\x93NUMPY torn")
    with pytest.raises(RunError, match=r"vectors\.npy: cannot be read"):
        am.load(folder)
    np.save(folder / "vectors.npy", sample_analysis.vectors[:3])
    with pytest.raises(RunError, match="3 vectors for"):
        am.load(folder)


def test_an_unknown_setting_is_named():
    with pytest.raises(SettingsError, match="no setting 'colour'"):
        am.analyze("x", colour="red")


def test_maps_and_summary_show_the_analysis(sample_analysis):
    figure = sample_analysis.map()
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert all(frame.title in words for frame in sample_analysis.codebook.frames)
    plot = sample_analysis.interactive_map()
    assert sum(len(trace.x) for trace in plot.data) == sample_analysis.claims["x"].notna().sum()
    assert "<script" not in sample_analysis._repr_html_()
    assert sample_analysis.coverage_line() in repr(sample_analysis)


def test_no_socket_was_blocked_here():
    """The blocking above happens in a process of its own; in this one sockets still work."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert free.getsockname()[1] > 0


@pytest.mark.parametrize(
    "name",
    [
        "000_fb5c084fe2fd9a59",
        "001_e76c7422d89a39ff",
        "002_4457bb882e894fa6",
        "003_dfa00aa35d604fce",
        "004_d2f9b40e6348a628",
    ],
)
def test_every_seed_gives_a_report(shared, tmp_path, name):
    a = am.analyze(shared / "seeds" / f"{name}.txt")
    a.report(tmp_path / "run")
    assert am.load(tmp_path / "run") == a
    assert a.manifest["counts"]["authors"] == 0
    if name.startswith("004"):
        assert a.manifest["counts"]["duplicates"] >= a.manifest["counts"]["claims"]
