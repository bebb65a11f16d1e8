"""Quoted stretches and where they come from."""

import pandas as pd
import pytest

from argmine.split import split

PARENT = "I think the new rule is fair. It was written in a hurry, but nobody who reads it closely can call it a ban."
CASES = [
    ("> I think the new rule is fair.\n\nIt is not.", "marker, exact", "I think the new rule is fair"),
    (">I think the new rule is fair.\nIt is not.", "marker, exact", "I think the new rule is fair"),
    ("> i think the NEW rule is “fair”\n\nIt is not.", "marker, exact", "I think the new rule is fair"),
    (
        "> It was written [...] call it a ban\n\nSo?",
        "marker, edited",
        "It was written in a hurry, but nobody who reads it closely can call it a ban",
    ),
    (
        "> nobody that reads closely can call it a ban\n\nI can.",
        "marker, edited",
        "nobody who reads it closely can call it a ban",
    ),
    ("> the moon is made of green cheese and mice\n\nIndeed.", "marker, not found", None),
    (
        'You say "nobody who reads it closely can call it a ban" and yet I do.',
        "quotation marks, exact",
        "nobody who reads it closely can call it a ban",
    ),
]


@pytest.mark.parametrize(("reply", "how", "source"), CASES)
def test_a_quotation_is_placed_in_the_post_that_it_answers(posts, reply, how, source):
    table = posts(PARENT, reply)
    claims, quotations = split(table)
    assert quotations["how"].tolist() == [how]
    row = quotations.iloc[0]
    if source is None:
        assert pd.isna(row["source_post_id"])
    else:
        assert (row["source_post_id"], row["source_author"]) == ("p0", "author 0")
        assert PARENT[row["source_start"] : row["source_end"]] == source
    quoted = claims[(claims["post_id"] == "p1") & (claims["start"] < row["end"]) & (claims["end"] > row["start"])]
    assert set(quoted["kind"]) == {"quote"}


def test_a_nested_quotation_is_placed_with_its_first_author(posts):
    table = posts(
        "Cats are better than dogs.",
        "> Cats are better than dogs.\nNever.",
        ">> Cats are better than dogs.\n> Never.\nAlways.",
    )
    _, quotations = split(table)
    assert set(quotations[quotations["post_id"] == "p2"]["source_post_id"]) >= {"p0"}


def test_own_words_right_after_a_quoted_line_are_the_author_s(posts):
    claims, _ = split(posts("> Cats are better than dogs.\nThat was never shown."))
    assert dict(zip(claims["text"], claims["kind"], strict=True)) == {
        "> Cats are better than dogs.": "quote",
        "That was never shown.": "claim",
    }


def test_an_italic_paragraph_is_a_quotation_only_where_it_repeats_somebody(posts):
    words = "nobody who reads it closely can call it a ban"
    table = posts(PARENT, f"{words}\n\nI can.", "this is all my own emphasis here\n\nSo there.")
    markup = pd.DataFrame(
        [("p1", 0, len(words), "italic"), ("p2", 0, 32, "italic")], columns=["post_id", "start", "end", "how"]
    )
    claims, quotations = split(table, markup)
    assert quotations["how"].tolist() == ["italic, exact"]
    assert claims[claims["post_id"] == "p2"]["kind"].tolist().count("quote") == 0


@pytest.mark.parametrize("how", ["blockquote", "aside"])
def test_what_the_reader_marked_as_quoted_is_a_quotation(posts, how):
    markup = pd.DataFrame([{"post_id": "p1", "start": 0, "end": 30, "how": how}])
    _, quotations = split(posts(PARENT, "I think the new rule is fair.\n\nIt is not."), markup)
    assert quotations["how"].tolist() == [f"{how}, exact"]


def test_without_a_tree_any_earlier_post_is_searched_and_no_later_one(posts):
    table = posts(
        "Bread is cheap here.",
        PARENT,
        "> nobody who reads it closely can call it a ban\n\nI can.",
        parent_id=[None] * 3,
    )
    assert split(table)[1]["source_post_id"].tolist() == ["p1"]
    assert split(table.iloc[::-1])[1]["source_post_id"].isna().all()


def test_copies_are_linked_to_the_first(posts):
    long = "Everybody who lives in this street has signed the letter to the council."
    table = posts(
        long,
        f"Well. {long}",
        "No, it is not.",
        "No, it is not.",
        "Everybody who lives in this street has signed the letter to our council.",
    )
    claims, _ = split(table)
    linked = claims.dropna(subset="duplicate_of").set_index("claim_id")["duplicate_of"].to_dict()
    assert linked["p1:6"] == "p0:0"
    assert linked["p3:0"] == "p2:0"
    assert "p2:0" not in linked and "p0:0" not in linked


def test_a_claim_is_no_copy_of_a_quotation_of_it(posts):
    long = "Everybody who lives in this street has signed the letter to the council."
    claims, _ = split(posts(f"> {long}\n\nSo they say.", long))
    assert claims[claims["post_id"] == "p1"]["duplicate_of"].isna().all()
