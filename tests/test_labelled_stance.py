"""The stance corpus keeps its format, holds what its README says, and repeats nothing of the hand-coded threads."""

import json
import re
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data" / "labelled" / "stance"
FRAMES = {"fair_use", "hypocrisy", "national_security", "open_weights"}
RUN = 7


def lines(pattern):
    return [
        json.loads(line)
        for path in sorted(FOLDER.glob(pattern))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_propositions_have_sentences_on_every_side():
    ids = Counter()
    for entry in lines("general_*.jsonl"):
        ids[entry["id"]] += 1
        sides = Counter(sentence["side"] for sentence in entry["sentences"])
        assert set(sides) <= {"pro", "con", "neutral", "none"}
        assert min(sides["pro"], sides["con"]) >= 8, entry["id"]
        assert len(entry["sentences"]) >= 25
        assert entry["proposition"] != entry["negation"]
    assert max(ids.values()) == 1


def test_comments_code_each_sentence():
    for comment in [*lines("frames_*.jsonl"), *lines("sides_*.jsonl")]:
        for sentence in comment["sentences"]:
            assert sentence["text"].strip()
            assert sentence["type"] in {"claim", "question", "quote", "other"}
            assert set(sentence["frames"]) <= FRAMES
            assert set(sentence["frames"].values()) <= {"pro", "con", "neu"}


def test_the_readme_counts_right():
    general = lines("general_*.jsonl")
    comments, both_sides = lines("frames_*.jsonl"), lines("sides_*.jsonl")
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for count in (
        len(general),
        sum(len(entry["sentences"]) for entry in general),
        len(comments),
        sum(len(comment["sentences"]) for comment in comments),
        len(both_sides),
        sum(len(comment["sentences"]) for comment in both_sides),
    ):
        assert f"{count:,}" in readme


def test_nothing_to_test_on_is_trained_on():
    def sentences(pattern):
        return {s["text"] for entry in lines(pattern) for s in entry["sentences"] if len(s["text"]) > 20}

    for kind, tested in (("frames", "frames"), ("sides", "frames"), ("general", "general")):
        assert not sentences(f"{kind}_*.jsonl") & sentences(f"test_{tested}*.jsonl")


def runs(text):
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def test_nothing_repeats_the_hand_coded_threads(shared):
    known = set()
    for path in [*(shared / "gold").glob("*.tsv"), *(shared / "seeds").glob("*.txt")]:
        known |= runs(path.read_text(encoding="utf-8"))
    for path in [*FOLDER.glob("*.jsonl"), *(FOLDER.parent / "points").glob("*.jsonl")]:
        assert not runs(path.read_text(encoding="utf-8")) & known, path.name
