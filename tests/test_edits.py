"""Edits by hand: what each changes and leaves, the log, and replaying it on a run that was made again."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from argmine import load, tables
from argmine.edits import Edit, edit, keep_edits, logged_edits, replay
from argmine.errors import EditError
from argmine.quotes import failed_quotes


@pytest.fixture(scope="module")
def groups(sample_analysis):
    """The ids of the sample's groups, the largest first."""
    return sample_analysis.clusters["cluster_id"].tolist()


def members(analysis, group):
    claims = analysis.claims
    return claims.loc[claims["cluster_id"] == group, "claim_id"].tolist()


def assert_whole(analysis):
    """The tables fit together and are as declared; the counts of groups and quotes are those of the claims."""
    for table in tables.TABLES:
        pd.testing.assert_frame_equal(
            tables.conform(getattr(analysis, table.name), table), getattr(analysis, table.name)
        )
    sizes = analysis.claims["cluster_id"].value_counts()
    assert dict(zip(analysis.clusters["cluster_id"], analysis.clusters["n_claims"], strict=True)) == sizes.to_dict()
    assert failed_quotes(analysis.posts, analysis.quotes) == 0
    assert set(analysis.quotes["cluster_id"].dropna()) == set(sizes.index)
    coded = analysis.counted_claims()["claim_id"].isin(analysis.stances["claim_id"]).sum()
    assert analysis.manifest["counts"]["claims_in_a_frame"] == coded


def test_renaming_changes_a_name_and_nothing_else(sample_analysis, groups):
    renamed = sample_analysis.rename(groups[1], "  Cost of\n weeks ", by="Ann")
    assert renamed.clusters.set_index("cluster_id")["name"][groups[1]] == "Cost of weeks"
    assert renamed.clusters.drop(columns="name").equals(sample_analysis.clusters.drop(columns="name"))
    assert renamed.claims.equals(sample_analysis.claims)
    assert [one.as_dict() for one in renamed.edits] == [
        {"action": "rename", "groups": [groups[1]], "name": "  Cost of\n weeks ", "by": "Ann"}
    ]
    assert sample_analysis.edits == []
    assert_whole(renamed)


def test_merged_groups_are_one_with_all_their_claims(sample_analysis, groups):
    merged = sample_analysis.merge(groups[2], groups[0], groups[4], name="Three")
    wanted = {claim for group in (groups[2], groups[0], groups[4]) for claim in members(sample_analysis, group)}
    assert set(members(merged, groups[2])) == wanted
    assert merged.clusters["cluster_id"].iloc[0] == groups[2]
    assert merged.clusters["name"].iloc[0] == "Three"
    assert np.isnan(merged.clusters["stability"].iloc[0])
    assert len(merged.clusters) == len(groups) - 2
    assert_whole(merged)


def test_claims_split_off_have_a_group_of_their_own_and_merging_undoes_it(sample_analysis, groups):
    leaving = members(sample_analysis, groups[0])[:4]
    split = sample_analysis.split(groups[0], leaving)
    (new,) = set(split.clusters["cluster_id"]) - set(groups)
    assert members(split, new) == leaving
    assert split.clusters.set_index("cluster_id")["name"][new] != ""
    assert_whole(split)
    back = split.merge(groups[0], new)
    assert back.claims.equals(sample_analysis.claims)
    assert back.clusters["n_claims"].equals(sample_analysis.clusters["n_claims"])


def test_recoding_gives_a_side_takes_one_and_keeps_the_order(sample_analysis):
    stances = sample_analysis.stances
    first = stances.iloc[0]
    silent = next(c for c in sample_analysis.counted_claims()["claim_id"] if c not in set(stances["claim_id"]))
    side = "con" if first["side"] != "con" else "pro"
    changed = sample_analysis.recode(first["claim_id"], first["frame"], side).recode(silent, first["frame"], "neutral")
    rows = changed.stances.set_index(["claim_id", "frame"])
    assert rows["side"][first["claim_id"], first["frame"]] == side
    assert rows["side"][silent, first["frame"]] == "neutral"
    assert rows["confidence"][silent, first["frame"]] == 1.0
    assert changed.manifest["coder"]["name"].endswith("; 2 sides given by hand")
    places = {claim_id: row for row, claim_id in enumerate(changed.claims["claim_id"])}
    assert changed.stances["claim_id"].map(places).is_monotonic_increasing
    again = changed.recode(first["claim_id"], first["frame"], first["side"]).recode(silent, first["frame"], "none")
    assert again.stances[["claim_id", "frame", "side"]].equals(stances[["claim_id", "frame", "side"]])
    assert_whole(changed)


BAD_EDITS = [
    (lambda a, g: a.rename("g0", "x"), "no group 'g0'"),
    (lambda a, g: a.rename(g[0], "  "), "a name that is not empty"),
    (lambda a, g: a.merge(g[0]), "takes 2 different groups"),
    (lambda a, g: a.merge(g[0], g[0]), "takes 2 different groups"),
    (lambda a, g: a.split(g[0], members(a, g[1])[:1]), "group .* does not hold"),
    (lambda a, g: a.split(g[0], []), "does not hold no claim"),
    (lambda a, g: a.split(g[0], members(a, g[0])), "all .* claims .* would leave"),
    (lambda a, g: a.recode("nowhere:0", "fair_use", "pro"), "no claim 'nowhere:0'"),
    (lambda a, g: a.recode(a.claims["claim_id"][0], "weather", "pro"), "no frame 'weather'; the codebook has fair_use"),
    (lambda a, g: a.recode(a.stances["claim_id"][0], "fair_use", "yes"), "the side is 'yes'; choose one of pro"),
    (
        lambda a, g: a.recode(a.claims.loc[a.claims["kind"] == "quote", "claim_id"].iloc[0], "fair_use", "pro"),
        "of the kind quote; only claims and questions are coded",
    ),
]


@pytest.mark.parametrize(("make", "words"), BAD_EDITS, ids=[words for _, words in BAD_EDITS])
def test_an_edit_that_does_not_fit_is_refused_in_one_sentence(sample_analysis, groups, make, words):
    with pytest.raises(EditError, match=words):
        make(sample_analysis, groups)


def edited(analysis, groups):
    claims = members(analysis, groups[3])
    return (
        analysis.merge(groups[0], groups[1], name="Both")
        .split(groups[3], claims[:3], name="Apart")
        .recode(claims[0], "fair_use", "pro", by="Ann")
        .rename(groups[2], "Renamed")
    )


def test_the_log_is_replayed_on_a_run_made_again(sample_analysis, groups):
    first = edited(sample_analysis, groups)
    again, conflicts = sample_analysis.replay(first.edits)
    assert conflicts == []
    assert again == first
    assert [Edit.from_dict(one.as_dict()) for one in first.edits] == first.edits


def test_what_no_longer_fits_is_listed_and_kept_and_the_rest_is_made(sample_analysis, groups):
    first = edited(sample_analysis, groups)
    gone = members(sample_analysis, groups[3])[0]
    claims = sample_analysis.claims
    other = replace(
        sample_analysis,
        claims=claims.assign(text=claims["text"].where(claims["claim_id"] != gone, "They wrote it anew.")),
        clusters=sample_analysis.clusters.assign(
            cluster_id=sample_analysis.clusters["cluster_id"].replace(groups[2], "gother")
        ),
    )
    again, conflicts = replay(other, first.edits)
    assert [(c.edit.action, c.reason) for c in conflicts] == [
        ("split", "the text of a claim has changed since"),
        ("recode", "the text of a claim has changed since"),
        ("rename", f"there is no group {groups[2]!r} in this run; tables/clusters.csv lists them."),
    ]
    assert [one.action for one in again.edits] == ["merge"]
    assert [values["action"] for values in again.manifest["edits_in_conflict"]] == ["split", "recode", "rename"]


def test_the_log_lies_in_the_run_folder_and_outlives_a_new_report(sample_analysis, groups, tmp_path):
    first = edited(sample_analysis, groups)
    first.report(tmp_path / "run")
    (tmp_path / "run" / "pseudonyms.key").write_text("ab" * 32)
    assert load(tmp_path / "run") == first
    assert logged_edits(tmp_path / "run") == first.edits
    again, lines = keep_edits(sample_analysis, tmp_path / "run")
    assert again == first
    assert lines == [f"4 of 4 edits of {tmp_path / 'run'} made again"]
    again.report(tmp_path / "run")
    assert (tmp_path / "run" / "pseudonyms.key").read_text() == "ab" * 32
    assert keep_edits(sample_analysis, tmp_path / "nothing") == (sample_analysis, [])


def test_a_log_that_was_changed_by_hand_is_refused(sample_analysis):
    for values in ({"action": "delete"}, {"action": "rename", "who": 1}, []):
        with pytest.raises(EditError, match="which is no edit"):
            Edit.from_dict(values)
    assert edit(sample_analysis, []) == sample_analysis
