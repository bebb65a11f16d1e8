"""The corpus of points keeps its format, holds what its README says, and shares no debate with what is tested on."""

from pathlib import Path

from argmine.learn.points import debates

FOLDER = Path(__file__).resolve().parent.parent / "data" / "labelled" / "points"
LEARNED, TESTED = debates(FOLDER), debates(FOLDER, "test_points_*.jsonl")


def points(sentences):
    return {one["point"] for one in sentences if one["point"]}


def test_a_point_has_one_stance_and_sentences_in_several_wordings():
    for sentences in [*LEARNED.values(), *TESTED.values()]:
        assert len({one["text"] for one in sentences}) == len(sentences)
        for point in points(sentences):
            own = [one for one in sentences if one["point"] == point]
            assert len(own) >= 6, point
            assert len({one["stance"] for one in own}) == 1, point


def test_a_debate_is_argued_from_both_sides_and_holds_sentences_without_a_point():
    for topic, sentences in {**LEARNED, **TESTED}.items():
        stances = {one["point"]: one["stance"] for one in sentences}
        assert min(list(stances.values()).count(side) for side in (1, -1)) >= 3, topic
        assert sum(not one["point"] for one in sentences) >= 5, topic


def test_the_readme_counts_right():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for found in (LEARNED, TESTED):
        n_points = sum(len(points(sentences)) for sentences in found.values())
        n_sentences = sum(map(len, found.values()))
        assert f"| {len(found)} | {n_points:,} | {n_sentences:,} |" in readme


def test_no_debate_to_test_on_is_trained_on():
    assert not LEARNED.keys() & TESTED.keys()
    texts = {one["text"] for sentences in LEARNED.values() for one in sentences}
    assert not texts & {one["text"] for sentences in TESTED.values() for one in sentences}
