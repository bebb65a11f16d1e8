"""Knobs: each has a reason, a wrong value is named."""

from dataclasses import fields

import pytest

from argmine.errors import SettingsError
from argmine.settings import Settings


def test_every_knob_has_a_reason():
    assert all(knob.metadata["reason"].endswith(".") for knob in fields(Settings))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"device": "tpu"}, "device is 'tpu'; choose one of auto, cpu, cuda, mps"),
        ({"seed": -1}, "seed is -1; it must lie between 0 and"),
        ({"stance_threshold": 2}, "stance_threshold is 2"),
    ],
)
def test_a_wrong_knob_is_named(change, complaint):
    with pytest.raises(SettingsError, match=complaint):
        Settings(**change)
