"""How well frames and sides are coded, on hand-coded threads that no coder was trained on."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from argmine.codebook import EXAMPLE_SIDES
from argmine.evaluate.calibration import expected_calibration_error, reliability_figure

THREADS = {
    "000_fb5c084fe2fd9a59.tsv": "seeds/000_fb5c084fe2fd9a59.txt",
    "001_e76c7422d89a39ff.tsv": "seeds/001_e76c7422d89a39ff.txt",
    "004_d2f9b40e6348a628.tsv": "seeds/004_d2f9b40e6348a628.txt",
    "hn_48849066.tsv": "threads/hn_flat_text/48849066_flat.json",
}
OFF_TOPIC = "hn_48849066.tsv"
_SIDES = {"pro": "pro", "con": "con", "neu": "neutral"}
_RESAMPLES = 1_000
_SHARED_WORDS = 0.8


@dataclass(frozen=True)
class Coded:
    """One hand-coded sentence: its thread, its frames with sides as people coded them, and as the coder did.

    `speaks` is the coder's probability for each frame, `sides` its probabilities of pro, con and neutral.
    """

    thread: str
    gold: dict[str, str]
    predicted: dict[str, str]
    speaks: dict[str, float]
    sides: dict[str, np.ndarray]


def run(data: Path, figure: Path | None = None) -> str:
    """Return tables: the built-in coder on hand-coded threads, similarity as its baseline, and other propositions.

    `data` holds gold/, seeds/, threads/ and datasets/. A sentence is matched to the claims that share at least 80 % of
    the words of the shorter one, and has their frames; quotes and text that asserts nothing are left out. Intervals are
    of a bootstrap over threads and the sentences in them. `figure` is where to draw the reliability figure.
    """
    from argmine.embed import load_encoder
    from argmine.evaluate import stance_pairs, stance_written
    from argmine.pipeline import encoders_of
    from argmine.settings import Settings
    from argmine.stance.trained import TrainedCoder

    lines = []
    for coder in ("trained", "similarity"):
        coded = code_threads(data, THREADS, coder)
        lines += [f"coder: {coder}", *_table(coded), ""]
        if figure is not None and coder == "trained":
            reliability_figure(_curves(coded)).savefig(figure, dpi=150)
    encoders = encoders_of(load_encoder(Settings()), Settings())
    if stance_written.FOLDER.is_dir():
        written = stance_written.code_comments(TrainedCoder(), encoders)
        lines += [f"{len(written)} written sentences that the coder was not trained on", *frame_lines(written)]
        lines += [*error_lines(written), ""]
    return "\n".join([*lines, *stance_pairs.run(data, TrainedCoder(), encoders)])


def code_threads(data: Path, threads: dict[str, str], coder: str) -> list[Coded]:
    """Return the hand-coded sentences of the threads, each with what the coder gave it; `threads` as in THREADS."""
    from argmine import analyze
    from argmine.embed import load_encoder
    from argmine.pipeline import encoders_of
    from argmine.settings import Settings
    from argmine.stance import load_coder
    from argmine.stance.coder import InContext
    from argmine.stance.stage import coded_rows

    settings = Settings(coder=coder)
    encoders = encoders_of(load_encoder(settings), settings)
    found = []
    for gold, thread in threads.items():
        analysis = analyze(data / thread, settings=settings)
        rows = coded_rows(analysis.claims, settings)
        claims = InContext(analysis.claims, analysis.posts, analysis.vectors, rows)
        position = {row: place for place, row in enumerate(rows.tolist())}
        scores = load_coder(settings).score(claims, analysis.codebook, encoders, lambda done, total: None)
        bags = [_words(text) for text in analysis.claims["text"]]
        stances: dict[str, dict[str, str]] = {}
        for claim_id, frame, side in zip(*(analysis.stances[c] for c in ("claim_id", "frame", "side")), strict=True):
            stances.setdefault(claim_id, {})[frame] = side
        claim_ids = analysis.claims["claim_id"].tolist()
        for kind, frames, text in _read_gold(data / "gold" / gold):
            if kind in ("claim", "question"):
                sides: dict[str, str] = {}
                places = _matching(_words(text), bags)
                for place in places:
                    sides = stances.get(claim_ids[place], {}) | sides
                read = [position[place] for place in places if place in position]
                best = {name: max(read, key=one.speaks.__getitem__, default=None) for name, one in scores.items()}
                found.append(
                    Coded(
                        gold,
                        frames,
                        sides,
                        {n: 0.0 if p is None else float(scores[n].speaks[p]) for n, p in best.items()},
                        {n: np.full(3, 1 / 3) if p is None else scores[n].sides[p] for n, p in best.items()},
                    )
                )
    return found


def _table(coded: list[Coded]) -> list[str]:
    seeds = [row for row in coded if row.thread != OFF_TOPIC]
    off_topic = [row for row in coded if row.thread == OFF_TOPIC and not row.gold]
    alarms = sum(bool(row.predicted) for row in off_topic)
    lines = [f"{len(seeds)} sentences of three threads", *frame_lines(seeds)]
    lines.append(f"off-topic sentences given a frame: {alarms} of {len(off_topic)} ({_share(alarms, len(off_topic))})")
    return lines + error_lines(coded)


def frame_lines(rows: list[Coded]) -> list[str]:
    """Return a table of the frames' F1 with intervals, and of the sides where the frame is right."""
    from argmine.codebook import load_codebook

    names = load_codebook().frame_names
    lines = [f"{'frame':<20}{'F1':>6}  {'95 %':<14}{'n':>4}{'side acc.':>11}"]
    for name in names:
        score, low, high = _with_interval(rows, [name])
        right, both, unclear = _sides(rows, [name])
        n = sum(name in row.gold for row in rows)
        lines.append(
            f"{name:<20}{score:>6.2f}  {low:.2f} to {high:<6.2f}{n:>4}{_share(right, both):>11}  ({unclear} unclear)"
        )
    score, low, high = _with_interval(rows, names)
    right, both, unclear = _sides(rows, names)
    sides = f"{_share(right, both):>11}  ({unclear} unclear)"
    lines.append(f"{'mean of the frames':<20}{score:>6.2f}  {low:.2f} to {high:<10.2f}{sides}")
    return [*lines, f"sides, where the frame is right: {right} right, {both - right} wrong, {unclear} unclear"]


def error_lines(rows: list[Coded]) -> list[str]:
    """Return the expected calibration errors of frames and of sides."""
    return [
        f"expected calibration error, {name}: {expected_calibration_error(probabilities, hits):.3f} (n {len(hits)})"
        for name, (probabilities, hits) in _curves(rows).items()
    ]


def _curves(coded: list[Coded]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return probability and truth of each sentence with each frame, and of the likeliest side where people saw one.

    A sentence whose side the coder did not read, since it hardly speaks to the frame, has no likeliest side.
    """
    speaks = [(p, name in row.gold) for row in coded for name, p in row.speaks.items()]
    sides = [
        (row.sides[name].max(), EXAMPLE_SIDES[int(row.sides[name].argmax())] == _SIDES[side])
        for row in coded
        for name, side in row.gold.items()
        if np.ptp(row.sides[name])
    ]
    return {
        name: (np.array([p for p, _ in pairs]), np.array([hit for _, hit in pairs]))
        for name, pairs in (("frame", speaks), ("side", sides))
    }


def _macro_f1(rows: list[Coded], names: list[str]) -> float:
    scores = []
    for name in names:
        hit = sum(name in row.gold and name in row.predicted for row in rows)
        total = sum(name in row.gold for row in rows) + sum(name in row.predicted for row in rows)
        scores.append(2 * hit / total if total else 0.0)
    return float(np.mean(scores))


def _with_interval(rows: list[Coded], names: list[str]) -> tuple[float, float, float]:
    """Return macro F1 and a 95 % interval: threads are drawn with replacement, then sentences in each."""
    random = np.random.default_rng(0)
    threads = [[row for row in rows if row.thread == name] for name in sorted({row.thread for row in rows})]

    def resample() -> list[Coded]:
        drawn = random.integers(0, len(threads), len(threads))
        return [threads[t][i] for t in drawn for i in random.integers(0, len(threads[t]), len(threads[t]))]

    low, high = np.quantile([_macro_f1(resample(), names) for _ in range(_RESAMPLES)], (0.025, 0.975))
    return _macro_f1(rows, names), float(low), float(high)


def _sides(rows: list[Coded], names: list[str]) -> tuple[int, int, int]:
    """Return how many sides are right, how many were decided, and how many are unclear, where the frame is right."""
    pairs = [
        (_SIDES[row.gold[n]], row.predicted[n]) for row in rows for n in names if n in row.gold and n in row.predicted
    ]
    decided = [(gold, side) for gold, side in pairs if side != "unclear"]
    return sum(gold == side for gold, side in decided), len(decided), len(pairs) - len(decided)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def _matching(words: Counter[str], bags: list[Counter[str]]) -> list[int]:
    """Return the claims that share most of the shorter one's words; under four words, only an exact match."""
    exact = [place for place, bag in enumerate(bags) if bag == words]
    if exact or words.total() < 4:
        return exact[:1]
    shared = [(words & bag).total() / max(1, min(words.total(), bag.total())) for bag in bags]
    return [place for place, share in enumerate(shared) if share >= _SHARED_WORDS]


def _read_gold(path: Path) -> list[tuple[str, dict[str, str], str]]:
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        _, kind, frames, text = line.split("\t", 3)
        pairs = [] if frames == "-" else [label.split("=") for label in frames.split(",")]
        rows.append((kind, dict(pairs), text))
    return rows
