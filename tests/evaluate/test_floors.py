"""Quality may not fall: scores on data that was not trained on, against floors that are raised when a score rises."""

import json
from functools import partial
from pathlib import Path
from statistics import mean

import pytest
from sklearn.metrics import f1_score

from argmine.embed import load_encoder
from argmine.evaluate import groups, kinds, segmentation, stance, stance_pairs
from argmine.learn.corpora import read_claims, read_ewt
from argmine.pipeline import encoders_of, vectors_to_group
from argmine.settings import Settings
from argmine.stance.trained import TrainedCoder

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


@pytest.mark.slow
def test_groups_of_arguments(shared):
    settings = Settings()
    encoders = encoders_of(load_encoder(settings), settings)
    found = []
    for debate in [*groups.argkp_debates(shared, "dev"), *groups.argkp_debates(shared, "test")]:
        vectors, _ = vectors_to_group(debate.texts, encoders.texts(debate.texts), encoders, settings)
        found.append(groups.agreement(groups.ours(debate.texts, vectors), debate.gold))
    assert mean(one.v_measure for one in found) >= FLOORS["groups_v_measure_argkp"]
    assert mean(one.ari for one in found) >= FLOORS["groups_ari_argkp"]
    assert mean(1 - one.unassigned for one in found) >= FLOORS["groups_assigned_argkp"]


@pytest.mark.slow
def test_arguments_are_matched_to_key_points(shared):
    encoders = encoders_of(load_encoder(Settings()), Settings())
    strict, relaxed = stance_pairs.key_point_map(
        shared / "datasets", lambda pairs: stance_pairs._match(pairs, TrainedCoder(), encoders)
    )
    assert strict >= FLOORS["key_points_map_strict_argkp"]
    assert relaxed >= FLOORS["key_points_map_relaxed_argkp"]
