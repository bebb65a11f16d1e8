"""JSON: the slow parser agrees with the standard one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argmine.read.json_text import _load_deep, load_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_both_parsers_give_the_same_value(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert _load_deep(f" {text}\n") == json.loads(text)


@given(st.text(st.sampled_from('[]{}",:\\ 10.e-tu"'), max_size=12))
def test_both_parsers_refuse_the_same_texts(text):
    results = []
    for parse in (json.loads, _load_deep):
        try:
            results.append(parse(text))
        except json.JSONDecodeError:
            results.append("refused")
    assert results[0] == results[1]


@pytest.mark.parametrize("ending", ["", "]", "}", '"', "]]"])
def test_a_deep_text_that_is_cut_short_is_refused(ending):
    with pytest.raises(json.JSONDecodeError):
        load_json("[" * 100_000 + ending)
