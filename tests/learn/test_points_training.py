"""Training the encoder of points: batches keep points together, one seed gives one result, and points are learned."""

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from argmine.embed.weights import find_model
from argmine.learn.points import BATCH, OF_A_POINT, Said, batches, contrast, gather, pair_precision, train
from argmine.learn.stance_network import Network
from argmine.settings import DEFAULT_MODEL

LABELLED = Path(__file__).resolve().parents[2] / "data" / "labelled" / "points"
POINTS = {
    "cost": ("Who is to pay for all that?", "The bill would ruin us.", "Too dear, says my wallet.", "Money is short."),
    "rights": ("It is our good right.", "Freedom is at stake.", "Nobody may forbid me this.", "Let people choose."),
    "noise": ("I could not sleep at all.", "My ears still ring.", "What a racket.", "Silence is gone for good."),
}


def said(text, point):
    return Said(text, frozenset({point}), frozenset(POINTS) - {point})


DEBATE = {"fireworks": [said(text, point) for point, texts in POINTS.items() for text in texts]}


def test_every_sentence_is_in_one_batch_and_points_are_together():
    debates = {f"debate {number}": DEBATE["fireworks"] for number in range(9)}
    found = list(batches(debates, random.Random(0)))
    assert sorted(Counter((topic, one.text) for batch in found for topic, one in batch).values()) == [1] * 108
    assert max(map(len, found)) <= BATCH
    for batch in found:
        assert max(Counter((topic, min(one.points)) for topic, one in batch).values()) <= OF_A_POINT


def test_the_loss_is_small_where_points_lie_apart_and_none_without_a_pair():
    import torch

    batch = [("fireworks", one) for one in DEBATE["fireworks"]]
    apart = torch.eye(3).repeat_interleave(4, dim=0)
    together = torch.ones(12, 1)
    assert contrast(apart, batch) < 1e-4
    assert contrast(together, batch) > 2
    assert contrast(apart[::4], batch[::4]) is None


@pytest.mark.slow
def test_the_same_seed_gives_the_same_vectors_and_the_points_are_learned():
    vectors, precision = [], []
    for _ in range(2):
        network = Network(find_model(DEFAULT_MODEL, offline=True), 1, 0)
        before = pair_precision(network, DEBATE)
        assert list(train(network, DEBATE, 15, 2e-4, 0)) == [*range(15)]
        precision.append(pair_precision(network, DEBATE))
        vectors.append(network.embed([one.text for one in DEBATE["fireworks"]]))
    assert before < 0.7 < 0.95 < min(precision)
    assert np.allclose(*vectors, atol=5e-4)
    assert np.allclose(np.linalg.norm(vectors[0], axis=1), 1, atol=1e-5)


def test_nothing_that_groups_are_measured_on_is_learned_from(shared):
    from argmine.evaluate.groups import argkp_debates, perspectrum_debates

    learned = gather(LABELLED, shared / "datasets")
    measured = [*argkp_debates(shared, "dev"), *argkp_debates(shared, "test"), *perspectrum_debates(shared)]
    assert len(learned) > 400
    assert not learned.keys() & {one.topic for one in measured}
    texts = {one.text for sentences in learned.values() for one in sentences if len(one.text.split()) > 4}
    assert not texts & {text for one in measured for text in one.texts}
