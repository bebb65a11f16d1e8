"""The trained coder: what it reads, that its weights are the pinned ones, and that it tells plain sides apart."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

import argmine as am
from argmine import tables
from argmine.codebook import Codebook, Frame, load_codebook
from argmine.errors import EncoderError, SettingsError
from argmine.models import POINTS, shipped
from argmine.settings import Settings
from argmine.stance import Encoders, code, load_coder
from argmine.stance.coder import FrameScores, InContext
from argmine.stance.reading import plain_features, reading_text
from argmine.stance.similarity import SimilarityCoder
from argmine.stance.thread import adapted, around, leanings
from argmine.stance.trained import TrainedCoder, coder_folder, load_heads, sides_in_thread

ALONE = Codebook("made", (Frame("rent", "Rent", "Cap rents."),), background=("x",))
EXAMPLES = {"pro": ("Rents hurt.", "Rents rise.", "Rents eat wages.", "High rents kill.")}
RENT = Codebook("made", (Frame("rent", "Rent", "Cap rents.", examples=EXAMPLES),), background=("x", "y", "z", "w"))


@pytest.fixture
def thread():
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
    text = dict(zip(posts["post_id"], posts["text"], strict=True))
    spans = [("a", 0, 21), ("b", 0, 5), ("b", 6, 41)]
    claims = pd.DataFrame(
        [
            {"claim_id": f"{p}:{s}", "post_id": p, "start": s, "end": e, "text": text[p][s:e]}
            | {"kind": "claim", "language": "en"}
            for p, s, e in spans
        ]
    )
    return posts, tables.conform(claims, tables.CLAIMS)


def directions(texts):
    return np.array([[1.0, 0.0] if "ents" in text else [0.0, 1.0] for text in texts], dtype="float32")


class Recorder:
    """An encoder that remembers what it was asked."""

    def __init__(self):
        self.texts = []

    def __call__(self, texts):
        self.texts.extend(texts)
        return np.zeros((len(texts), 384), dtype="float32")


def test_a_claim_is_read_with_what_stands_before_it_and_above_it(thread):
    posts, claims = thread
    found = InContext(claims, posts, np.zeros((3, 2)), np.arange(3))
    assert found.contexts == [("", ""), ("", "Rents must be capped."), ("Sure. ", "Rents must be capped.")]


def test_a_new_frame_is_read_where_the_claim_or_its_context_comes_near(thread):
    posts, claims = thread
    recorder = Recorder()
    encoders = Encoders(directions, lambda folder: recorder)
    code(claims, posts, directions(claims["text"]), RENT, TrainedCoder(), encoders, Settings())
    assert recorder.texts == [
        "Rents must be capped. [SEP] Cap rents. [SEP] [SEP]",
        "Sure. [SEP] Cap rents. [SEP] [SEP] Rents must be capped.",
        "Said nobody who ever built a house. [SEP] Cap rents. [SEP] Sure. [SEP] Rents must be capped.",
    ]
    recorder.texts.clear()
    far = claims.assign(post_id="a").iloc[2:].reset_index(drop=True)
    code(far, posts, directions(["x"]), RENT, TrainedCoder(), encoders, Settings())
    assert recorder.texts == []


def test_similarity_counts_as_much_for_a_new_frame_as_the_reading(thread):
    posts, claims = thread
    coder, read = TrainedCoder(), InContext(claims, posts, directions(claims["text"]), np.arange(3))
    encoders = Encoders(directions, lambda folder: Recorder())
    similar = SimilarityCoder().score(read, RENT, encoders, lambda done, total: None)["rent"].speaks
    assert similar[0] > 0.9
    assert similar[2] < 0.1
    asked = coder.ask(["any"], encoders).speaks[0]
    both = [0.5 * np.log(asked / (1 - asked) * p / (1 - p)) for p in similar.clip(0.02, 1 - 1e-6)]
    scores = coder.score(read, RENT, encoders, lambda done, total: None)["rent"]
    assert np.allclose(np.log(scores.speaks / (1 - scores.speaks)), both)


def test_a_proposition_without_examples_is_held_against_points_too(thread):
    posts, claims = thread
    coder, read = TrainedCoder(), InContext(claims, posts, directions(claims["text"]), np.arange(3))
    asked = []

    def of_folder(folder):
        asked.append(folder)
        return (lambda texts: directions(texts)[:, ::-1]) if folder == shipped(POINTS) else Recorder()

    encoders = Encoders(directions, of_folder)
    subjects = (
        SimilarityCoder().score(read, ALONE, encoders, lambda done, total: None)["rent"].speaks.clip(0.02, 1 - 1e-6)
    )
    scores = coder.score(read, ALONE, encoders, lambda done, total: None)["rent"].speaks
    assert shipped(POINTS) in asked
    reading = coder.ask(["any"], encoders).speaks[0]
    odds = (subjects / (1 - subjects)) ** 2 * reading / (1 - reading)
    assert np.allclose(np.log(scores / (1 - scores)), np.log(odds) / 3)
    asked.clear()
    coder.score(read, RENT, encoders, lambda done, total: None)
    assert shipped(POINTS) not in asked


def test_a_frame_of_its_own_is_read_without_a_proposition(thread):
    posts, claims = thread
    recorder = Recorder()
    encoders = Encoders(directions, lambda folder: recorder)
    code(claims, posts, directions(claims["text"]), load_codebook(), TrainedCoder(), encoders, Settings())
    readings = [
        "Rents must be capped. [SEP] [SEP] [SEP]",
        "Sure. [SEP] [SEP] [SEP] Rents must be capped.",
        "Said nobody who ever built a house. [SEP] [SEP] Sure. [SEP] Rents must be capped.",
    ]
    assert recorder.texts[:3] == readings
    assert not [text for text in recorder.texts if load_codebook().frames[0].proposition in text]


def test_a_frame_of_its_own_and_a_new_one_go_together_in_any_order(thread):
    posts, claims = thread
    own = load_codebook().frames
    codebook = Codebook("mixed", (RENT.frames[0], own[1], own[0]), background=("x",))
    encoders = Encoders(directions, lambda folder: Recorder())
    read = InContext(claims, posts, directions(claims["text"]), np.arange(3))
    scores = TrainedCoder().score(read, codebook, encoders, lambda done, total: None)
    assert list(scores) == ["rent", own[1].name, own[0].name]
    assert all(one.speaks.shape == (3,) and one.sides.shape == (3, 3) for one in scores.values())
    alone = TrainedCoder().score(read, load_codebook(), encoders, lambda done, total: None)
    assert np.array_equal(scores[own[0].name].speaks, alone[own[0].name].speaks)


def test_what_is_learned_is_what_is_used(thread):
    posts, claims = thread
    coder, random = TrainedCoder(), np.random.default_rng(0)
    answers = random.normal(size=(3, 384)).astype("float32")
    read = InContext(claims, posts, np.zeros((3, 2)), np.arange(3))
    encoders = Encoders(directions, lambda folder: lambda texts: answers[[len(text) % 3 for text in texts]])
    texts = [reading_text(text, "", *context) for text, context in zip(read.texts, read.contexts, strict=True)]
    logits = coder.heads.frames.logits(texts, encoders)
    vectors = answers[[len(text) % 3 for text in read.texts]]
    nothing = np.zeros_like(vectors[0])
    features = plain_features(vectors, np.array([nothing, nothing, vectors[1]]), np.array([nothing, *vectors[[0, 0]]]))
    plain = features @ coder.heads.plain[:, :-1].T + coder.heads.plain[:, -1]
    calibration = coder.heads.calibration["frames"]
    own, other, *shifts = calibration["gate"]
    opened = own * logits[..., 0] + other * plain + shifts
    before, above = around(1 / (1 + np.exp(-opened)), ["a", "b", "b"], {"b": "a"})
    slopes = calibration["speaks"]
    total = slopes[0] * opened + slopes[1] * before + slopes[2] * above + slopes[3]
    expected = adapted(1 / (1 + np.exp(-total)), np.full(3, "t"), np.array(calibration["prevalence"]))
    scores = coder.score(read, load_codebook(), encoders, lambda done, total: None)
    assert np.allclose(np.stack([one.speaks for one in scores.values()], 1), expected)
    leaning = leanings(logits[..., 1] - logits[..., 2], expected, ["a", "b", "b"], {"b": "a"})
    sides = np.exp(sides_in_thread(logits[..., 1:], leaning, calibration["side"]))
    sides /= sides.sum(axis=-1, keepdims=True)
    assert np.allclose(np.stack([one.sides for one in scores.values()], 1), sides)


def test_the_rest_of_the_post_and_the_parent_have_a_say_about_the_side():
    lean = np.array([[2.0], [0.5], [-1.0], [3.0]])
    speaks = np.array([[1.0], [0.5], [1.0], [0.0]])
    rest, parent = leanings(lean, speaks, ["a", "a", "b", "c"], {"b": "a", "c": "b", "a": "absent"})
    assert np.allclose(rest[:, 0], [0.25 / 1.5, 2.0 / 2.0, 0.0, 0.0])
    assert np.allclose(parent[:, 0], [0.0, 0.0, 2.25 / 2.5, -1.0 / 2.0])
    even = np.zeros((4, 1, 3))
    sides = sides_in_thread(even, (rest, parent), [1.0, 1.0, -1.0])
    assert sides[1, 0].argmax() == 0, "its own post is for it"
    assert sides[2, 0].argmax() == 1, "it answers a post that is for it"
    assert sides_in_thread(even[:0], leanings(lean[:0], speaks[:0], [], {}), [1.0, 1.0, -1.0]).shape == (0, 1, 3)


def test_what_the_coder_cannot_answer_is_unclear(thread):
    posts, claims = thread

    class Silent:
        def score(self, claims, codebook, encoders, progress):
            n = len(claims)
            return {"rent": FrameScores(np.zeros(n), np.eye(3)[:n], np.array([True] * n))}

    encoders = Encoders(directions, lambda folder: directions)
    stances = code(claims, posts, directions(claims["text"]), RENT, Silent(), encoders, Settings())
    assert list(stances["side"]) == ["unclear"] * 3


def test_other_weights_are_refused(tmp_path):
    shutil.copyfile(coder_folder() / "coder.json", tmp_path / "coder.json")
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "model.safetensors").write_bytes(b"other")
    with pytest.raises(EncoderError, match="Reinstall"):
        load_heads(tmp_path)


def test_the_card_names_the_weights():
    heads = json.loads((coder_folder() / "coder.json").read_text(encoding="utf-8"))
    card = (coder_folder() / "card.json").read_text(encoding="utf-8")
    assert heads["frames"]["sha256"] in card
    assert heads["pairs"]["sha256"] in card
    assert sum(path.stat().st_size for path in coder_folder().rglob("*")) < 60 * 2**20


def test_an_unknown_coder_is_refused():
    with pytest.raises(SettingsError, match="oracle"):
        load_coder(Settings(coder="oracle"))


def test_plain_frames_are_found_and_their_sides_not_turned_round():
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
    a = am.analyze(frame, unit="sentence")
    text = dict(zip(a.claims["claim_id"], a.claims["text"], strict=True))
    found = {(text[row.claim_id].split()[0], row.frame): row.side for row in a.stances.itertuples()}
    assert found.get(("Anyone", "fair_use")) in ("pro", "unclear")
    assert found.get(("Every", "open_weights")) in ("pro", "unclear")
    assert found.get(("Labs", "fair_use")) in ("con", "unclear", None)
    assert not [key for key in found if key[0] == "The"]
