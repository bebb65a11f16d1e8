"""`argmine learn`: a codebook and coded claims in, a folder out that `--codebook` takes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import argmine
from argmine.codebook import LEARNED_FILE, Codebook, load_codebook
from argmine.errors import CodebookError
from argmine.stance.learned import HEADS_FILE, Learned

if TYPE_CHECKING:
    from argmine.learn.heads import Score
    from argmine.settings import Settings
    from argmine.stance.learned import Head

FEWEST = 20
CARD = "README.md"


@dataclass(frozen=True)
class FrameLesson:
    """What was learned of a frame: coded claims, those that speak to it, cross-validated scores before and after.

    `after` and `side_after` are None where the claims are too few to learn from; `head` is None where the frame keeps
    the coder's own answers.
    """

    name: str
    n_coded: int
    n_speaking: int
    before: Score
    side_before: Score
    after: Score | None
    side_after: Score | None
    head: Head | None

    @property
    def verdict(self) -> str:
        """What the frame's answers will be, and why."""
        if self.after is None:
            return (
                f"keeps the coder's answers: only {self.n_speaking} coded claims speak to it, and {FEWEST} are needed"
            )
        return "learned" if self.head is not None else "keeps the coder's answers: learning did not raise its F1"


@dataclass(frozen=True)
class Lesson:
    """What `learn` did: where, from how many claims, on which coder, a frame at a time."""

    folder: Path
    n_claims: int
    coder: str
    frames: tuple[FrameLesson, ...]

    def __str__(self) -> str:
        """Return the scores as a table, the frames that keep the coder's answers, and the folder."""
        lines = [f"{self.n_claims:,} coded claims, on top of the coder {self.coder}", *_table(self.frames)]
        lines += [f"{frame.name}: {frame.verdict}" for frame in self.frames]
        return "\n".join([*lines, str(self.folder)])


def learn(source: str, sheet: Path, out: Path, settings: Settings) -> Lesson:
    """Write the folder and return what was learned.

    Raise CodebookError, SheetError or an error of the coder where one cannot be used; nothing is then written.
    """
    from argmine.embed import load_encoder
    from argmine.learn.coded_claims import in_context, read_coded_claims
    from argmine.pipeline import encoders_of
    from argmine.stance import load_coder
    from argmine.stance.learned import coder_sha256

    _check_replaceable(out)
    codebook = replace(load_codebook(source), folder=None)
    coder = load_coder(settings)
    coded = read_coded_claims(sheet, codebook)
    encoder = load_encoder(settings)
    encoders = encoders_of(encoder, settings)
    claims = in_context(coded, encoders.texts)
    scores = coder.score(claims, codebook, encoders, lambda done, total: None)
    vectors = claims.vectors[claims.rows]
    frames = []
    for frame in codebook.frames:
        rows = [row for row, claim in enumerate(coded) if frame.name in claim.codes]
        codes = [coded[row].codes[frame.name] for row in rows]
        base = _rows_of(scores[frame.name], rows)
        frames.append(_learn_frame(frame.name, vectors[rows], base, codes, frame.threshold, settings))
    learned = Learned(
        heads={frame.name: frame.head for frame in frames if frame.head is not None},
        codebook_sha256=codebook.sha256,
        encoder_sha256=encoder.sha256,
        coder=settings.coder,
        coder_sha256=coder_sha256(coder, codebook),
        scores={frame.name: _plain(frame) for frame in frames},
    )
    lesson = Lesson(out, len(coded), settings.coder, tuple(frames))
    _write(out, codebook, learned, lesson)
    return lesson


def _learn_frame(
    name: str, vectors: Any, base: Any, codes: Sequence[str], threshold: float | None, settings: Settings
) -> FrameLesson:
    from argmine.learn.heads import NONE, coded_as, cross_validated, fit_head, frame_f1, side_f1
    from argmine.stance.learned import features

    n_speaking = sum(code != NONE for code in codes)
    given = coded_as(base, threshold, settings)
    before, side_before = frame_f1(codes, given), side_f1(codes, given)
    if n_speaking < FEWEST:
        return FrameLesson(name, len(codes), n_speaking, before, side_before, None, None, None)
    then = coded_as(cross_validated(vectors, base, codes, settings.seed), threshold, settings)
    after, side_after = frame_f1(codes, then), side_f1(codes, then)
    pairs = ((before, after), (side_before, side_after))
    better = sum(new.value - old.value for old, new in pairs if new.value == new.value) > 0
    head = fit_head(features(vectors, base), codes) if better else None
    return FrameLesson(name, len(codes), n_speaking, before, side_before, after, side_after, head)


def _rows_of(scores: Any, rows: list[int]) -> Any:
    undecided = None if scores.undecided is None else scores.undecided[rows]
    return replace(scores, speaks=scores.speaks[rows], sides=scores.sides[rows], undecided=undecided)


def _table(frames: Sequence[FrameLesson]) -> list[str]:
    lines = [
        f"{'':<20}{'coded':>6}{'speak':>6}  {'frame F1 before':<21}{'after':<21}{'side F1 before':<21}{'after':<19}",
        *(
            f"{one.name:<20}{one.n_coded:>6}{one.n_speaking:>6}  {one.before!s:<21}{one.after or '-'!s:<21}"
            f"{one.side_before!s:<21}{one.side_after or '-'!s:<19}"
            for one in frames
        ),
        "after is cross-validated: a claim is coded by what the other folds taught; in brackets 95 % intervals",
        "a side counts only with its frame, and unclear is no side",
    ]
    return [line.rstrip() for line in lines]


def _plain(frame: FrameLesson) -> dict[str, Any]:
    """Return what the manifest says of a frame."""
    named = {
        "frame F1 before": frame.before,
        "frame F1 after": frame.after,
        "side F1 before": frame.side_before,
        "side F1 after": frame.side_after,
    }
    scores = {name: str(score) for name, score in named.items() if score is not None}
    return {"coded": frame.n_coded, "speak to it": frame.n_speaking, **scores, "so it": frame.verdict}


def _check_replaceable(out: Path) -> None:
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / HEADS_FILE).is_file()):
        raise CodebookError(f"{out}: this is not a folder that argmine learn wrote. Name another, or empty it.")


def _write(out: Path, codebook: Codebook, learned: Learned, lesson: Lesson) -> None:
    """Write the folder, whole or not at all."""
    partial = out.parent / f".{out.name}.{os.getpid()}.partial"
    old = out.parent / f".{out.name}.{os.getpid()}.old"
    try:
        partial.mkdir(parents=True)
        (partial / LEARNED_FILE).write_text(_yaml(codebook), encoding="utf-8")
        (partial / HEADS_FILE).write_text(json.dumps(learned.as_dict(), sort_keys=True), encoding="utf-8")
        (partial / CARD).write_text(_card(codebook, learned, lesson), encoding="utf-8")
        if out.exists():
            out.rename(old)
        partial.rename(out)
    except OSError as error:
        raise CodebookError(f"{out}: cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if old.exists() and not out.exists():
            old.rename(out)
        shutil.rmtree(old, ignore_errors=True)


def _yaml(codebook: Codebook) -> str:
    values = codebook.as_dict()
    values["frames"] = {
        frame["name"]: {key: value for key, value in frame.items() if key != "name" and value not in (None, "", [], {})}
        for frame in values["frames"]
    }
    kept = {key: values[key] for key in ("name", "description", "frames", "background") if values[key]}
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=100)


def _card(codebook: Codebook, learned: Learned, lesson: Lesson) -> str:
    return "\n".join(
        [
            f"# What was learned for the codebook {codebook.name}",
            "",
            f"Written by `argmine learn` {argmine.__version__}. `argmine report --codebook` takes this folder, with",
            f"the coder `{learned.coder}` and the encoder below, and refuses others. No claim's text is in it.",
            "",
            "```",
            *str(replace(lesson, folder=Path(lesson.folder.name))).splitlines(),
            "```",
            "",
            "| what | sha256 |",
            "|---|---|",
            f"| codebook | `{learned.codebook_sha256}` |",
            f"| encoder | `{learned.encoder_sha256}` |",
            f"| coder | `{learned.coder_sha256 or 'none: it has no weights'}` |",
            "",
        ]
    )
