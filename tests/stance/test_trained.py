"""The trained coder: what it reads, that its weights are the pinned ones, and that it tells plain sides apart."""

import doctest
import json

import numpy as np
import pandas as pd
import pytest

import argmine as am
from argmine import tables
from argmine.codebook import Codebook, Frame
from argmine.errors import EncoderError
from argmine.settings import Settings
from argmine.stance import Encoders, check_coder, code, coder_folder, pairs
from argmine.stance.trained import Heads, contexts_of, load_heads, probabilities


def made_thread():
    posts = tables.conform(
        pd.DataFrame(
            {
                "post_id": ["a", "b"],
                "parent_id": [None, "a"],
                "thread_id": "t",
                "depth": [0, 1],
                "status": "ok",
                "text": ["Rents must be capped.", "Sure. Said nobody who ever built a house."],
            }
        ),
        tables.POSTS,
    )
    spans = [("a", 0, 21), ("b", 0, 5), ("b", 6, 41)]
    text = dict(zip(posts["post_id"], posts["text"], strict=True))
    claims = pd.DataFrame(
        [
            {
                "claim_id": f"{p}:{s}",
                "post_id": p,
                "start": s,
                "end": e,
                "kind": "claim",
                "language": "en",
                "text": text[p][s:e],
            }
            for p, s, e in spans
        ]
    )
    return posts, tables.conform(claims, tables.CLAIMS)


def test_a_claim_is_read_with_what_stands_before_it_and_above_it():
    posts, claims = made_thread()
    assert contexts_of(claims, posts) == [("", ""), ("", "Rents must be capped."), ("Sure. ", "Rents must be capped.")]


def test_only_pairs_past_the_gate_are_read():
    posts, claims = made_thread()
    codebook = Codebook("made", (Frame("rent", "Rent", "Cap rents."),), background=("x",))
    read = []

    def encode(texts):
        return np.array(
            [[1.0, 0.0] if "Rents" in text or "Cap" in text else [0.0, 1.0] for text in texts], dtype="float32"
        )

    def encode_pairs(texts):
        read.extend(texts)
        return np.zeros((len(texts), 384), dtype="float32")

    code(claims.head(1), posts, encode(["Rents"]), codebook, Encoders(encode, encode_pairs), Settings(coder="trained"))
    assert read == ["Rents must be capped. [SEP] Cap rents. [SEP] [SEP]"]
    far = claims.iloc[1:2].reset_index(drop=True)
    code(far, posts, encode(["x"]), codebook, Encoders(encode, encode_pairs), Settings(coder="trained"))
    assert len(read) == 1


def test_probabilities_follow_the_heads():
    heads = Heads("", np.eye(4, dtype="float32"), np.zeros(4, dtype="float32"), 2.0, 0.0, 1.0, 0.2)
    speaks, sides = probabilities(np.array([[1.0, 3.0, 0.0, 0.0], [-1.0, 0.0, 0.0, 3.0]]), heads)
    np.testing.assert_allclose(speaks, 1 / (1 + np.exp([-2.0, 2.0])))
    np.testing.assert_allclose(sides.sum(axis=1), 1.0)
    assert list(sides.argmax(axis=1)) == [0, 2]


def test_other_weights_are_refused():
    check_coder(load_heads(coder_folder()).sha256)
    with pytest.raises(EncoderError, match="Reinstall argmine"):
        check_coder("0" * 64)


def test_the_card_names_the_weights():
    heads = json.loads((coder_folder() / "coder.json").read_text(encoding="utf-8"))
    assert heads["sha256"] in (coder_folder() / "README.md").read_text(encoding="utf-8")
    assert (coder_folder() / "model.safetensors").stat().st_size < 60 * 2**20


def test_plain_sides_are_told_apart():
    frame = pd.DataFrame(
        {
            "text": [
                "Labs must ask authors for permission before they train on their books.",
                "Anyone may train on published text, and no licence is needed for that.",
                "Every lab should release its weights so that all of us can run them.",
                "The battery of my old laptop lasts about two hours.",
            ]
        }
    )
    a = am.analyze(frame, unit="sentence", coder="trained")
    text = dict(zip(a.claims["claim_id"], a.claims["text"], strict=True))
    found = {(text[row.claim_id].split()[0], row.frame): row.side for row in a.stances.itertuples()}
    assert found.get(("Labs", "fair_use")) == "con"
    assert found.get(("Anyone", "fair_use")) == "pro"
    assert found.get(("Every", "open_weights")) == "pro"
    assert not [key for key in found if key[0] == "The"]


def test_the_examples_in_the_documentation_hold():
    assert doctest.testmod(pairs).failed == 0
