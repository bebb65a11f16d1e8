"""Fixtures of the evaluation tests: a thread made by hand, so that sheets are tested without models."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "output"))

from handmade import Say, build

from argmine.pipeline import count_run

ODD_TEXTS = (
    "=1+1 is what dogs bring 🐕 to a park.",
    "الكلاب لا مكان لها في الحديقة",
    "Dogs, e\u0301ven good ones, bite;\r\nthey do.",
    "8:30",
    "@council \u0007 ban them",
)
"""Claims that a spreadsheet could take for a formula or a time, or spoil by another encoding."""


@pytest.fixture(scope="session")
def parks():
    """An Analysis of 120 posts by 15 authors, on two frames; its post identifiers look like numbers."""
    sides = ("pro", "con", "neutral", "unclear")
    says = []
    for n in range(120):
        text = ODD_TEXTS[n] if n < len(ODD_TEXTS) else f"Reason {n} why dogs or cars do a park no good."
        coded = [("dogs", sides[n % 4])] if n % 3 == 0 else []
        coded += [("cars", sides[n % 2])] if n % 7 == 0 else []
        says.append(Say(f"author {n % 15}" if n % 20 else None, [(text, coded)], answers=n - 1 if n % 5 else None))
    analysis = build(says)
    codebook = {"sha256": analysis.codebook.sha256, **analysis.codebook.as_dict()}
    return replace(analysis, manifest=analysis.manifest | {"counts": count_run(analysis, 0), "codebook": codebook})
