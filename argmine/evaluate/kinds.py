"""How well claims, questions, quotes and the rest are told apart, beside `always claim` and rules alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from argmine.errors import SourceError
from argmine.evaluate.segmentation import OWN_TEST
from argmine.learn.corpora import lay, read_claims
from argmine.tables import KINDS, MARKS

GOLD = ("000_fb5c084fe2fd9a59", "001_e76c7422d89a39ff", "004_d2f9b40e6348a628", "hn_48849066")
_SHARE = 0.8
_LONGER = 1.4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Judged:
    """One hand-coded stretch: its kind, and the kinds that the model, rules alone and `always claim` give it."""

    gold: str
    argmine: str
    rules: str
    always: str = "claim"


def run(shared: Path) -> str:
    """Return tables of F1 by kind on the hand-coded threads and the labelled test comments, and of the marks.

    `shared` is the folder that holds `gold/`, `seeds/` and `threads/`; raise SourceError where they are not in it. A
    coded sentence is given the kind of the claim of its post that shares most words with it, 80 % of the shorter one's
    at least.
    """
    lines, every = [], []
    for name in GOLD:
        judged, merging = judge_thread(shared, name)
        every += judged
        lines += [f"{name}: {len(judged)} sentences, claims that merge two or more of them: {merging}"]
    lines += ["", f"all coded threads ({len(every)} sentences)", *_table(every)]
    own, marks = _own_test()
    return "\n".join(
        [*lines, "", f"labelled test comments ({len(own)} units)", *_table(own), "", "marks of claims", *marks]
    )


def judge_thread(shared: Path, name: str) -> tuple[list[Judged], int]:
    """Return the coded sentences of a thread with the kinds given to each, and the number of claims that merge some."""
    from argmine.read import read
    from argmine.split import split
    from argmine.split.kinds import rule_kind

    gold, thread = shared / "gold" / f"{name}.tsv", shared / "seeds" / f"{name}.txt"
    if name.startswith("hn_"):
        thread = shared / "threads" / "hn_flat_text" / f"{name[3:]}_flat.json"
    for needed in (gold, thread):
        if not needed.is_file():
            raise SourceError(f"{needed}: no such file. Name the folder that holds gold/, seeds/ and threads/.")
    discussion = read(thread)
    claims, _ = split(discussion.posts, discussion.markup)
    bags = [Counter(_WORD.findall(text.lower())) for text in claims["text"]]
    kinds, owners = claims["kind"].tolist(), claims["post_id"].tolist()
    post_ids = discussion.posts["post_id"].tolist()
    judged, covering = [], Counter[int]()
    for line in gold.read_text(encoding="utf-8").splitlines()[1:]:
        unit, kind, _, text = line.split("\t", 3)
        place = unit.partition(":")[0]
        post = place if place in post_ids else post_ids[int(place)]
        near = _near(
            Counter(_WORD.findall(text.lower())), {n: bags[n] for n, owner in enumerate(owners) if owner == post}
        )
        covering.update(number for number, longer in near if longer)
        rules = "quote" if text.lstrip().startswith(">") else rule_kind(text)
        judged.append(Judged(kind, kinds[near[0][0]] if near else "other", rules))
    return judged, sum(count > 1 for count in covering.values())


def _near(bag: Counter[str], bags: Mapping[int, Counter[str]]) -> list[tuple[int, bool]]:
    """Return the claims that share the sentence's words, best first, each with whether it is much longer."""
    size = bag.total()
    exact = [number for number, other in bags.items() if other == bag]
    if exact or not size:
        return [(number, False) for number in exact[:1]]
    found = []
    for number, other in bags.items():
        shared = (bag & other).total()
        least = min(size, other.total())
        if least and shared >= _SHARE * least and (size >= 4 or (shared == least and abs(other.total() - size) <= 2)):
            found.append((-shared, number, size >= 4 and other.total() > _LONGER * size))
    return [(number, longer) for _, number, longer in sorted(found)]


def _table(judged: Sequence[Judged]) -> list[str]:
    lines = ["", f"{'F1':<16}" + "".join(f"{kind:>10}" for kind in KINDS) + f"{'macro':>10}"]
    for name, column in (("argmine", "argmine"), ("rules alone", "rules"), ("always claim", "always")):
        scores = [_f1([(one.gold == kind, getattr(one, column) == kind) for one in judged]) for kind in KINDS]
        lines.append(f"{name:<16}" + "".join(f"{score:>10.3f}" for score in [*scores, sum(scores) / len(scores)]))
    counts = Counter(one.gold for one in judged)
    return [*lines, f"{'of each':<16}" + "".join(f"{counts[kind]:>10}" for kind in KINDS)]


def _own_test() -> tuple[list[Judged], list[str]]:
    """Return the units of the labelled test comments, judged within their labelled borders, and the table of marks."""
    from argmine.split.component import pipeline
    from argmine.split.kinds import marks, rule_kind
    from argmine.split.layout import blocks, mask_markers
    from argmine.split.reading import kinds_of

    nlp, segmenter = pipeline()
    judged: list[Judged] = []
    marked: dict[str, list[tuple[bool, bool]]] = {mark: [] for mark in MARKS}
    for document in read_claims(OWN_TEST):
        laid = lay(document)
        layout = blocks(laid.text)
        quoted = [(block.start, block.end) for block in layout if block.role == "quote"]
        read, states, _ = next(segmenter.read([nlp.tokenizer(mask_markers(laid.text, layout))]))
        parts = [
            (start, end, "quote" if any(low <= start < high for low, high in quoted) else "own")
            for start, end, _ in laid.units
        ]
        for piece, (start, end, unit) in zip(
            kinds_of(laid.text, parts, read, states, segmenter.weights), laid.units, strict=True
        ):
            words = laid.text[start:end]
            judged.append(Judged(unit.kind, piece.kind, "quote" if piece.kind == "quote" else rule_kind(words)))
            if unit.kind == "claim":
                for mark, pairs in marked.items():
                    pairs.append((mark in unit.marks, mark in marks(words).split()))
    lines = [f"{mark:<16}F1 {_f1(pairs):.3f} of {sum(gold for gold, _ in pairs)}" for mark, pairs in marked.items()]
    return judged, lines


def _f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    hit = sum(gold and given for gold, given in pairs)
    total = sum(gold + given for gold, given in pairs)
    return 2 * hit / total if total else 0.0
