"""How well the built-in coder reads propositions that it was not trained on: own sentences and public test sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from argmine.codebook import Codebook, Frame
from argmine.evaluate.calibration import expected_calibration_error
from argmine.learn.coded_claims import CodedClaim, in_context
from argmine.learn.stance_readings import SIDES, general_readings, key_points, perspectrum_readings
from argmine.stance.coder import Encoders
from argmine.stance.trained import TrainedCoder

OWN = Path("data/labelled/stance")


def run(data: Path, coder: TrainedCoder, encoders: Encoders) -> list[str]:
    """Return lines of scores; `data` holds datasets/."""
    lines = ["propositions that the coder was not trained on"]
    if OWN.is_dir():
        lines.append(_sides_line("written corpus, held-out propositions", own_test(coder, encoders), SIDES))
    lines.append(_sides_line("Perspectrum test", perspectrum_test(data / "datasets", coder, encoders), SIDES[:2]))
    strict, relaxed = key_point_map(data / "datasets", lambda pairs: _match(pairs, coder, encoders))
    lines.append(f"{'ArgKP-2021 test, mAP':<40} strict {strict:.2f}, relaxed {relaxed:.2f}")
    strict, relaxed = key_point_map(data / "datasets", lambda pairs: _cosine(pairs, encoders))
    lines.append(f"{'  the same by cosine of the vectors':<40} strict {strict:.2f}, relaxed {relaxed:.2f}")
    return lines


def own_test(coder: TrainedCoder, encoders: Encoders) -> tuple[list[str], np.ndarray]:
    """Return the sides of the held-out propositions' sentences that speak to them, and the coder's probabilities."""
    readings = [r for r in general_readings(OWN, 0, "test_general*.jsonl") if r.sides != ("none",)]
    return [r.sides[0] for r in readings], coder.ask([r.text for r in readings], encoders).sides


def perspectrum_test(datasets: Path, coder: TrainedCoder, encoders: Encoders) -> tuple[list[str], np.ndarray]:
    """Return the sides of Perspectrum's test perspectives, and the probabilities; neutral is no choice there."""
    readings = list(perspectrum_readings(datasets / "perspectrum", "test"))
    sides = coder.ask([r.text for r in readings], encoders).sides[:, :2]
    return [r.sides[0] for r in readings], sides / sides.sum(axis=1, keepdims=True)


def _sides_line(name: str, judged: tuple[list[str], np.ndarray], sides: Sequence[str]) -> str:
    from sklearn.metrics import f1_score

    gold, probabilities = judged
    chosen = np.array(sides)[probabilities.argmax(axis=1)]
    most = max(set(gold), key=gold.count)
    score, always = (f1_score(gold, other, average="macro") for other in (chosen, [most] * len(gold)))
    error = expected_calibration_error(probabilities.max(axis=1), chosen == np.array(gold))
    return f"{name:<40} side macro F1 {score:.2f} (always {most} {always:.2f}), ECE {error:.2f}, n {len(gold)}"


Pair = tuple[str, str, str]
"""An argument, a key point, the topic."""


def key_point_map(datasets: Path, score: Callable[[list[Pair]], np.ndarray]) -> tuple[float, float]:
    """Return strict and relaxed mean average precision on the test set of ArgKP-2021 (Friedman-Melamed et al. 2021).

    For each topic and side, each argument keeps its best key point, the better half of the arguments is ranked, and
    average precision is taken; a pair whose label is undecided is no match when strict, and a match when relaxed.
    """
    arguments, points, labels = key_points(datasets / "argkp2021" / "test_data", "test")
    candidates: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for argument_id, argument in arguments.items():
        side = argument["topic"], argument["stance"]
        candidates[side] += [(argument_id, k) for k, p in points.items() if (p["topic"], p["stance"]) == side]
    strict, relaxed = [], []
    for (topic, _), pairs in candidates.items():
        texts = [(arguments[a]["argument"], points[k]["key_point"], topic) for a, k in pairs]
        best: dict[str, tuple[float, str]] = {}
        for (argument_id, point_id), value in zip(pairs, score(texts), strict=True):
            best[argument_id] = max(best.get(argument_id, (-np.inf, "")), (float(value), point_id))
        ranked = sorted(((value, a, k) for a, (value, k) in best.items()), reverse=True)[: len(best) // 2]
        strict.append(_average_precision([labels.get((a, k)) == "1" for _, a, k in ranked]))
        relaxed.append(_average_precision([labels.get((a, k), "1") == "1" for _, a, k in ranked]))
    return float(np.mean(strict)), float(np.mean(relaxed))


def _average_precision(hits: list[bool]) -> float:
    """Return the mean of the precision at each hit.

    >>> _average_precision([True, False, True])
    0.8333333333333333
    """
    ranks = np.flatnonzero(hits) + 1
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks)) if len(ranks) else 0.0


def _match(pairs: list[Pair], coder: TrainedCoder, encoders: Encoders) -> np.ndarray:
    """Return how likely each argument speaks to its key point; the key points are the frames of a codebook."""
    arguments, points = ({text: row for row, text in enumerate(dict.fromkeys(p[i] for p in pairs))} for i in (0, 1))
    frames = tuple(Frame(f"point_{number}", point, point) for point, number in points.items())
    claims = in_context([CodedClaim(argument, {}) for argument in arguments], encoders.texts)
    scores = coder.score(claims, Codebook("key points", frames), encoders, lambda done, total: None)
    speaks = np.array([scores[frame.name].speaks for frame in frames])
    return np.array([speaks[points[point], arguments[argument]] for argument, point, _ in pairs])


def _cosine(pairs: list[Pair], encoders: Encoders) -> np.ndarray:
    arguments, points = (encoders.texts([pair[part] for pair in pairs]) for part in (0, 1))
    return np.asarray((arguments * points).sum(axis=1))
