"""Training the stance coder: the same seed gives the same scores, and what is learned is told apart."""

from functools import partial

import numpy as np
import pytest

from argmine.embed.weights import find_model
from argmine.learn.stance import in_part, measure
from argmine.learn.stance_network import Network, Recipe, train
from argmine.learn.stance_readings import FRAMES, Reading
from argmine.settings import DEFAULT_MODEL

SAID = {
    "Training on books without asking is theft.": ("con", "none", "none", "none"),
    "Anyone may learn from a published book.": ("pro", "none", "none", "none"),
    "Release the weights so that all can run them.": ("none", "none", "none", "pro"),
    "The battery lasts two hours.": ("none", "none", "none", "none"),
}


def readings():
    return [
        Reading(f"{text} [SEP] [SEP] [SEP]", "frames", f"g{copy}", sides)
        for copy in range(12)
        for text, sides in SAID.items()
    ]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_scores_and_the_examples_are_learned():
    logits, epochs = [], []
    for _ in range(2):
        network = Network(find_model(DEFAULT_MODEL, offline=True), len(FRAMES), 0)
        train(network, readings(), Recipe(epochs=12, rate=3e-4, side_weight=3.0), 0, epochs.append)
        logits.append(network.predict([reading.text for reading in readings()]))
    assert epochs == [*range(12)] * 2
    assert np.allclose(*logits, atol=5e-4)
    scores = measure(logits[0], readings())
    assert scores["fair_use"]["ap"] == 1.0
    assert scores["fair_use"]["side_accuracy"] == 1.0
    assert scores["open_weights"]["ap"] == 1.0


def test_a_group_is_learned_from_or_held_out_as_a_whole():
    part = partial(in_part, readings(), 0)
    held_out, learned = part(0.0, 0.5), part(0.5, 1.0)
    assert len(held_out) + len(learned) == len(readings())
    assert not {one.group for one in held_out} & {one.group for one in learned}
    assert {one.group for one in part(0.5, 0.75)} < {one.group for one in learned}
