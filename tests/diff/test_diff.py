"""What differs between two runs: nothing for a run and itself, and otherwise each thing that was changed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from handmade import CODEBOOK, THREAD, Say, build
from typer.testing import CliRunner

from argmine.cli import app
from argmine.codebook import Codebook, Frame
from argmine.diff import compare
from argmine.diff.page import render_diff
from argmine.diff.shares import intervals
from argmine.errors import RunError
from argmine.tables import CLUSTERS, conform


def thread(sides, n_authors=30, start=0):
    """Return a run whose claims speak to `dogs` on these sides ("" for none), a post each."""
    says = [
        Say(f"a{(start + n) % n_authors}", [(f"Dogs are reason {n} to go out.", [("dogs", side)] if side else [])])
        for n, side in enumerate(sides)
    ]
    return build(says)


def share_of(diff, frame, side):
    return diff.shares.set_index(["frame", "side"]).loc[(frame, side)]


def test_a_run_does_not_differ_from_itself():
    diff = compare(build(), build())
    assert diff.is_empty
    assert not diff.made_differently
    assert (diff.shares["change"] == 0).all()
    assert "Nothing differs" in str(diff)
    assert "Nothing differs" in render_diff(diff)


def test_posts_and_claims_added_and_gone_are_told_with_the_reason():
    more = Say("eve", [("Dogs need a lake.", [("dogs", "pro")])])
    other = (*THREAD[:3], replace(THREAD[3], parts=[("The council will vote in June.", [])]), *THREAD[4:6], more)
    diff = compare(build(), build(other))
    assert dict(diff.posts.groupby("change")["post_id"].agg(list)) == {"changed": ["p3", "p6"]}
    told = diff.claims.set_index(["claim_id", "change"])
    assert told.loc[("p3:0", "gone"), "text"] == "The council will vote on dogs in May."
    assert told.loc[("p3:0", "added"), "why"] == "its post was changed"
    assert ("p6:0", "added") in told.index and ("p6:0", "gone") not in told.index
    assert "5 posts are the same; 0 added, 0 gone, 2 with another text." in str(diff)


def test_a_claim_split_at_another_place_is_not_the_same():
    one = build([Say("ada", [("Dogs run, and cats sleep.", [])]), *THREAD])
    two = build([Say("ada", [("Dogs run,", []), ("and cats sleep.", [])]), *THREAD])
    told = compare(one, two).claims
    assert told["why"].unique().tolist() == ["split at another place"]
    assert sorted(zip(told["change"], told["claim_id"], strict=True)) == [
        ("added", "p0:0"),
        ("added", "p0:10"),
        ("gone", "p0:0"),
    ]


def test_codes_that_changed_are_told_claim_by_claim():
    before = build()
    recoded = before.recode("p0:0", "dogs", "con").recode("p0:33", "cars", "pro").recode("p2:0", "dogs", "none")
    diff = compare(before, recoded)
    assert diff.codes[["claim_id", "frame", "a", "b"]].to_numpy().tolist() == [
        ["p0:0", "dogs", "pro", "con"],
        ["p0:33", "cars", "none", "pro"],
        ["p2:0", "dogs", "unclear", "none"],
    ]
    assert diff.claims.empty and diff.posts.empty
    assert ["edits by hand", "0", "3"] in diff.made.to_numpy().tolist()
    assert diff.made_differently


def test_shares_change_by_what_was_changed_and_the_interval_holds_it():
    before, after = (thread(["pro"] * 60 + [""] * 30 + last, 17) for last in ([""] * 30, ["con"] * 30))
    diff = compare(before, after)
    assert share_of(diff, "dogs", "any")[["share_a", "share_b", "change"]].tolist() == [0.5, 0.75, 0.25]
    assert share_of(diff, "dogs", "pro")["change"] == 0
    con = share_of(diff, "dogs", "con")
    assert con["low"] < con["change"] == 0.25 < con["high"] and con["low"] > 0
    assert "Dogs +25.0 points" in str(diff)


def test_an_interval_covers_no_change_about_as_often_as_it_says():
    random = np.random.default_rng(0)
    hits = 0
    for _ in range(100):
        n = random.integers(1, 8, size=(2, 60)) * (random.random((2, 60)) < 0.7)
        hit = random.binomial(n, 0.4)
        low, high = intervals(*(np.column_stack([hit[run], n[run]]).astype(float) for run in (0, 1)), seed=0)
        hits += low[0] <= 0 <= high[0]
    assert 88 <= hits <= 99


def test_few_authors_have_no_interval():
    diff = compare(build(), build(THREAD[:3]))
    assert diff.shares["low"].isna().all()
    assert "There are no intervals" in str(diff)


def test_a_frame_of_one_codebook_only_is_no_zero():
    extra = Codebook("parks", (*CODEBOOK.frames, Frame("cats", "Cats", "Cats should be kept in.", "a", "b", "c")))
    diff = compare(build(), build(codebook=extra))
    row = share_of(diff, "cats", "any")
    assert pd.isna(row["share_a"]) and row["share_b"] == 0 and pd.isna(row["change"])
    assert "not coded" in str(diff)
    assert "codebook.sha256" in diff.made["what"].tolist()


def grouped(*groups, names=None):
    """Return a run of twelve claims of which these are in groups, each a list of claim numbers."""
    run = thread([""] * 12)
    of = {f"p{n}:0": f"g{number}" for number, group in enumerate(groups) for n in group}
    rows = [
        {"cluster_id": f"g{number}", "name": (names or {}).get(number, f"name {number}"), "keyphrases": ""}
        | {"n_claims": len(group), "n_authors": 1, "stability": 1.0}
        for number, group in enumerate(groups)
    ]
    claims = run.claims.assign(cluster_id=run.claims["claim_id"].map(of).astype("str"))
    return replace(run, claims=claims, clusters=conform(pd.DataFrame(rows, columns=CLUSTERS.names), CLUSTERS))


def test_groups_are_matched_by_their_claims_and_not_by_their_names():
    before = grouped([0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11])
    after = grouped([8, 9, 10, 11], [0, 1, 2], [4, 5], [6, 7], names={0: "other"})
    told = compare(before, after).groups
    rows = told[["change", "cluster_a", "cluster_b"]].fillna("").to_numpy().tolist()
    assert rows == [
        ["changed", "g0", "g1"],
        ["vanished", "g1", ""],
        ["renamed", "g2", "g0"],
        ["appeared", "", "g2"],
        ["appeared", "", "g3"],
    ]
    assert told.loc[1, "went"] == "2 in “name 2”; 2 in “name 3”"
    assert told.loc[0, "overlap"] == 0.75


def test_two_threads_are_said_to_be_two():
    said = str(compare(build(), thread(["pro"] * 30)))
    assert "these are two threads" in said
    assert "vanished" not in said


def test_hostile_text_is_escaped_and_the_page_asks_no_host():
    bad = "<script>alert(1)</script><img src=https://example.org/x>"
    other = build([Say(bad, [(bad, [("dogs", "con")])]), *THREAD[1:]], title=bad)
    page = render_diff(compare(build(), other))
    assert "<script" not in page and "<img" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "default-src &#39;none&#39;" in page
    assert page == render_diff(compare(build(), other))


def test_the_command_prints_and_writes_a_page(tmp_path):
    for name, says in (("a", THREAD), ("b", THREAD[:5])):
        run = build(says)
        counts = run.manifest["counts"] | {"authors": 3, "posts_with_text": len(says)}
        replace(run, manifest=run.manifest | {"counts": counts, "codebook": CODEBOOK.as_dict()}).report(tmp_path / name)
    page = tmp_path / "new" / "diff.html"
    done = CliRunner().invoke(app, ["diff", str(tmp_path / "a"), str(tmp_path / "b"), "-o", str(page)])
    assert done.exit_code == 0, done.output
    assert "0 added, 2 gone" in done.output
    assert "posts gone since A" in page.read_text(encoding="utf-8")
    with pytest.raises(RunError, match="no argmine run here"):
        CliRunner().invoke(app, ["diff", str(tmp_path), str(tmp_path / "b")], catch_exceptions=False)


def test_a_page_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path):
    (tmp_path / "page.html").mkdir()
    with pytest.raises(RunError, match="cannot be written"):
        compare(build(), build()).write(tmp_path / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
