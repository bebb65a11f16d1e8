"""The coder that asks an inference model: does the claim entail the frame's proposition, or contradict it?

Any cross-encoder with labels for entailment and contradiction will do, as will one that only tells entailment from the
rest (the zero-shot models): that one is also asked whether the claim entails that the proposition is false. The model
reads the claim alone, and knows no side but pro and con: what lies between them is coded `unclear`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from argmine.codebook import EXAMPLE_SIDES
from argmine.errors import CoderError
from argmine.stance.coder import FrameScores

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from argmine.codebook import Codebook
    from argmine.stance.coder import Encoders, InContext, PairReader, Progress

DENIAL = "The following is false: {}"
_ROLES = {
    "entailment": ("entailment", "entail", "entails", "entailed"),
    "contradiction": ("contradiction", "contradict", "contradicts", "contradictory"),
    "neutral": ("neutral",),
    "rest": ("notentailment", "nonentailment", "notentail", "notentailed"),
}


class InferenceCoder:
    """Codes by a model for natural language inference, named or in a folder."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.reader: PairReader | None = None

    def score(
        self, claims: InContext, codebook: Codebook, encoders: Encoders, progress: Progress
    ) -> dict[str, FrameScores]:
        """Return each frame's scores for the claims."""
        if encoders.pairs is None:
            raise CoderError(f"coder nli:{self.model}: models that read pairs of texts are not to be had here.")
        reader = self.reader = self.reader or encoders.pairs(self.model)
        role = roles(reader.labels, self.model)
        total = len(claims) * len(codebook.frames)
        scores = {}
        for number, frame in enumerate(codebook.frames):

            def report(done: int, of: int, before: int = number) -> None:
                progress(int(len(claims) * (before + done / max(1, of))), total)

            forms = ("{}",) if "contradiction" in role else ("{}", DENIAL)
            pairs = [(text, form.format(frame.proposition)) for form in forms for text in claims.texts]
            scores[frame.name] = frame_scores(reader.logits(pairs, report), role, len(claims))
        return scores

    def describe(self, codebook: Codebook) -> dict[str, Any]:
        """Return the coder's name and model, and its labels and weights once it has coded."""
        described: dict[str, Any] = {
            "name": f"the inference model {self.model}",
            "reads": "It reads a claim without what stands around it.",
            "model": self.model,
        }
        if self.reader is not None:
            described |= {"sha256": self.reader.sha256, "labels": list(self.reader.labels)}
        return described


def frame_scores(logits: np.ndarray, role: dict[str, int], n: int) -> FrameScores:
    """Return the scores of n claims from the logits of their pairs: of the proposition, then of its denial if asked."""
    import numpy as np

    weight = np.exp(logits.astype("float64") - logits.max(axis=1, keepdims=True, initial=-np.inf))
    answers = np.maximum(weight / weight.sum(axis=1, keepdims=True), 1e-12)
    pro = answers[:n, role["entailment"]]
    if "contradiction" in role:
        con = answers[:n, role["contradiction"]]
        speaks = pro + con
    else:
        con = answers[n:, role["entailment"]]
        speaks = np.maximum(pro, con)
    sides = np.zeros((n, len(EXAMPLE_SIDES)))
    for side, part in (("pro", pro), ("con", con)):
        sides[:, EXAMPLE_SIDES.index(side)] = part / (pro + con)
    return FrameScores(np.clip(speaks, 0.0, 1.0), sides)


def roles(labels: Sequence[str], model: str) -> dict[str, int]:
    """Return the place of each role among a model's labels; raise CoderError where entailment cannot be told.

    >>> roles(["CONTRADICTION", "NEUTRAL", "ENTAILMENT"], "m")
    {'contradiction': 0, 'neutral': 1, 'entailment': 2}
    >>> roles(["entailment", "not_entailment"], "m")
    {'entailment': 0, 'rest': 1}
    """
    found: dict[str, int] = {}
    for place, label in enumerate(labels):
        plain = re.sub(r"[^a-z]", "", label.lower())
        for role, names in _ROLES.items():
            if plain in names:
                found[role] = place
    if "entailment" not in found or not found.keys() & {"contradiction", "rest"}:
        raise CoderError(
            f"coder nli:{model}: its labels are {', '.join(labels)}. It needs entailment and contradiction, or "
            "entailment and not_entailment; name them in id2label of its config.json, or choose another model."
        )
    return found
