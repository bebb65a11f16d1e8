"""Quality may not fall: scores on data that was not trained on, against floors that are raised when a score rises."""

import json
from functools import partial
from pathlib import Path

import pytest
from sklearn.metrics import f1_score

from argmine.evaluate import kinds, segmentation, stance
from argmine.learn.corpora import read_claims, read_ewt

FLOORS = json.loads((Path(__file__).resolve().parent.parent / "floors.json").read_text(encoding="utf-8"))
SEEDS = {gold: thread for gold, thread in stance.THREADS.items() if gold != stance.OFF_TOPIC}


def test_sentences_of_web_text(shared):
    documents = read_ewt(shared / "datasets" / "ud_english_ewt" / "en_ewt-ud-test.conllu")
    score = segmentation.sentence_f1(partial(segmentation.ours, unit="sentence"), documents, "\n\n")
    assert score >= FLOORS["sentence_f1_ewt_test"]


def test_borders_of_claims():
    score = segmentation.border_f1(partial(segmentation.ours, unit="claim"), read_claims(segmentation.OWN_TEST))
    assert score >= FLOORS["claim_border_f1_own_test"]


def test_kinds_of_claims():
    judged, _ = kinds._own_test()
    score = f1_score([row.gold for row in judged], [row.argmine for row in judged], average="macro")
    assert score >= FLOORS["kind_macro_f1_own_test"]


@pytest.mark.slow
def test_frames_and_sides(shared):
    coded = stance.code_threads(shared, SEEDS, "trained")
    names = sorted({frame for row in coded for frame in row.gold})
    assert stance._macro_f1(coded, names) >= FLOORS["frame_macro_f1_seeds"]
    right, decided, unclear = stance._sides(coded, names)
    assert 1 - (decided - right) / (decided + unclear) >= FLOORS["side_not_wrong_seeds"]
