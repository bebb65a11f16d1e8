"""The vectors that claims are grouped by: the tuned encoder's, or those of the model that the user names."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from argmine.embed import load_encoder
from argmine.learn.points import debates
from argmine.models import POINTS, shipped
from argmine.pipeline import vectors_to_group
from argmine.settings import DEFAULT_MODEL, Settings
from argmine.stance import Encoders

LABELLED = Path(__file__).resolve().parents[2] / "data" / "labelled" / "points"


@pytest.mark.parametrize("model", [DEFAULT_MODEL, "my/model"])
def test_the_default_is_tuned_and_a_named_model_is_asked_itself(model):
    def of_folder(folder):
        assert folder == shipped(POINTS)
        return lambda texts: np.ones((len(texts), 3), np.float32)

    own = np.full((2, 3), 0.5, np.float32)
    encoders = Encoders(lambda texts: own, of_folder)
    grouped, described = vectors_to_group(["a", "b"], own, encoders, Settings(model=model))
    assert (grouped == (1.0 if model == DEFAULT_MODEL else 0.5)).all()
    assert ("the same point" in described, "my/model" in described) == (model == DEFAULT_MODEL, model != DEFAULT_MODEL)


def test_debates_never_trained_on_are_told_apart_by_point_better_than_by_the_default_encoder():
    def precision(settings):
        encoder, found = load_encoder(settings), []
        for sentences in debates(LABELLED, "test_points_*.jsonl").values():
            pointed = [one for one in sentences if one["point"]]
            vectors = encoder.encode([one["text"] for one in pointed])
            first, second = np.triu_indices(len(pointed), 1)
            shared = [pointed[a]["point"] == pointed[b]["point"] for a, b in zip(first, second, strict=True)]
            found.append(average_precision_score(shared, (vectors[first] * vectors[second]).sum(axis=1)))
        return np.mean(found)

    assert precision(Settings(model=str(shipped(POINTS)))) > 2 * precision(Settings())
