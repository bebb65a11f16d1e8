"""The vectors that claims are grouped by: the tuned encoder's, or those of the model that the user names."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from argmine.cluster import describe_vectors, point_vectors
from argmine.cluster.points import points_folder
from argmine.embed import load_encoder
from argmine.embed.weights import DEFAULT_SHA256
from argmine.learn.stance_readings import debates
from argmine.settings import Settings
from argmine.stance import Encoders

LABELLED = Path(__file__).resolve().parents[2] / "data" / "labelled" / "points"


def encoders(sha256):
    def of_folder(folder):
        assert folder == points_folder()
        return lambda texts: np.ones((len(texts), 3), np.float32)

    return Encoders(lambda texts: np.zeros((len(texts), 3), np.float32), of_folder, sha256=sha256)


@pytest.mark.parametrize(("sha256", "expected"), [(DEFAULT_SHA256, 1.0), ("another", 0.5)])
def test_the_default_is_tuned_and_a_named_model_is_asked_itself(sha256, expected):
    own = np.full((2, 3), 0.5, np.float32)
    assert (point_vectors(["a", "b"], own, encoders(sha256)) == expected).all()
    described = describe_vectors(SimpleNamespace(sha256=sha256, name="mine"))
    assert ("make the same point" in described) == (sha256 == DEFAULT_SHA256)
    assert ("mine" in described) == (sha256 != DEFAULT_SHA256)


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

    assert precision(Settings(model=str(points_folder()))) > 2 * precision(Settings())
