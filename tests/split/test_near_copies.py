"""Near copies: what comparing every pair finds, without comparing every pair."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from argmine.split.near_copies import ALIKE, RUN, near_copies

SENTENCES = st.lists(st.sampled_from("abcdefghijklmnopq"), min_size=8, max_size=24)


@st.composite
def edited(draw):
    """Some sentences, and after each a few with a word put in, left out or changed."""
    claims = []
    for words in draw(st.lists(SENTENCES, min_size=1, max_size=6)):
        claims.append(words)
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(words) - 1))
            middle = draw(st.sampled_from([[], ["new"], ["new", words[at]], ["other", "new"]]))
            claims.append(words[:at] + middle + words[at + 1 :] + ["end"] * (len(words) < 9))
    return draw(st.permutations(claims))


def runs(words):
    return set(zip(*(words[step:] for step in range(RUN)), strict=False))


def overlap(one, other):
    return len(runs(one) & runs(other)) / len(runs(one) | runs(other))


@settings(deadline=None)
@given(edited())
def test_a_copy_is_alike_and_of_a_claim_that_is_none(claims):
    found = near_copies(claims)
    for number, copy in enumerate(found):
        assert copy < number
        if copy >= 0:
            assert found[copy] < 0
            assert overlap(claims[number], claims[copy]) >= ALIKE


@settings(deadline=None)
@given(edited())
def test_no_copy_is_overlooked(claims):
    found = near_copies(claims)
    for number, copy in enumerate(found):
        alike = [other for other in range(number) if found[other] < 0 and overlap(claims[number], claims[other]) > 0.95]
        assert copy >= 0 or not alike


def test_among_thousands_that_share_their_words_each_edited_copy_is_found():
    draw = np.random.default_rng(0)
    claims = [[f"w{word}" for word in draw.integers(0, 30, 14)] for _ in range(3_000)]
    copies = [[*words[:-1], "else"] for words in claims[:500]]
    assert near_copies(claims + copies)[3_000:] == list(range(500))


def test_nothing_repeats_nothing():
    assert near_copies([]) == []
