"""Offsets in other units, and texts whose line ends a tool has changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argmine.output.exchange.units import UNITS, UTF16, align, from_unit, to_unit

# What breaks offsets elsewhere: characters beyond U+FFFF, joining marks, all kinds of line ends, right-to-left script.
SIGNS = st.sampled_from(
    [
        "a",
        "é",
        "e\u0301",
        "🐕",
        "👩‍👩‍👧",
        "🇩🇪",
        "\r\n",
        "\n",
        "\r",
        "\t",
        "\u202b",
        "שלום",
        "سلام",
        "\u200d",
        " ",
        "\ufeff",
    ]
)
TEXT = st.lists(SIGNS | st.characters(exclude_categories=("Cs",)), max_size=30).map("".join)


@pytest.mark.parametrize("unit", UNITS)
@given(text=TEXT, data=st.data())
def test_an_offset_comes_back(unit, text, data):
    offsets = data.draw(st.lists(st.integers(0, len(text)), max_size=6))
    assert from_unit(text, to_unit(text, offsets, unit), unit) == offsets


@given(TEXT)
def test_utf16_units_are_those_of_the_encoded_text(text):
    units = to_unit(text, list(range(len(text) + 1)), UTF16)
    assert units == [len(text[:at].encode("utf-16-le")) // 2 for at in range(len(text) + 1)]


@given(TEXT)
def test_the_same_text_aligns_with_itself(text):
    assert align(text, text) == list(range(len(text) + 1))


@pytest.mark.parametrize(
    "changed", [lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r")]
)
@given(parts=st.lists(st.text(st.characters(exclude_characters="\r\n\ufeff", exclude_categories=("Cs",))), max_size=6))
def test_changed_line_ends_and_a_byte_order_mark_are_followed(changed, parts):
    ours = "\n".join(parts)
    theirs = changed(ours)
    places = align(theirs, ours)
    assert places is not None
    assert len(places) == len(theirs) + 1
    for at, sign in enumerate(theirs):
        if sign not in "\r\n\ufeff":
            assert ours[places[at]] == sign


def test_another_text_does_not_align():
    assert align("Dogs are fine", "Dogs are fine.") is None
    assert align("Dogs", "Cats") is None
