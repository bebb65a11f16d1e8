"""Train the built-in stance coder: `python -m argmine.learn.stance ../shared/datasets -o FOLDER`.

The default encoder is tuned twice: one network reads a claim in its context and says of each built-in frame whether the
claim speaks to it and on which side; the other reads it together with any other proposition. Inference is the embedding
core's: the tuned encoders are encoders like any other, and share the default one's word vectors.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.codebook import load_codebook
from argmine.embed.weights import DEFAULT_SHA256, find_model
from argmine.learn.stance_network import SCALE, Network, Recipe, export_encoder, train
from argmine.learn.stance_readings import (
    FRAMES,
    SIDES,
    Reading,
    elsewhere_readings,
    frame_pair_readings,
    frame_readings,
    general_readings,
    key_point_readings,
    perspectrum_readings,
    side_readings,
    web_readings,
)
from argmine.settings import DEFAULT_MODEL, Settings
from argmine.stance.reading import plain_features
from argmine.stance.thread import around, leanings
from argmine.stance.trained import sides_in_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
HELD_OUT = 1 / 12
WATCHED = HELD_OUT / 3
"""Shares of the groups that are held out for calibration, and whose scores are printed after each epoch."""
RECIPES = {
    "frames": Recipe(epochs=4, rate=1.0e-4, side_weight=3.0),
    "pairs": Recipe(epochs=6, rate=1.2e-4, side_weight=1.0),
}
PARENT_TRUST = 0.5
"""Share that is kept of the weight of the parent's side: replies oppose their parent in 85 of 100 pairs of held-out
comments, more often than in real threads."""


def gather(labelled: Path, datasets: Path, seed: int) -> dict[str, list[Reading]]:
    """Return what the two networks learn from: claims toward the built-in frames, and toward any proposition."""
    return {
        "frames": [
            *frame_readings(labelled, seed),
            *elsewhere_readings(labelled),
            *web_readings(datasets / "ud_english_ewt" / "en_ewt-ud-train.conllu"),
        ],
        "pairs": [
            *general_readings(labelled, seed),
            *frame_pair_readings(labelled, seed),
            *perspectrum_readings(datasets / "perspectrum", "train"),
            *key_point_readings(datasets / "argkp2021" / "kpm_data", "train"),
        ],
    }


def in_part(readings: list[Reading], seed: int, begin: float, end: float) -> list[Reading]:
    """Return the readings of a part of the groups, from begin to end of 0 to 1; a group always falls in one place."""

    def place(group: str) -> float:
        return int.from_bytes(hashlib.sha256(f"{seed} {group}".encode()).digest()[:6], "big") / 2**48

    return [reading for reading in readings if begin <= place(reading.group) < end]


def measure(logits: np.ndarray, readings: Sequence[Reading]) -> dict[str, Any]:
    """Return for each source and question the average precision of speaking, and how well sides are told apart."""
    from sklearn.metrics import average_precision_score, f1_score

    found: dict[str, Any] = {}
    for source in sorted({reading.source for reading in readings}):
        rows = [row for row, reading in enumerate(readings) if reading.source == source]
        all_sides = np.array([readings[row].sides for row in rows])
        for question, sides in enumerate(all_sides.T):
            name = FRAMES[question] if all_sides.shape[1] > 1 else source
            speaks = sides != "none"
            if not speaks.any():
                continue
            mine = logits[rows, question]
            chosen = np.array(SIDES)[mine[:, 1:].argmax(1)]
            found[name] = {
                "n": int(speaks.sum()),
                "ap": round(float(average_precision_score(speaks, mine[:, 0])), 3),
                "f1": round(float(f1_score(speaks, mine[:, 0] > 0)), 3),
                "side_accuracy": round(float((chosen[speaks] == sides[speaks]).mean()), 3),
                "side_macro_f1": round(float(f1_score(sides[speaks], chosen[speaks], average="macro")), 3),
            }
    return found


def fit_plain(readings: Sequence[Reading], seed: int) -> np.ndarray:
    """Return a logistic regression a frame on the default encoder's vectors, shape (frames, 3 dim + 1), bias last."""
    from sklearn.linear_model import LogisticRegression

    chooser = random.Random(seed)  # noqa: S311
    chosen = [r for r in readings if chooser.random() < r.share]
    vectors = plain_vectors(chosen)
    fitted = [
        LogisticRegression(C=1.0, max_iter=2_000).fit(vectors, [r.sides[number] != "none" for r in chosen])
        for number in range(len(FRAMES))
    ]
    return np.vstack([np.hstack([model.coef_, model.intercept_[:, None]]) for model in fitted])


def plain_vectors(readings: Sequence[Reading]) -> np.ndarray:
    """Return the plain features of readings by the default encoder; their context's last sentences stand for claims."""
    from argmine.embed import embed, load_encoder

    encoder = load_encoder(Settings())
    claims, _, before, above = zip(*(reading.text.split("[SEP]") for reading in readings), strict=True)

    def vectors(texts: Sequence[str]) -> np.ndarray:
        last = [_SENTENCE_END.split(text.strip())[-1] for text in texts]
        return np.asarray(embed([text or "." for text in last], encoder) * np.array([[text != ""] for text in last]))

    return plain_features(embed([text.strip() for text in claims], encoder), vectors(before), vectors(above))


def calibrate_frames(own: np.ndarray, plain: np.ndarray, readings: Sequence[Reading]) -> dict[str, Any]:
    """Return what turns logits into probabilities for the built-in frames, fitted on held-out comments.

    `own` are the frames network's logits, shape (n, frames, logits), `plain` the logistic regression's, shape
    (n, frames). Of the result, `gate` has slopes of own and plain and a shift for each frame; `speaks` has slopes of
    the gate's logit and of what the gate says of the claim before and of the parent's, and a shift; `side` has slopes
    of the sides' logits, of the leaning of the rest of the post, and of the parent's; `prevalence` is the share of
    claims that speak to each frame.
    """
    speaks = np.array([r.sides for r in readings]) != "none"
    each = np.tile(np.eye(len(FRAMES)), (len(readings), 1))
    gate = _fit(np.column_stack([own[..., 0].ravel(), plain.ravel(), each]), speaks.ravel(), intercept=False)
    opened = gate[0] * own[..., 0] + gate[1] * plain + gate[2:]
    posts, parents = [r.post for r in readings], {r.post: r.parent for r in readings}
    features = [opened, *around(_logistic(opened), posts, parents)]
    stacked = _fit(np.stack([one.ravel() for one in features], 1), speaks.ravel())
    total = stacked[-1] + sum(slope * one for slope, one in zip(stacked, features, strict=False))
    rest, parent = leanings(own[..., 1] - own[..., 2], _logistic(total), posts, parents)
    gold = np.array([SIDES.index(side) for r in readings for side in r.sides if side != "none"])
    leaning = rest[speaks], parent[speaks]
    slopes = _best_slopes(own[speaks][:, 1:], leaning, gold) * [1.0, 1.0, PARENT_TRUST]
    _print_told(sides_in_thread(own[speaks][:, 1:], leaning, slopes), gold)
    return {
        "gate": _rounded(gate),
        "speaks": _rounded(stacked),
        "side": _rounded(slopes),
        "prevalence": _rounded(speaks.mean(axis=0)),
    }


def calibrate_pairs(logits: np.ndarray, readings: Sequence[Reading]) -> dict[str, Any]:
    """Return the same for any proposition, from logits of shape (n, logits): `speaks` has a slope and a shift."""
    mixed = np.array([r.source in ("general", "frame_pairs", "argkp_points") for r in readings])
    sides = np.array([r.sides[0] for r in readings])
    scaled = _fit(logits[mixed, :1], sides[mixed] != "none")
    speaks = (sides != "none") & np.array([r.source in ("general", "frame_pairs", "perspectrum") for r in readings])
    gold = np.array([SIDES.index(side) for side in sides[speaks]])
    nothing = np.zeros(speaks.sum())
    return {
        "speaks": _rounded(scaled),
        "side": _rounded(_best_slopes(logits[speaks][:, 1:], (nothing, nothing), gold)[:1]),
    }


def _fit(features: np.ndarray, hits: np.ndarray, *, intercept: bool = True) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e3, max_iter=2_000, fit_intercept=intercept).fit(features, hits)
    return np.append(model.coef_[0], model.intercept_) if intercept else np.asarray(model.coef_[0])


def _logistic(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-logits)))


def _best_slopes(logits: np.ndarray, leaning: tuple[np.ndarray, np.ndarray], gold: np.ndarray) -> np.ndarray:
    """Return the slopes of `sides_in_thread` with the least log loss, for logits of shape (n, sides).

    The first is an inverse temperature (Guo et al. 2017).
    """
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    def loss(slopes: np.ndarray) -> float:
        total = sides_in_thread(logits, leaning, slopes)
        return float(-log_softmax(total, axis=1)[np.arange(len(gold)), gold].mean())

    return np.asarray(minimize(loss, np.array([1.0, 0.0, 0.0])).x)


def _print_told(logits: np.ndarray, gold: np.ndarray) -> None:
    """Print how many sides are told above each threshold, and how many of them are right: to choose side_threshold."""
    from scipy.special import softmax

    likely = softmax(logits, axis=1)
    right = likely.argmax(axis=1) == gold
    for threshold in np.arange(0.4, 0.9, 0.05):
        told = likely.max(axis=1) >= threshold
        print(f"sides of at least {threshold:.2f}: {told.mean():.2f} told, {right[told].mean():.2f} of them right")


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 5) for value in values]


def export(network: Network, model_folder: Path, out: Path) -> dict[str, Any]:
    """Write an encoder's folder; return its head's numbers and the sha256 of its weights."""
    return {
        "sha256": export_encoder(network, model_folder, out),
        "bias": [round(float(value), 6) for value in network.head.bias.tolist()],
        "weight": [[round(float(value) * SCALE, 6) for value in row] for row in network.head.weight.tolist()],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Train; after each epoch print scores on some of what is held out; at last calibrate and write the coder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", type=Path, help="folder with perspectrum/, argkp2021/ and ud_english_ewt/")
    parser.add_argument("--labelled", type=Path, default=Path("data/labelled/stance"))
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder for the weights; the coder in stance/")
    parser.add_argument("--keep", nargs="*", choices=tuple(RECIPES), default=(), help="networks that a run left in OUT")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", type=float, default=1.0, help="train on this part of the groups: a learning curve")
    given = parser.parse_args(arguments)

    model_folder = find_model(DEFAULT_MODEL, offline=True)
    readings = gather(given.labelled, given.datasets, given.seed)
    given.out.mkdir(parents=True, exist_ok=True)
    last = HELD_OUT + given.part * (1 - HELD_OUT)
    networks, held_out, logits = {}, {}, {}
    more = {"frames": list(side_readings(given.labelled, given.seed)), "pairs": []}
    for name, recipe in RECIPES.items():
        learned = [
            *in_part(readings[name], given.seed, HELD_OUT, last),
            *in_part(more[name], given.seed, 0.0, given.part),
        ]
        held_out[name] = in_part(readings[name], given.seed, 0.0, HELD_OUT)
        print(f"{name}: {len(learned)} readings to train on, {len(held_out[name])} held out", flush=True)
        network = networks[name] = Network(model_folder, len(learned[0].sides), given.seed)
        if name in given.keep:
            network.load(given.out / f"{name}.safetensors")
        else:
            watched = in_part(held_out[name], given.seed, 0.0, WATCHED)
            train(network, learned, recipe, given.seed, partial(_watch, network, watched))
            network.save(given.out / f"{name}.safetensors")
        logits[name] = _watch(network, held_out[name], "end")
    plain = fit_plain(in_part(readings["frames"], given.seed, HELD_OUT, last), given.seed)
    write_coder(networks, logits, held_out, plain, model_folder, given.out / "stance")


def _watch(network: Network, readings: Sequence[Reading], epoch: int | str) -> np.ndarray:
    """Print scores on readings and return their logits."""
    logits = network.predict([reading.text for reading in readings])
    for name, scores in measure(logits, readings).items():
        print(f"epoch {epoch} {name:18} {scores}", flush=True)
    return logits


def write_coder(
    networks: dict[str, Network],
    logits: dict[str, np.ndarray],
    held_out: dict[str, list[Reading]],
    plain: np.ndarray,
    model_folder: Path,
    out: Path,
) -> None:
    """Calibrate the networks by what they said of the held-out readings, and write them."""
    frames = load_codebook().frames
    comments = [row for row, r in enumerate(held_out["frames"]) if r.post]
    readings = [held_out["frames"][row] for row in comments]
    opinions = plain_vectors(readings) @ plain[:, :-1].T + plain[:, -1]
    coder: dict[str, Any] = {"propositions": {frame.name: frame.proposition for frame in frames}}
    coder["calibration"] = {
        "frames": calibrate_frames(logits["frames"][comments], opinions, readings),
        "pairs": calibrate_pairs(logits["pairs"][:, 0], held_out["pairs"]),
    }
    coder["plain"] = [_rounded(row) for row in plain]
    coder["plain_encoder"] = DEFAULT_SHA256
    coder |= {name: export(network, model_folder, out / name) for name, network in networks.items()}
    (out / "coder.json").write_text(json.dumps(coder) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
