"""Coding by similarity to the codebook: what it must get right on a codebook whose frames are far apart."""

import numpy as np
import pandas as pd
import pytest

from argmine import tables
from argmine.codebook import Codebook, Frame
from argmine.settings import Settings
from argmine.stance import Encoders, code, load_coder

DIM = 16
AXES = np.eye(DIM, dtype="float32")
# Each text is a direction: the first axis of a frame is its subject, the next three its sides.
WORDS = {"rent": 0, "rent+": 1, "rent-": 2, "rent0": 3, "bike": 4, "bike+": 5, "bike-": 6, "other": 8, "misc": 9}


def encode(texts):
    vectors = np.array([sum(AXES[WORDS[word]] for word in text.split()) + 0.01 * AXES[15] for text in texts]).reshape(
        -1, DIM
    )
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("float32")


CODEBOOK = Codebook(
    "made",
    (
        Frame("rent", "Rent", "rent rent+", examples={"pro": ("rent rent+",) * 3, "con": ("rent rent-",) * 3}),
        Frame("bike", "Bike", "bike bike+", examples={"pro": ("bike bike+",) * 3, "con": ("bike bike-",) * 3}),
    ),
    background=("other", "misc", "other misc"),
)


def coded(texts, codebook=CODEBOOK, **columns):
    rows = {"text": texts, "kind": ["claim"] * len(texts), "language": ["en"] * len(texts)} | columns
    claims = tables.conform(
        pd.DataFrame(rows).assign(claim_id=[str(i) for i in range(len(texts))], post_id="p", start=0, end=1),
        tables.CLAIMS,
    )
    post = {"post_id": "p", "thread_id": "t", "depth": 0, "status": "ok", "text": " ".join(texts)}
    posts = tables.conform(pd.DataFrame([post]), tables.POSTS)
    settings = Settings(coder="similarity")
    encoders = Encoders(encode, lambda folder: encode)
    return code(claims, posts, encode(texts), codebook, load_coder(settings), encoders, settings)


def test_frames_and_sides_are_told_apart():
    stances = coded(["rent rent+", "rent rent-", "bike bike-", "other", "misc other"])
    assert list(stances[["claim_id", "frame", "side"]].itertuples(index=False, name=None)) == [
        ("0", "rent", "pro"),
        ("1", "rent", "con"),
        ("2", "bike", "con"),
    ]


def test_propositions_without_examples_find_what_is_near_them():
    frames = (Frame("rent", "Rent", "rent"), Frame("bike", "Bike", "bike"))
    for background in (("other", "misc"), ()):
        stances = coded(["rent rent-", "bike bike-", "other", "misc"], Codebook("made", frames, background=background))
        assert list(zip(stances["claim_id"], stances["frame"], strict=True)) == [("0", "rent"), ("1", "bike")]


def test_a_side_that_cannot_be_told_is_unclear():
    assert list(coded(["rent rent+ rent-"])["side"]) == ["unclear"]


def test_quotes_other_text_and_other_languages_are_not_coded():
    texts = ["rent rent+"] * 4
    stances = coded(texts, kind=["claim", "quote", "other", "question"], language=["en", "en", "en", "de"])
    assert list(stances["claim_id"]) == ["0"]


def test_a_threshold_in_the_codebook_overrides_the_setting():
    strict = Codebook("made", (Frame("rent", "Rent", "rent rent+", threshold=1.0),), background=("other",))
    assert coded(["rent"], strict).empty


@pytest.mark.parametrize("codebook", [Codebook("one", (Frame("rent", "Rent", "rent rent+"),)), CODEBOOK])
def test_any_codebook_works_and_confidence_is_a_probability(codebook):
    stances = coded(["rent rent+", "other", "bike"], codebook)
    assert stances["confidence"].between(0, 1).all()


def test_no_claims_give_no_stances():
    assert coded([]).empty
