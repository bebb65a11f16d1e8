"""How a new codebook fares: from its text alone, and after some of its claims were coded by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from argmine.codebook import EXAMPLE_SIDES, Codebook, load_codebook
from argmine.errors import CodebookError
from argmine.learn.codebook import FEWEST
from argmine.learn.coded_claims import CodedClaim, in_context
from argmine.learn.heads import FOLDS, NONE, Score, coded_as, fit_head, folds, score_of
from argmine.settings import Settings
from argmine.stance.coder import FrameScores
from argmine.stance.learned import features

if TYPE_CHECKING:
    from argmine.stance.coder import Encoders

FEW = 50
MANY = 200
REPEATS = 3


@dataclass(frozen=True)
class Fared:
    """Scores of one coder on one codebook: the mean F1 of its frames, and of its sides, from n coded claims.

    `told` are the shares of sides that are right, wrong and unclear, where the frame is right.
    """

    codebook: str
    coder: str
    n_coded: int
    frames: Score
    sides: Score
    told: tuple[float, float, float]


def run(data: Path, coders: Sequence[str]) -> str:
    """Return a table of the codebooks in a folder, `NAME.yaml` each with its coded sentences `NAME.jsonl`.

    After 50 claims: fitted to a part of that size, scored on all others. After 200: fitted to so many, or to four
    fifths where there are fewer, scored on the rest. Each is the mean over three draws.
    """
    from argmine.embed import load_encoder
    from argmine.pipeline import encoders_of

    files = sorted(data.glob("*.yaml"))
    if not files:
        raise CodebookError(f"{data}: there is no codebook (.yaml) in this folder.")
    encoders = encoders_of(load_encoder(Settings()), Settings())
    lines = [
        f"{'codebook':<16}{'coder':<12}{'coded claims':>13}   {'frames, mean F1':<21}{'sides, mean F1':<21}"
        "right wrong unclear"
    ]
    for file in files:
        codebook, coded = load_codebook(file), read_jsonl(file.with_suffix(".jsonl"), load_codebook(file))
        for coder in coders:
            for one in fare(codebook, coded, coder, encoders):
                lines.append(
                    f"{one.codebook:<16}{one.coder:<12}{one.n_coded or 'none':>13}   {one.frames!s:<21}"
                    f"{one.sides!s:<21}" + "".join(f"{share:<6.2f}" for share in one.told)
                )
    lines += [
        "in brackets 95 % intervals by resampling claims; a side counts only with its frame, and unclear is no side",
        "right, wrong, unclear: the sides where the frame is right",
        f"50 claims hold fewer than {FEWEST} of a frame: argmine learn would keep the coder's answers there and say so",
    ]
    return "\n".join(lines)


def fare(codebook: Codebook, coded: Sequence[CodedClaim], coder: str, encoders: Encoders) -> list[Fared]:
    """Return the scores from the codebook's text alone, after 50 coded claims, and after 200 or four fifths of them."""
    from argmine.stance import load_coder

    settings = Settings(coder=coder)
    claims = in_context(coded, encoders.texts)
    scores = load_coder(settings).score(claims, codebook, encoders, lambda done, total: None)
    vectors = claims.vectors[claims.rows]
    truth = {name: np.array([one.codes[name] for one in coded], dtype=object) for name in codebook.frame_names}
    together = [" ".join(one.codes.values()) for one in coded]

    def score(n_coded: int, tried: list[tuple[np.ndarray, np.ndarray]]) -> Fared:
        pairs = [_predicted(codebook, scores, vectors, truth, train, test, settings) for train, test in tried]
        frames, sides = (_mean_f1(codebook, truth, pairs, of) for of in ("frame", "side"))
        return Fared(codebook.name, coder, n_coded, frames, sides, _told(codebook, truth, pairs))

    everything = np.ones(len(coded), dtype=bool)
    found = [score(0, [(~everything, everything)])]
    parts = max(2, round(len(coded) / FEW))
    drawn = [folds(together, parts, seed) for seed in range(REPEATS)]
    found.append(score(len(coded) // parts, [(of == k, of != k) for of in drawn for k in range(parts)]))
    parts = FOLDS if len(coded) * (FOLDS - 1) < MANY * FOLDS else max(2, round(len(coded) / (len(coded) - MANY)))
    drawn = [folds(together, parts, seed) for seed in range(REPEATS)]
    found.append(score(len(coded) - len(coded) // parts, [(of != k, of == k) for of in drawn for k in range(parts)]))
    return found


def read_jsonl(path: Path, codebook: Codebook) -> list[CodedClaim]:
    """Return the coded sentences of a codebook; raise CodebookError where they are missing or of another codebook."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise CodebookError(f"{path}: the coded sentences cannot be read: {error}.") from error
    found = []
    for number, row in enumerate(rows, start=1):
        strange = set(row["frames"]) - set(codebook.frame_names) or set(row["frames"].values()) - set(EXAMPLE_SIDES)
        if strange:
            raise CodebookError(
                f"{path}, line {number}: {sorted(strange)[0]!r} is no frame or side of {codebook.name}."
            )
        codes = dict.fromkeys(codebook.frame_names, NONE) | row["frames"]
        found.append(CodedClaim(row["text"], codes, parent=row.get("parent", "")))
    return found


def _predicted(
    codebook: Codebook,
    scores: dict[str, FrameScores],
    vectors: np.ndarray,
    truth: dict[str, np.ndarray],
    train: np.ndarray,
    test: np.ndarray,
    settings: Settings,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the rows tested, and the codes that they get a frame."""
    given = {}
    for frame in codebook.frames:
        base = scores[frame.name]
        read = features(vectors, base)
        head = fit_head(read[train], truth[frame.name][train].tolist()) if train.any() else None
        found = base if head is None else head.apply(read, base)
        given[frame.name] = coded_as(found, frame.threshold, settings)
    return test, given


def _mean_f1(
    codebook: Codebook,
    truth: dict[str, np.ndarray],
    tried: list[tuple[np.ndarray, dict[str, np.ndarray]]],
    of: str,
) -> Score:
    """Return the mean F1 over frames, or over the sides of all frames; each claim counts as often as it was tested."""
    cells = []
    for name in codebook.frame_names:
        sides = [side for side in EXAMPLE_SIDES if (truth[name] == side).any()]
        for side in sides if of == "side" else [None]:
            is_true = truth[name] != NONE if side is None else truth[name] == side
            hits, said, asked = np.zeros((3, len(is_true)))
            for test, given in tried:
                is_given = given[name] != NONE if side is None else given[name] == side
                hits += test & is_true & is_given
                said += test & is_given
                asked += test & is_true
            cells.append((hits, said + asked))
    return score_of(cells)


def _told(
    codebook: Codebook, truth: dict[str, np.ndarray], tried: list[tuple[np.ndarray, dict[str, np.ndarray]]]
) -> tuple[float, float, float]:
    """Return the shares of right, wrong and unclear sides among the claims whose frame is right."""
    right = unclear = total = 0
    for name in codebook.frame_names:
        for test, given in tried:
            found = test & (truth[name] != NONE) & (given[name] != NONE)
            total += int(found.sum())
            right += int((found & (given[name] == truth[name])).sum())
            unclear += int((found & (given[name] == "unclear")).sum())
    return (right / total, (total - right - unclear) / total, unclear / total) if total else (0.0, 0.0, 0.0)
