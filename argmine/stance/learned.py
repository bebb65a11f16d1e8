"""What was learned from coded claims: a small head a frame, on top of a coder's answers and the claims' vectors.

`argmine learn` writes the heads beside the codebook; a frame without a head keeps the coder's own answers.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from argmine.codebook import EXAMPLE_SIDES
from argmine.errors import CodebookError
from argmine.stance.coder import FrameScores

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from argmine.codebook import Codebook
    from argmine.stance.coder import Coder, Encoders, InContext, Progress

HEADS_FILE = "heads.json"
FORMAT = 1
# Unit vectors have small entries: without this weight a ridge would hold them to nothing beside the coder's answers.
VECTOR_WEIGHT = 4.0
_LARGEST_LOGIT = 4.0


@dataclass(frozen=True)
class Head:
    """What turns features into a frame's scores: `speaks` gives one logit, `sides` one for each side of `labels`.

    Each row of weights ends with its bias. `sides` is empty where the coded claims did not show two sides.
    """

    speaks: np.ndarray
    labels: tuple[str, ...]
    sides: np.ndarray

    def apply(self, features: np.ndarray, base: FrameScores) -> FrameScores:
        """Return the frame's scores for claims by their features, shape (n, n_features)."""
        import numpy as np

        filled = np.column_stack([features, np.ones(len(features))])
        speaks = 1 / (1 + np.exp(-(filled @ self.speaks)))
        if not len(self.sides):
            return FrameScores(speaks, base.sides, base.undecided)
        logits = filled @ self.sides.T
        weight = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
        sides = np.zeros((len(features), len(EXAMPLE_SIDES)))
        sides[:, [EXAMPLE_SIDES.index(label) for label in self.labels]] = weight / weight.sum(axis=1, keepdims=True)
        return FrameScores(speaks, sides, base.undecided)


@dataclass(frozen=True)
class Learned:
    """The heads by frame, and what they hold for: a codebook, an encoder and a coder, each by its hash."""

    heads: dict[str, Head]
    codebook_sha256: str
    encoder_sha256: str
    coder: str
    coder_sha256: str
    scores: dict[str, Any]
    sha256: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as JSON holds them."""
        heads = {
            name: {"speaks": head.speaks.tolist(), "labels": list(head.labels), "sides": head.sides.tolist()}
            for name, head in self.heads.items()
        }
        return {
            "format": FORMAT,
            "codebook_sha256": self.codebook_sha256,
            "encoder_sha256": self.encoder_sha256,
            "coder": self.coder,
            "coder_sha256": self.coder_sha256,
            "heads": heads,
            "scores": self.scores,
        }


class LearnedCoder:
    """A coder whose answers are mended by heads; raise CodebookError for the answers of another coder."""

    def __init__(self, base: Coder, name: str, learned: Learned) -> None:
        if name != learned.coder:
            raise CodebookError(
                f"what the codebook has learned corrects the coder {learned.coder}, and the coder is {name}. Run with "
                f"--coder {learned.coder}, or run argmine learn again with --coder {name}."
            )
        self.base, self.learned = base, learned

    def score(
        self, claims: InContext, codebook: Codebook, encoders: Encoders, progress: Progress
    ) -> dict[str, FrameScores]:
        """Return each frame's scores for the claims; raise CodebookError where the encoder or the coder was another."""
        if encoders.sha256 != self.learned.encoder_sha256:
            raise CodebookError(
                f"what the codebook has learned belongs to an encoder with sha256 {self.learned.encoder_sha256[:12]}…, "
                f"and this one has {encoders.sha256[:12]}…. Run with the encoder of then, or run argmine learn again."
            )
        scores = self.base.score(claims, codebook, encoders, progress)
        now = coder_sha256(self.base, codebook)
        if now != self.learned.coder_sha256:
            raise CodebookError(
                f"what the codebook has learned corrects a coder {self.learned.coder} with other weights or another "
                f"prompt ({self.learned.coder_sha256[:12]}… and not {now[:12]}…). Run argmine learn again."
            )
        vectors = claims.vectors[claims.rows]
        return {
            name: self.learned.heads[name].apply(features(vectors, base), base) if name in self.learned.heads else base
            for name, base in scores.items()
        }

    def describe(self, codebook: Codebook) -> dict[str, Any]:
        """Return what the coder says of itself, and what was learned on top of it with its cross-validated scores."""
        described = {key: value for key, value in self.base.describe(codebook).items() if key != "quality"}
        heads = ", ".join(self.learned.heads) or "no frame"
        described["name"] = f"{described['name']}, corrected by what was learned from coded claims ({heads})"
        described["learned"] = {"sha256": self.learned.sha256, "scores": self.learned.scores}
        return described


def coder_sha256(coder: Coder, codebook: Codebook) -> str:
    """Return the hash of what decides a coder's answers, as its description names it; "" where it names none."""
    described = coder.describe(codebook)
    return str(described.get("sha256") or described.get("prompt_sha256") or "")


def features(vectors: np.ndarray, scores: FrameScores) -> np.ndarray:
    """Return what a head reads of claims: their vectors, and how the coder scored them, shape (n, dim + 4)."""
    import numpy as np

    bound = 1 / (1 + np.exp(_LARGEST_LOGIT))
    speaks = np.clip(scores.speaks, bound, 1 - bound)
    logit = np.log(speaks / (1 - speaks)) / 2
    lean = scores.sides[:, EXAMPLE_SIDES.index("pro")] - scores.sides[:, EXAMPLE_SIDES.index("con")]
    neutral = scores.sides[:, EXAMPLE_SIDES.index("neutral")]
    undecided = np.zeros(len(vectors)) if scores.undecided is None else scores.undecided.astype("float64")
    return np.column_stack([VECTOR_WEIGHT * vectors, logit, 2 * lean, neutral, undecided])


def load_learned(codebook: Codebook) -> Learned:
    """Return what stands beside a learned codebook; raise CodebookError where it is damaged or of another codebook."""
    import numpy as np

    assert codebook.folder is not None
    path: Path = codebook.folder / HEADS_FILE
    try:
        content = path.read_bytes()
        values = json.loads(content)
        if values["format"] != FORMAT:
            raise CodebookError(f"{path}: its format is {values['format']!r}, not {FORMAT}. Run argmine learn again.")
        heads = {
            name: Head(
                np.array(head["speaks"], dtype="float64"),
                tuple(head["labels"]),
                np.array(head["sides"], dtype="float64"),
            )
            for name, head in values["heads"].items()
        }
        _check(heads, codebook)
        names = ("codebook_sha256", "encoder_sha256", "coder", "coder_sha256", "scores")
        rest = {name: values[name] for name in names}
        learned = Learned(heads, **rest, sha256=hashlib.sha256(content).hexdigest())
    except OSError as error:
        raise CodebookError(f"{path}: cannot be read: {error.strerror or error}. Run argmine learn again.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CodebookError(f"{path}: damaged: {error}. Run argmine learn again.") from error
    if learned.codebook_sha256 != codebook.sha256:
        raise CodebookError(
            f"{codebook.folder}: the codebook was changed after its heads were learned. Run argmine learn with the "
            "changed codebook."
        )
    return learned


def _check(heads: dict[str, Head], codebook: Codebook) -> None:
    """Raise ValueError for heads that do not fit together."""
    import numpy as np

    for name, head in heads.items():
        if name not in codebook.frame_names:
            raise ValueError(f"a head for {name!r}, which is no frame of the codebook")
        sides_fit = head.sides.shape == (len(head.labels), len(head.speaks)) if head.labels else not head.sides.size
        if head.speaks.ndim != 1 or not sides_fit or not set(head.labels) <= set(EXAMPLE_SIDES):
            raise ValueError(f"the head of {name} has the wrong shape")
        if not (np.isfinite(head.speaks).all() and np.isfinite(head.sides).all()):
            raise ValueError(f"the head of {name} holds a value that is no number")
