"""Labelled corpora to training pairs: a claim in its context, a proposition, and what the one says about the other."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argmine.codebook import load_codebook
from argmine.stance.pairs import pair_text

SIDES = ("pro", "con", "neutral")
_SHORT = {"neu": "neutral", "pro": "pro", "con": "con", "neutral": "neutral"}
_FLIPPED = {"pro": "con", "con": "pro", "neutral": "neutral", "none": "none"}

# Other wordings of the built-in propositions, and denials, so that the coder reads them and learns none by heart.
WORDINGS: dict[str, tuple[tuple[str, bool], ...]] = {
    "fair_use": (
        ("Training AI models on other people's work without permission is fine.", True),
        ("Distilling another lab's model is legitimate.", True),
        ("Nobody may train or distil a model on others' work or output without asking.", False),
        ("Using people's work as training data without consent is theft.", False),
    ),
    "hypocrisy": (
        ("AI companies are hypocrites: they take from everybody and complain when somebody takes from them.", True),
        ("The labs do not practise what they preach.", True),
        ("The accusation of a double standard against the AI companies is unfair.", False),
    ),
    "national_security": (
        ("Because of China, access to AI models must be restricted.", True),
        ("Export controls and bans on AI models are justified by national security.", True),
        ("National security is no good reason to restrict who gets AI models.", False),
    ),
    "open_weights": (
        ("AI models should be released with open weights.", True),
        ("Keeping models closed or calling restrictive licences open is bad.", True),
        ("AI labs are right to keep their models closed.", False),
    ),
}


@dataclass(frozen=True)
class Pair:
    """One training pair: what the coder reads, and `pro`, `con`, `neutral` or `none`; a `group` is held out whole."""

    text: str
    side: str
    source: str
    group: str


def frame_pairs(folder: Path, seed: int) -> Iterator[Pair]:
    """Yield pairs of each coded sentence with each built-in proposition, now and then in other words or denied."""
    chooser = random.Random(seed)  # noqa: S311 - not for secrets
    propositions = {frame.name: frame.proposition for frame in load_codebook().frames}
    for path in sorted(folder.glob("frames_*.jsonl")):
        for number, comment in enumerate(_lines(path)):
            for position, sentence in enumerate(comment["sentences"]):
                if sentence["type"] not in ("claim", "question"):
                    continue
                before = " ".join(earlier["text"] for earlier in comment["sentences"][:position])
                for frame, proposition in propositions.items():
                    side = _SHORT[sentence["frames"][frame]] if frame in sentence["frames"] else "none"
                    wording, same = (proposition, True)
                    if chooser.random() < 0.3:
                        wording, same = chooser.choice(WORDINGS[frame])
                    text = pair_text(sentence["text"], wording, before, comment["parent"])
                    yield Pair(text, side if same else _FLIPPED[side], "frames", f"{path.stem}:{number}")


def general_pairs(folder: Path, seed: int) -> Iterator[Pair]:
    """Yield each sentence with its proposition, with its negation (sides flipped), and with one of another subject."""
    chooser = random.Random(seed)  # noqa: S311
    entries = [entry for path in sorted(folder.glob("general_*.jsonl")) for entry in _lines(path)]
    for entry in entries:
        for sentence in entry["sentences"]:
            side, parent = sentence["side"], sentence.get("parent") or ""
            other = chooser.choice(entries)
            asked = [(entry["proposition"], side), (entry["negation"], _FLIPPED[side])]
            if other is not entry:
                asked.append((other["proposition"], "none"))
            for proposition, toward in asked:
                yield Pair(pair_text(sentence["text"], proposition, "", parent), toward, "general", entry["id"])


def perspectrum_pairs(folder: Path, split: str) -> Iterator[Pair]:
    """Yield each perspective of Perspectrum (Chen et al. 2019) with its claim: pro if it supports it, con if not."""
    splits = json.loads((folder / "dataset_split_v1.0.json").read_text(encoding="utf-8"))
    pool = json.loads((folder / "perspective_pool_v1.0.json").read_text(encoding="utf-8"))
    texts = {entry["pId"]: entry["text"] for entry in pool}
    for claim in json.loads((folder / "perspectrum_with_answers_v1.0.json").read_text(encoding="utf-8")):
        if splits[str(claim["cId"])] != split:
            continue
        for cluster in claim["perspectives"]:
            side = {"SUPPORT": "pro", "UNDERMINE": "con"}.get(cluster["stance_label_3"])
            for number in cluster["pids"] if side else ():
                text = pair_text(texts[number], claim["text"], "", "")
                yield Pair(text, side or "none", "perspectrum", f"perspectrum:{claim['cId']}")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
