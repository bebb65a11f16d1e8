"""Labelled corpora to readings: a claim in its context, a proposition or none, and what the claim says about it."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argmine.codebook import load_codebook
from argmine.learn.corpora import lay, read_ewt
from argmine.stance.reading import reading_text

SIDES = ("pro", "con", "neutral")
FRAMES = tuple(load_codebook().frame_names)
_FRAME_SIDES = {"neu": "neutral", "pro": "pro", "con": "con"}
_FLIPPED = {"pro": "con", "con": "pro", "neutral": "neutral", "none": "none"}
# A sentence of the general part that may speak to a built-in frame is not a sure example of one that does not.
_NEAR_THE_FRAMES = re.compile(
    r"\b(AI|LLMs?|models?|copyright|scrap\w+|open.?source|train\w*|weights|China|export)\b", re.I
)
# Shares of the readings that lose their context; in the comments that argue both sides nearly every reply opposes what
# it answers, which people do less often.
_CONTEXT_LOST = {"frames": 0.15, "sides": 0.5}
_COMMENTS_A_GROUP = 16
_OTHER_WORDING = 0.3

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
class Reading:
    """One example: what the coder reads and what is right.

    `sides` are `pro`, `con`, `neutral` or `none`: one, toward the proposition in the text, or where the text holds none
    one toward each built-in frame, in their order. An epoch sees a `share` of such readings. Readings of one `group`
    are trained on together or held out together. `post` and `parent` name the comment that a claim or question stands
    in and the one that this answers, where they are known.
    """

    text: str
    source: str
    group: str
    sides: tuple[str, ...]
    share: float = 1.0
    post: str = ""
    parent: str = ""


@dataclass(frozen=True)
class FrameSentence:
    """A sentence of a comment, its code, what stands before it, and the places of its comment and the parent.

    `asserts` says whether it is a claim or a question, which alone are coded in use.
    """

    text: str
    asserts: bool
    sides: tuple[str, ...]
    before: str
    above: str
    group: str
    post: str
    parent: str


def frame_readings(
    folder: Path, seed: int, pattern: str = "frames_*.jsonl", source: str = "frames"
) -> Iterator[Reading]:
    """Yield each coded sentence toward all built-in frames; now and then its context is lost, as on many pages."""
    chooser = random.Random(seed)  # noqa: S311 - not for secrets
    for s in frame_sentences(folder, pattern):
        lost = chooser.random() < _CONTEXT_LOST[source]
        text = reading_text(s.text, "", s.before, "" if lost else s.above)
        post, parent = s.post if s.asserts else "", "" if lost else s.parent
        yield Reading(text, source, s.group, s.sides, post=post, parent=parent)


def side_readings(folder: Path, seed: int) -> Iterator[Reading]:
    """Yield the sentences of the comments that argue both sides, to learn from only: threads are not like that."""
    return frame_readings(folder, seed, "sides_*.jsonl", "sides")


def frame_pair_readings(folder: Path, seed: int, pattern: str = "frames_*.jsonl") -> Iterator[Reading]:
    """Yield each coded sentence with each built-in proposition, now and then in other words or denied."""
    chooser = random.Random(seed)  # noqa: S311
    propositions = {frame.name: frame.proposition for frame in load_codebook().frames}
    for s in frame_sentences(folder, pattern):
        for frame, side in zip(FRAMES, s.sides, strict=True):
            wording, same = propositions[frame], True
            if chooser.random() < _OTHER_WORDING:
                wording, same = chooser.choice(WORDINGS[frame])
            text = reading_text(s.text, wording, s.before, s.above)
            toward = side if same else _FLIPPED[side]
            yield Reading(text, "frame_pairs", s.group, (toward,), share=0.03 if side == "none" else 0.3)


def frame_sentences(folder: Path, pattern: str) -> Iterator[FrameSentence]:
    """Yield the sentences of the coded comments; a parent is the latest comment that its words are found in."""
    for path in sorted(folder.glob(pattern)):
        posts: dict[str, str] = {}
        for number, comment in enumerate(_lines(path)):
            group, post = f"{path.stem}:{number // _COMMENTS_A_GROUP}", f"{path.stem}:{number}"
            above = comment["parent"].strip()
            parent = next((p for p, text in reversed(posts.items()) if above and (above in text or text in above)), "")
            texts = [sentence["text"] for sentence in comment["sentences"]]
            posts[post] = " ".join(texts)
            for position, sentence in enumerate(comment["sentences"]):
                sides = tuple(_FRAME_SIDES.get(sentence["frames"].get(frame), "none") for frame in FRAMES)
                asserts = sentence["type"] in ("claim", "question")
                yield FrameSentence(
                    texts[position], asserts, sides, " ".join(texts[:position]), above, group, post, parent
                )


def general_readings(folder: Path, seed: int, pattern: str = "general_*.jsonl") -> Iterator[Reading]:
    """Yield each sentence with its proposition, with its negation (sides flipped), and with one of another subject."""
    chooser = random.Random(seed)  # noqa: S311
    entries = [entry for path in sorted(folder.glob(pattern)) for entry in _lines(path)]
    for entry in entries:
        for sentence in entry["sentences"]:
            claim, side, parent = sentence["text"], sentence["side"], sentence.get("parent") or ""
            asked = ((entry["proposition"], side), (entry["negation"], _FLIPPED[side]))
            for proposition, toward in asked:
                text = reading_text(claim, proposition, "", parent)
                yield Reading(text, "general", entry["id"], (toward,), share=0.6)
            other = chooser.choice(entries)
            if other is not entry:
                text = reading_text(claim, other["proposition"], "", parent)
                yield Reading(text, "general", entry["id"], ("none",), share=0.2)


_NO_FRAME = ("none",) * len(FRAMES)


def elsewhere_readings(folder: Path) -> Iterator[Reading]:
    """Yield the sentences of general propositions that are far from the built-in frames: no frame."""
    for path in sorted(folder.glob("general_*.jsonl")):
        for entry in _lines(path):
            for sentence in entry["sentences"]:
                if not _NEAR_THE_FRAMES.search(f"{entry['proposition']} {sentence['text']}"):
                    text = reading_text(sentence["text"], "", "", sentence.get("parent") or "")
                    yield Reading(text, "elsewhere", entry["id"], _NO_FRAME, share=0.25)


def web_readings(ewt: Path) -> Iterator[Reading]:
    """Yield the sentences of a file of the English Web Treebank, which is older than the frames' subject: no frame."""
    for document in read_ewt(ewt):
        laid = lay(document)
        for number, (start, stop) in enumerate(laid.sentences):
            before = laid.text[laid.sentences[number - 1][0] : start] if number else ""
            text = reading_text(laid.text[start:stop], "", before, "")
            yield Reading(text, "elsewhere", document.name, _NO_FRAME, share=0.08)


def perspectrum_readings(folder: Path, split: str) -> Iterator[Reading]:
    """Yield each perspective of Perspectrum (Chen et al. 2019) with its claim: pro if it supports it, con if not."""
    splits = json.loads((folder / "dataset_split_v1.0.json").read_text(encoding="utf-8"))
    pool = json.loads((folder / "perspective_pool_v1.0.json").read_text(encoding="utf-8"))
    texts = {entry["pId"]: entry["text"] for entry in pool}
    for claim in json.loads((folder / "perspectrum_with_answers_v1.0.json").read_text(encoding="utf-8")):
        if splits[str(claim["cId"])] != split:
            continue
        for cluster in claim["perspectives"]:
            side = {"SUPPORT": "pro", "UNDERMINE": "con"}.get(cluster["stance_label_3"], "none")
            for number in cluster["pids"] if side != "none" else ():
                text = reading_text(texts[number], claim["text"], "", "")
                yield Reading(text, "perspectrum", f"perspectrum:{claim['cId']}", (side,), share=0.8)


def key_points(
    folder: Path, split: str
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]], dict[tuple[str, str], str]]:
    """Return a split of ArgKP-2021: arguments and key points by their ids, and the label of each labelled pair."""
    arguments = {row["arg_id"]: row for row in _rows(folder / f"arguments_{split}.csv")}
    points = {row["key_point_id"]: row for row in _rows(folder / f"key_points_{split}.csv")}
    labels = {(row["arg_id"], row["key_point_id"]): row["label"] for row in _rows(folder / f"labels_{split}.csv")}
    return arguments, points, labels


def key_point_readings(folder: Path, split: str) -> Iterator[Reading]:
    """Yield arguments of ArgKP-2021 with their topic (pro or con) and with its key points (pro if one matches)."""
    arguments, points, labels = key_points(folder, split)
    for argument in arguments.values():
        text = reading_text(argument["argument"], argument["topic"], "", "")
        side = "pro" if int(argument["stance"]) > 0 else "con"
        yield Reading(text, "argkp_topics", argument["topic"], (side,), share=0.4)
    for (argument_id, point_id), label in labels.items():
        argument, point = arguments[argument_id], points[point_id]
        text = reading_text(argument["argument"], point["key_point"], "", "")
        side, share = ("pro", 0.6) if label == "1" else ("none", 0.12)
        yield Reading(text, "argkp_points", argument["topic"], (side,), share=share)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
