"""The built-in coder: two encoders tuned to read a claim in its context, one of them together with any proposition.

The weights and the numbers of the heads stand in `argmine/models/stance/`; the encoders are run by the embedding core
like any other. A frame that the coder was trained on has a head of its own, and a logistic regression on untuned
vectors, the claims around and how frequent the frames are in the thread have a say too. Any other frame is gated by
likeness to its sentences and read together with its proposition; whether a claim speaks to it is decided in equal parts
by that reading and by the similarity coder, which knows the codebook's examples, or, where there are none, compares the
claim with the proposition in the space of subjects and in that of points.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.codebook import EXAMPLE_SIDES, Codebook, load_codebook
from argmine.errors import EncoderError
from argmine.models import POINTS, shipped
from argmine.settings import DEFAULT_MODEL
from argmine.stance.coder import FrameScores
from argmine.stance.reading import CONTEXT_WEIGHT, CONTEXT_WORDS, reading_text
from argmine.stance.similarity import score_frames
from argmine.stance.thread import adapted, around, leanings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from argmine.codebook import Frame
    from argmine.stance.coder import Encoders, InContext, Progress

# Below this likeness to a new frame's sentences a claim is not read with its proposition.
LIKENESS_GATE = 0.2
# The similarity coder reads a claim without its context: what it rules out for certain may still be a retort.
LEAST_SIMILAR, MOST_SIMILAR = 0.02, 1 - 1e-6
_N_LOGITS = 1 + len(EXAMPLE_SIDES)


@dataclass(frozen=True)
class Reader:
    """A tuned encoder's folder, and what turns its unit vectors into logits: weight (4 questions, dim), bias.

    For each question four logits: whether the claim speaks to it, then pro, con and neutral.
    """

    folder: Path
    sha256: str
    weight: np.ndarray
    bias: np.ndarray

    def logits(self, readings: Sequence[str], encoders: Encoders) -> np.ndarray:
        """Return the logits of readings, shape (n, questions, 4)."""
        logits: np.ndarray = encoders.of_folder(self.folder)(readings) @ self.weight.T + self.bias
        return logits.reshape(len(readings), len(self.bias) // _N_LOGITS, _N_LOGITS)


@dataclass(frozen=True)
class Heads:
    """What the coder was trained to: a reader of the frames of `propositions`, and one of any proposition.

    `plain` gives a second opinion on each frame from the default encoder's vectors of the claim and its neighbours:
    weight (frames, 3 dim + 1), the bias last; `plain_encoder` is the sha256 of that encoder. `calibration` is what
    `argmine.learn.stance` found for each reader.
    """

    frames: Reader
    pairs: Reader
    propositions: dict[str, str]
    calibration: dict[str, dict[str, list[float]]]
    plain: np.ndarray
    plain_encoder: str

    def column(self, frame: Frame) -> int | None:
        """Return the place of the frame among those with a head of their own, or None for a frame that has none."""
        places = {proposition: place for place, proposition in enumerate(self.propositions.values())}
        return places.get(frame.proposition)


def coder_folder() -> Path:
    """Return the folder of the shipped coder."""
    return shipped("stance")


def load_heads(folder: Path) -> Heads:
    """Return the heads in that folder; raise EncoderError where its weights are not those they were trained with."""
    import numpy as np

    values: dict[str, Any] = json.loads((folder / "coder.json").read_text(encoding="utf-8"))

    def reader(name: str) -> Reader:
        with (folder / name / "model.safetensors").open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        mine = values[name]
        if sha256 != mine["sha256"]:
            raise EncoderError(f"{folder / name}: the weights have sha256 {sha256}, not {mine['sha256']}. Reinstall.")
        weight, bias = (np.array(mine[part], dtype=np.float32) for part in ("weight", "bias"))
        return Reader(folder / name, sha256, weight, bias)

    plain = np.array(values["plain"], dtype=np.float32)
    readers = reader("frames"), reader("pairs")
    return Heads(*readers, values["propositions"], values["calibration"], plain, values["plain_encoder"])


class TrainedCoder:
    """Reads each claim in its context with the shipped encoders."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or coder_folder()
        self.heads = load_heads(self.folder)

    def describe(self, codebook: Codebook) -> dict[str, Any]:
        """Return the coder's name and weights, and its scores where they were measured with this codebook."""
        described: dict[str, Any] = {
            "name": "a trained model that reads each claim in its context",
            "reads": f"It reads a claim with the {CONTEXT_WORDS} words before it and the end of the post it answers.",
            "sha256": hashlib.sha256((self.folder / "coder.json").read_bytes()).hexdigest(),
        }
        if codebook.sha256 == load_codebook().sha256:
            described["quality"] = json.loads((self.folder / "scores.json").read_text(encoding="utf-8"))
        return described

    def score(
        self, claims: InContext, codebook: Codebook, encoders: Encoders, progress: Progress
    ) -> dict[str, FrameScores]:
        """Return each frame's scores for the claims."""
        columns = {frame.name: self.heads.column(frame) for frame in codebook.frames}
        total = len(claims) * (1 + len(codebook.frames))
        own = self._own_frames(claims, encoders) if any(c is not None for c in columns.values()) else None
        progress(len(claims), total)
        similar = _similar(claims, codebook, encoders) if None in columns.values() else {}
        scores = {}
        for number, frame in enumerate(codebook.frames, 2):
            column = columns[frame.name]
            if column is None or own is None:
                scores[frame.name] = self._any_frame(frame, similar[frame.name], claims, encoders)
            else:
                scores[frame.name] = FrameScores(own.speaks[:, column], own.sides[:, column])
            progress(len(claims) * number, total)
        return scores

    def ask(self, readings: Sequence[str], encoders: Encoders) -> FrameScores:
        """Return scores of readings, each with a proposition in it, as `reading_text` makes them."""
        calibration = self.heads.calibration["pairs"]
        logits = self.heads.pairs.logits(readings, encoders)[:, 0]
        speaks = _logistic(calibration["speaks"], logits[:, 0])
        return FrameScores(speaks, _softmax(calibration["side"][0] * logits[:, 1:]))

    def _any_frame(self, frame: Frame, similar: list[np.ndarray], claims: InContext, encoders: Encoders) -> FrameScores:
        import numpy as np

        rows = np.flatnonzero(claims.likeness(encoders.texts(_sentences(frame))) >= LIKENESS_GATE)
        found = self.ask(_texts(claims, rows, frame.proposition), encoders)
        speaks = np.zeros(len(claims))
        speaks[rows] = _middle(found.speaks, *(one[rows].clip(LEAST_SIMILAR, MOST_SIMILAR) for one in similar))
        return _filled(speaks, rows, found.sides)

    def _own_frames(self, claims: InContext, encoders: Encoders) -> _OwnFrames:
        import numpy as np

        calibration = self.heads.calibration["frames"]
        readings = _texts(claims, np.arange(len(claims)), "")
        logits = self.heads.frames.logits(readings, encoders)
        vectors = claims.vectors
        if encoders.sha256 != self.heads.plain_encoder:
            vectors = encoders.of_folder(Path(DEFAULT_MODEL))(claims.claims["text"].tolist())
        plain = self._plain_opinions(vectors, claims)
        own_slope, plain_slope, *shifts = calibration["gate"]
        opened = own_slope * logits[..., 0] + plain_slope * plain + np.array(shifts)
        before, above = around(_logistic([1.0, 0.0], opened), claims.post_ids, claims.parent_of)
        alone = _logistic(calibration["speaks"], opened, before, above)
        speaks = adapted(alone, claims.threads, np.array(calibration["prevalence"]))
        sides = logits[..., 1:]
        around_it = leanings(sides[..., 0] - sides[..., 1], speaks, claims.post_ids, claims.parent_of)
        return _OwnFrames(_softmax(sides_in_thread(sides, around_it, calibration["side"])), speaks)

    def _plain_opinions(self, vectors: np.ndarray, claims: InContext) -> np.ndarray:
        """Return the logits that the regression gives to `plain_features`, shape (n, frames), without laying them out.

        The features of 100,000 claims would take half a gigabyte; their products with the weights take little.
        """
        import numpy as np

        *weights, bias = np.split(self.heads.plain, [vectors.shape[1] * part for part in (1, 2, 3)], axis=1)
        own, before, above = (vectors @ weight.T for weight in weights)
        around_it = claims.neighbours(before)[0] + claims.neighbours(above)[1]
        return np.asarray(own[claims.rows] + CONTEXT_WEIGHT * around_it + bias[:, 0])


@dataclass(frozen=True)
class _OwnFrames:
    """Of claims and the coder's own frames: how likely each side is, shape (n, frames, 3), and that each speaks."""

    sides: np.ndarray
    speaks: np.ndarray


def sides_in_thread(
    logits: np.ndarray, leaning: tuple[np.ndarray, np.ndarray], slopes: Sequence[float] | np.ndarray
) -> np.ndarray:
    """Return the sides' logits, shape (n, frames, 3), with what the rest of the post and the parent post lean to.

    `slopes` are those of the logits, of the rest of the post, and of the parent.
    """
    import numpy as np

    toward = slopes[1] * leaning[0] + slopes[2] * leaning[1]
    return np.asarray(slopes[0] * logits + np.stack([toward, -toward, np.zeros_like(toward)], axis=-1))


def _texts(claims: InContext, rows: np.ndarray, proposition: str) -> list[str]:
    return [reading_text(claims.texts[row], proposition, *claims.contexts[row]) for row in rows]


def _sentences(frame: Frame) -> list[str]:
    return [frame.proposition, *(text for side in EXAMPLE_SIDES for text in frame.examples.get(side, ()))]


def _filled(speaks: np.ndarray, rows: np.ndarray, sides: np.ndarray) -> FrameScores:
    """Return scores with those sides at `rows`, and every side as likely elsewhere."""
    import numpy as np

    all_sides = np.full((len(speaks), len(EXAMPLE_SIDES)), 1 / len(EXAMPLE_SIDES))
    all_sides[rows] = sides
    return FrameScores(speaks, all_sides)


def _logistic(weights: list[float], *logits: np.ndarray) -> np.ndarray:
    """Return probabilities from logits and weights: a slope for each, then the shift."""
    import numpy as np

    total = weights[-1] + sum(slope * part for slope, part in zip(weights, logits, strict=False))
    return np.asarray(1 / (1 + np.exp(-total)))


def _similar(claims: InContext, codebook: Codebook, encoders: Encoders) -> dict[str, list[np.ndarray]]:
    """Return for each frame what the similarity coder says that speaks to it; of a proposition alone, twice.

    A proposition without examples may be a subject, which the claims' vectors know best, or a single point of a debate,
    which the encoder of points knows best.
    """
    on_subjects = score_frames(claims.vectors[claims.rows], codebook, encoders.texts)
    found = {name: [scores.speaks] for name, scores in on_subjects.items()}
    alone = tuple(frame for frame in codebook.frames if not any(frame.examples.values()))
    if alone:
        encode = encoders.of_folder(shipped(POINTS))
        on_points = score_frames(encode(claims.texts), Codebook(codebook.name, alone), encode)
        for name, scores in on_points.items():
            found[name].append(scores.speaks)
    return found


def _middle(*probabilities: np.ndarray) -> np.ndarray:
    """Return the probabilities whose log odds are the means of those given."""
    import numpy as np

    odds = np.exp(np.mean([np.log(one / (1 - one)) for one in probabilities], axis=0))
    return np.asarray(odds / (1 + odds))


def _softmax(logits: np.ndarray) -> np.ndarray:
    import numpy as np

    weight = np.exp(logits - logits.max(axis=-1, keepdims=True, initial=-np.inf))
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))
