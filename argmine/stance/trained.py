"""The built-in coder: an encoder tuned to read a claim in its context, alone or together with a proposition.

The weights stand in `argmine/models/stance/`; the encoder among them is run by the embedding core like any other, and
the heads and their calibration are the numbers in `coder.json`. A frame that the coder was trained on has a head of its
own, which is read first and is the gate for the second reading, with the proposition. Any other frame is gated by
likeness to its sentences and read with its proposition.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.codebook import EXAMPLE_SIDES, load_codebook
from argmine.errors import EncoderError
from argmine.settings import DEFAULT_MODEL
from argmine.stance.coder import FrameScores
from argmine.stance.reading import CONTEXT_WORDS, parts_vectors, reading_text

if TYPE_CHECKING:
    import numpy as np

    from argmine.codebook import Codebook, Frame
    from argmine.stance.coder import Encoders, InContext, Progress

# Below this probability by a frame's own head, and below this likeness to a new frame's sentences, a claim is not read
# again with the proposition.
GATE = 0.1
LIKENESS_GATE = 0.2
# Weight of the prevalence in training, in claims, when a thread's own is estimated.
PRIOR_CLAIMS = 20
# However far a thread's subject is, what clearly speaks to a frame is found there too.
LEAST_FACTOR = 0.2
_MOST_ROUNDS, _SETTLED = 100, 1e-6
_N_LOGITS = 1 + len(EXAMPLE_SIDES)


@dataclass(frozen=True)
class Heads:
    """What turns a reading's unit vector into logits: weight (4 + 4 a frame, dim), bias; and their calibration.

    The first four logits are of the proposition in the text (speaks, pro, con, neutral), then four for each frame of
    `propositions`. `plain` gives a second opinion on each frame from the vectors of a reading's parts by the default
    encoder: weight (frames, 3 dim + 1), the bias last. `calibration` is what `argmine.learn.stance.calibrate` returns.
    """

    sha256: str
    propositions: dict[str, str]
    weight: np.ndarray
    bias: np.ndarray
    calibration: dict[str, list[float]]
    plain: np.ndarray

    def logits(self, vectors: np.ndarray) -> np.ndarray:
        """Return the logits of readings, shape (n, 1 + frames, 4)."""
        logits: np.ndarray = vectors @ self.weight.T + self.bias
        return logits.reshape(len(vectors), len(self.bias) // _N_LOGITS, _N_LOGITS)

    def column(self, frame: Frame) -> int | None:
        """Return the place of the frame's own head among the logits, or None for a frame that has none."""
        for place, proposition in enumerate(self.propositions.values()):
            if proposition == frame.proposition:
                return 1 + place
        return None


def coder_folder() -> Path:
    """Return the folder of the shipped coder."""
    return Path(str(resources.files("argmine") / "models" / "stance"))


def load_heads(folder: Path) -> Heads:
    """Return the heads in that folder; raise EncoderError where its weights are not those they were trained with."""
    import numpy as np

    values: dict[str, Any] = json.loads((folder / "coder.json").read_text(encoding="utf-8"))
    with (folder / "model.safetensors").open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 != values["sha256"]:
        raise EncoderError(f"{folder}: the coder's weights have sha256 {sha256}, not {values['sha256']}. Reinstall.")
    weight, bias, plain = (np.array(values[name], dtype=np.float32) for name in ("weight", "bias", "plain"))
    return Heads(sha256, values["propositions"], weight, bias, values["calibration"], plain)


class TrainedCoder:
    """Reads each claim in its context with the shipped encoder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or coder_folder()
        self.heads = load_heads(self.folder)

    def describe(self, codebook: Codebook) -> dict[str, Any]:
        """Return the coder's name and weights, and its scores where they were measured with this codebook."""
        described: dict[str, Any] = {
            "name": "a trained model that reads each claim in its context with the frame's proposition",
            "reads": f"It reads a claim with the {CONTEXT_WORDS} words before it and the end of the post it answers.",
            "sha256": self.heads.sha256,
        }
        if codebook.sha256 == load_codebook().sha256:
            described["quality"] = json.loads((self.folder / "scores.json").read_text(encoding="utf-8"))
        return described

    def score(
        self, claims: InContext, codebook: Codebook, encoders: Encoders, progress: Progress
    ) -> dict[str, FrameScores]:
        """Return each frame's scores for the claims."""
        import numpy as np

        encode = encoders.of_folder(self.folder)
        columns = {frame.name: self.heads.column(frame) for frame in codebook.frames}
        if any(columns.values()):
            readings = self._texts(claims, np.arange(len(claims)), "")
            own = self.heads.logits(encode(readings))
            parts = parts_vectors(readings, encoders.of_folder(Path(DEFAULT_MODEL)))
            plain = parts @ self.heads.plain[:, :-1].T + self.heads.plain[:, -1]
            progress(len(claims), len(claims) * (1 + len(codebook.frames)))
        scores = {}
        for number, frame in enumerate(codebook.frames, 1):
            column = columns[frame.name]
            if column is None:
                likeness = claims.likeness(encoders.texts(_sentences(frame)))
                rows = np.flatnonzero(likeness >= LIKENESS_GATE)
            else:
                opinions = own[:, column, 0], plain[:, column - 1]
                rows = np.flatnonzero(_logistic(self.heads.calibration["gate"], *opinions) >= GATE)
            asked = self.heads.logits(encode(self._texts(claims, rows, frame.proposition)))[:, 0]
            if column is None:
                scores[frame.name] = self._scores_asked(len(claims), rows, asked)
            else:
                of_own, of_plain = own[rows, column], plain[rows, column - 1]
                scores[frame.name] = self._scores_own(len(claims), rows, asked, of_own, of_plain)
            progress(len(claims) * (1 + number), len(claims) * (1 + len(codebook.frames)))
        own_frames = {name: column for name, column in columns.items() if column is not None}
        return scores | self._in_their_threads(scores, own_frames, claims)

    def _in_their_threads(
        self, scores: dict[str, FrameScores], columns: dict[str, int], claims: InContext
    ) -> dict[str, FrameScores]:
        """Return the scores of the coder's own frames, which have those columns, as they are in each claim's thread."""
        import numpy as np

        if not columns:
            return {}
        usual = np.array([self.heads.calibration["prevalence"][column - 1] for column in columns.values()])
        speaks = _adapted(np.stack([scores[name].speaks for name in columns], axis=1), claims.threads, usual)
        return {name: replace(scores[name], speaks=speaks[:, place]) for place, name in enumerate(columns)}

    def ask(self, readings: list[str], encoders: Encoders) -> FrameScores:
        """Return scores of readings, each with a proposition in it, as `reading_text` makes them."""
        import numpy as np

        logits = self.heads.logits(encoders.of_folder(self.folder)(readings))[:, 0]
        return self._scores_asked(len(readings), np.arange(len(readings)), logits)

    def _scores_asked(self, n: int, rows: np.ndarray, asked: np.ndarray) -> FrameScores:
        """Return scores for n claims from logits with the proposition, shape (rows, 4), of those that were read."""
        calibration = self.heads.calibration
        speaks = _logistic(calibration["speaks"], asked[:, 0])
        return _filled(n, rows, speaks, _softmax(calibration["side"][0] * asked[:, 1:]))

    def _scores_own(
        self, n: int, rows: np.ndarray, asked: np.ndarray, own: np.ndarray, plain: np.ndarray
    ) -> FrameScores:
        """Return scores for n claims from those logits, the frame's own, shape (rows, 4), and plain, shape (rows,)."""
        calibration = self.heads.calibration
        of_own, of_asked = calibration["own_side"]
        speaks = _logistic(calibration["own_speaks"], own[:, 0], asked[:, 0], plain)
        return _filled(n, rows, speaks, _softmax(of_own * own[:, 1:] + of_asked * asked[:, 1:]))

    @staticmethod
    def _texts(claims: InContext, rows: np.ndarray, proposition: str) -> list[str]:
        return [reading_text(claims.texts[row], proposition, *claims.contexts[row]) for row in rows]


def _sentences(frame: Frame) -> list[str]:
    return [frame.proposition, *(text for side in EXAMPLE_SIDES for text in frame.examples.get(side, ()))]


def _filled(n: int, rows: np.ndarray, speaks: np.ndarray, sides: np.ndarray) -> FrameScores:
    """Return scores for n claims: those at `rows` as given, the others speak to nothing."""
    import numpy as np

    all_speak, all_sides = np.zeros(n), np.full((n, len(EXAMPLE_SIDES)), 1 / len(EXAMPLE_SIDES))
    all_speak[rows], all_sides[rows] = speaks, sides
    return FrameScores(all_speak, all_sides)


def _adapted(speaks: np.ndarray, threads: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return the probabilities, shape (n, frames), as they are in a thread that may be on another subject.

    How much rarer than `usual`, shape (frames,), the frames are in each claim's thread, all by the same factor, is
    found by expectation maximisation (Saerens, Latinne and Decaestecker 2002), with PRIOR_CLAIMS claims of the usual
    prevalence added. They are never taken to be more frequent: a thread's own subject needs no help.
    """
    import numpy as np

    adapted = np.zeros_like(speaks)
    for thread in np.unique(threads):
        mine = threads == thread
        odds = speaks[mine] / np.maximum(1 - speaks[mine], 1e-9) * (1 - usual) / usual
        factor = 1.0
        for _ in range(_MOST_ROUNDS):
            shifted = odds * factor * usual / (1 - factor * usual)
            adapted[mine] = shifted / (1 + shifted)
            before = factor
            found = adapted[mine].sum() + PRIOR_CLAIMS * usual.sum()
            factor = min(1.0, max(LEAST_FACTOR, found / ((mine.sum() + PRIOR_CLAIMS) * usual.sum())))
            if abs(factor - before) < _SETTLED:
                break
    return adapted


def _logistic(weights: list[float], *logits: np.ndarray) -> np.ndarray:
    """Return probabilities from logits and weights: a slope for each, then the shift."""
    import numpy as np

    total = weights[-1] + sum(slope * part for slope, part in zip(weights, logits, strict=False))
    return np.asarray(1 / (1 + np.exp(-total)))


def _softmax(logits: np.ndarray) -> np.ndarray:
    import numpy as np

    weight = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
