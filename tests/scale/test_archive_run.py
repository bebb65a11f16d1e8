"""A whole run: its tables are those of the stages, it can be killed and taken up, and it sets aside what is broken."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import argmine.split
from argmine.errors import RunError, SettingsError, SourceError
from argmine.quotes import failed_quotes
from argmine.read import read
from argmine.scale import archive, open_archive
from argmine.settings import Settings

QUICK = Settings(coder="similarity")
RUN = Path(__file__).with_name("scale_run.py")


def lines(path, rows):
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def comment(name, thread="t1", parent=None, body="A ban of open weights helps nobody at all.", **more):
    return {
        "id": name,
        "author": f"author of {name}",
        "body": body,
        "created_utc": 1700000000,
        "link_id": f"t3_{thread}",
        "parent_id": f"t1_{parent}" if parent else f"t3_{thread}",
        "subreddit": "law",
        "score": 1,
    } | more


def test_the_tables_are_those_of_the_stages(whole, dump):
    discussion = read(dump)
    posts = whole.table("posts").to_table().to_pandas()
    assert len(list((whole.root / "posts").glob("*.parquet"))) >= 3
    assert set(posts["post_id"]) == set(discussion.posts["post_id"])
    by_id = discussion.posts.set_index("post_id")
    for row in posts.itertuples():
        assert (row.text, row.depth, row.status) == tuple(by_id.loc[row.post_id, ["text", "depth", "status"]])
    claims = whole.table("claims").to_table().to_pandas()
    for _, thread in discussion.posts.groupby("thread_id"):
        alone, _ = argmine.split.split(thread.reset_index(drop=True), discussion.markup)
        found = claims[claims["post_id"].isin(thread["post_id"])].set_index("claim_id")
        assert list(alone["claim_id"]) == list(found.index)
        assert list(alone["text"]) == list(found["text"])
        assert list(alone["kind"]) == list(found["kind"])
        copied = alone.set_index("claim_id")["duplicate_of"].dropna()
        first = claims.set_index("claim_id")["duplicate_of"]
        assert all(found["duplicate_of"][copy] in (original, first[original]) for copy, original in copied.items())


def test_a_copy_in_another_thread_is_counted_once(whole):
    claims = whole.table("claims").to_table().to_pandas()
    bots = claims[claims["text"].str.startswith("I am a bot")]
    assert len(bots) >= 2
    assert bots["duplicate_of"].isna().sum() == 1


def test_counts_are_those_of_all_rows(whole):
    sample = whole.sample(10_000)
    mine, theirs = whole.frames(), sample.frames()
    assert list(mine.columns) == list(theirs.columns)
    assert mine["n_claims"].sum() > 0
    assert mine.to_dict("records") == theirs.to_dict("records")
    assert whole.manifest["counts"]["claims"] == sample.manifest["counts"]["claims"]
    assert whole.manifest["counts"]["quotes_failed"] == 0


def test_a_sample_is_an_analysis(whole, tmp_path):
    one, again, other = whole.sample(12), whole.sample(12), whole.sample(12, seed=1)
    assert len(one.claims) == len(one.vectors) == 12
    assert one == again
    assert set(one.claims["claim_id"]) != set(other.claims["claim_id"])
    assert failed_quotes(one.posts, one.claims) == 0
    assert one.report(tmp_path / "run").is_file()


def test_the_report_counts_and_quotes(whole):
    page = whole.report_page.read_text(encoding="utf-8")
    assert "2023-01" in page
    assert "https://www.reddit.com/r/" in page
    assert "<script" not in page
    assert (whole.root / "counts" / "months.csv").read_text(encoding="utf-8").startswith("month,frame,n_all")


def test_queries_are_lazy(whole):
    rows = whole.sql("SELECT count(*) AS n, count(DISTINCT thread_id) AS threads FROM posts")
    assert rows["n"].iat[0] == 60
    with pytest.raises(RunError, match="no table 'people'"):
        whole.table("people")


@pytest.mark.slow
@pytest.mark.parametrize("step", ["code", "assign"])
def test_a_killed_run_is_taken_up_and_ends_in_the_same_bytes(whole, dump, differing, tmp_path, step):
    out = tmp_path / "archive"
    killed = subprocess.run([sys.executable, RUN, dump, out, step, "local"], env=os.environ, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(RunError, match="no finished archive"):
        open_archive(out)
    again = subprocess.run(
        [sys.executable, RUN, dump, out, "never", "local"], env=os.environ, capture_output=True, text=True
    )
    assert again.returncode == 0, again.stderr
    assert differing(whole.root, out) == []
    assert open_archive(out).manifest["counts"] == whole.manifest["counts"]


def test_a_finished_run_is_opened_and_another_is_refused(whole, dump):
    assert archive([dump], whole.root, settings=QUICK, sample=10).manifest == whole.manifest
    with pytest.raises(RunError, match="other where"):
        archive([dump], whole.root, settings=QUICK, sample=10, where="subreddit=law")


def test_a_folder_of_something_else_is_left_alone(dump, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="not an archive run"):
        archive([dump], tmp_path)


def test_broken_lines_mixed_times_deletions_and_late_parents(tmp_path):
    rows = [
        comment("c2", parent="c1", created_utc="1700000100"),
        comment("c3", parent="gone", created_utc=1700000200.5),
        '{"id": "cut',
        "[1, 2]",
        {"kind": "neither"},
        comment("c4", parent="c2", body="[deleted]", author="[deleted]"),
        comment("c1", created_utc=1700000000),
    ]
    found = archive([lines(tmp_path / "RC.ndjson", rows)], tmp_path / "out", settings=QUICK, sample=10)
    posts = found.table("posts").to_table().to_pandas().set_index("post_id")
    assert list(posts["depth"][["c1", "c2", "c3", "c4"]]) == [0, 1, 0, 2]
    assert [time.second for time in posts["created_at"][["c1", "c2", "c3"]]] == [20, 0, 40]
    assert posts["status"]["c4"] == "deleted"
    assert found.manifest["counts"]["rejected"] == 3
    assert found.manifest["coverage"]["dangling_parents"] == 1
    (path,) = (found.root / "rejected").iterdir()
    aside = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["record"] for row in aside] == [3, 4, 5]
    assert [row["reason"].split(":")[0] for row in aside] == [
        "not JSON",
        "not an object but an array of 2 numbers",
        "neither a comment nor a submission but an object with the names kind",
    ]


def test_a_record_that_no_stage_can_take_is_set_aside(tmp_path, monkeypatch):
    split = argmine.split.split

    def poisoned(posts, *rest):
        if posts["text"].str.contains("poison").any():
            raise ValueError("this text is poison")
        return split(posts, *rest)

    monkeypatch.setattr(argmine.split, "split", poisoned)
    rows = [comment("c1"), comment("c2", body="poison", parent="c1"), comment("c3", thread="t2")]
    found = archive([lines(tmp_path / "RC.ndjson", rows)], tmp_path / "out", settings=QUICK, sample=10)
    assert set(found.table("posts").to_table()["post_id"].to_pylist()) == {"c1", "c3"}
    (path,) = (found.root / "rejected").iterdir()
    assert json.loads(path.read_text(encoding="utf-8"))["reason"] == "ValueError: this text is poison"
    assert found.manifest["counts"]["rejected"] == 1


def test_where_leaves_out_and_counts(tmp_path):
    rows = [comment("c1"), comment("c2", subreddit="news"), comment("c3", created_utc=1500000000)]
    source = lines(tmp_path / "RC.ndjson", rows)
    found = archive([source], tmp_path / "out", where="subreddit=Law after=2020", settings=QUICK, sample=10)
    assert found.table("posts").to_table()["post_id"].to_pylist() == ["c1"]
    assert found.manifest["counts"]["left_out"] == 2


def test_a_run_that_kept_nothing_leaves_no_folder(tmp_path):
    source, out = lines(tmp_path / "RC.ndjson", [comment("c1"), "broken"]), tmp_path / "out"
    with pytest.raises(SourceError, match="no post to work on"):
        archive([source], out, where="link_id=t3_other", settings=QUICK)
    assert not out.exists()
    with pytest.raises(SettingsError, match="coder is 'oracle'"):
        archive([source], out, settings=Settings(coder="oracle"))
    assert not out.exists()


def test_ray_is_asked_for_by_its_extra(dump, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray.data", None)
    with pytest.raises(RunError, match=r'pip install "argmine\[ray\]"'):
        archive([dump], tmp_path / "out", engine="ray")
    with pytest.raises(SettingsError, match="choose one of local, ray"):
        archive([dump], tmp_path / "out", engine="spark")
