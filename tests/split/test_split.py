"""The split stage from posts to claims and quotations."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argmine.errors import TableError
from argmine.settings import Settings
from argmine.split import split
from argmine.tables import CLAIMS, QUOTATIONS

CASES = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))
SENTENCES = Settings(unit="sentence")


@pytest.mark.parametrize(("text", "expected"), CASES["sentence"])
def test_sentences(posts, text, expected):
    claims, _ = split(posts(text), settings=SENTENCES)
    assert claims["text"].tolist() == expected


@pytest.mark.parametrize(("text", "expected"), CASES["claim"])
def test_claims_in_a_sentence(posts, text, expected):
    claims, _ = split(posts(text))
    assert claims["text"].tolist() == expected


@pytest.mark.parametrize(("text", "kind"), CASES["kind"])
def test_kind(posts, text, kind):
    claims, _ = split(posts(text), settings=SENTENCES)
    assert claims["kind"].tolist() == [kind]


@pytest.mark.parametrize(("text", "code"), CASES["language"])
def test_language(posts, text, code):
    claims, _ = split(posts(text))
    assert set(claims["language"]) == {code}


_FRAGMENTS = st.sampled_from(CASES["fragments"])
_TEXTS = st.lists(st.one_of(_FRAGMENTS, st.text(max_size=12)), max_size=25).map("".join)
_POSTS = st.lists(_TEXTS, min_size=1, max_size=5)


@given(_POSTS, st.sampled_from(["claim", "sentence"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_claims_cover_a_post_in_order_without_overlap(posts, texts, unit):
    texts = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    table = posts(*texts)
    claims, quotations = split(table, settings=Settings(unit=unit))
    for post_id, text in zip(table["post_id"], texts, strict=True):
        covered, end = "", 0
        for claim in claims[claims["post_id"] == post_id].itertuples():
            assert end <= claim.start < claim.end
            assert text[claim.start : claim.end] == claim.text == claim.text.strip()
            assert claim.claim_id == f"{post_id}:{claim.start}"
            covered, end = covered + claim.text, claim.end
        assert "".join(covered.split()) == "".join(text.split())
    for row in quotations.itertuples():
        assert 0 <= row.start < row.end <= len(table.set_index("post_id")["text"][row.post_id])


def test_the_order_of_the_rows_changes_nothing(posts):
    texts = [
        "The tax is simple, but it is unfair. Is it?",
        "> The tax is simple\nNo, it is not.",
        "Who says that?",
        "Thanks!",
    ]
    table = posts(*texts, created_at=pd.date_range("2026-01-01", periods=4, tz="UTC").tolist())
    one, other = split(table), split(table.sample(frac=1, random_state=3))
    for left, right, table_key in zip(one, other, (["claim_id"], ["post_id", "start"]), strict=True):
        pd.testing.assert_frame_equal(
            left.sort_values(table_key).reset_index(drop=True), right.sort_values(table_key).reset_index(drop=True)
        )


def test_only_posts_that_are_ok_have_claims(posts):
    claims, _ = split(posts("It is fair.", "", "It is not.", status=["ok", "deleted", "dead"]))
    assert set(claims["post_id"]) == {"p0"}


def test_no_posts_give_empty_tables(posts):
    claims, quotations = split(posts("It is fair.").iloc[:0])
    assert claims.columns.tolist() == CLAIMS.names
    assert quotations.columns.tolist() == QUOTATIONS.names
    assert not len(claims) and not len(quotations)


def test_posts_without_text_column_are_refused(posts):
    with pytest.raises(TableError, match="text"):
        split(posts("It is fair.").drop(columns="text"))


def test_what_is_given_is_left_as_it_was(posts):
    table = posts("It is fair.", "> It is fair.\nNo.")
    before = table.copy(deep=True)
    split(table)
    pd.testing.assert_frame_equal(table, before)


def test_code_is_no_claim(posts):
    text = "Run this first:\n\n```\nargmine report thread.json\n```"
    claims, _ = split(posts(text))
    assert claims["kind"].tolist()[-1] == "other"


def test_code_that_the_reader_marked_is_no_claim(posts):
    text = "This is the fix:\n\nif x: return y and they are equal"
    markup = pd.DataFrame([{"post_id": "p0", "start": 18, "end": len(text), "how": "code"}])
    claims, _ = split(posts(text), markup)
    assert claims["kind"].tolist()[-1] == "other"


def test_marks(posts):
    claims, _ = split(posts("They say it might be legal if nobody sells it."), settings=SENTENCES)
    assert claims["marks"].tolist() == ["hedged conditional reported"]


def test_short_text_takes_the_language_of_its_thread(posts):
    claims, _ = split(posts("The bridge was closed for years and nobody said why.", "Touché"))
    assert claims["language"].tolist()[-1] == "en"


def test_progress_counts_to_the_end(posts):
    seen = []
    split(posts("It is fair.", "No it is not."), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)
