"""How well sentences and claims are cut, beside spaCy's sentencizer and pysbd in the same run, and how fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from argmine.errors import SourceError
from argmine.learn.corpora import Labelled, Laid, lay, read_cdcp, read_claims, read_ewt

Cutter = Callable[[str], list[int]]

EWT_TEST = Path("datasets/ud_english_ewt/en_ewt-ud-test.conllu")
CDCP_TEST = Path("datasets/cdcp/test")
OWN_TEST = Path(__file__).parents[2] / "data" / "labelled" / "claims" / "test.jsonl"
GENRES = ("newsgroup", "weblog", "answers", "email", "reviews")
_ROUNDS = 3
_POSTS = 2_000


def run(shared: Path) -> str:
    """Return the tables of the issue: sentence F1 on EWT test, claim borders on CDCP test, throughput on one core.

    `shared` is the folder that holds `datasets/`; raise SourceError where the data is not in it.
    """
    for needed in (shared / EWT_TEST, shared / CDCP_TEST):
        if not needed.exists():
            raise SourceError(f"{needed}: not found. Name the folder that holds datasets/.")
    ewt, cdcp, own = read_ewt(shared / EWT_TEST), read_cdcp(shared / CDCP_TEST), read_claims(OWN_TEST)
    sentences: dict[str, Cutter] = {"argmine": partial(ours, unit="sentence"), **baselines()}
    columns: list[tuple[str, Sequence[Labelled], str]] = [("EWT test", ewt, "\n\n"), ("no breaks", ewt, " ")]
    columns += [(genre, [one for one in ewt if one.name.startswith(genre)], "\n\n") for genre in GENRES]
    lines = ["sentence F1, raw text, paragraphs as blank lines (no breaks: paragraphs joined by a space)", ""]
    lines.append(f"{'':<22}" + "".join(f"{name:>11}" for name, _, _ in columns))
    for name, cut in sentences.items():
        scores = (sentence_f1(cut, documents, joint) for _, documents, joint in columns)
        lines.append(f"{name:<22}" + "".join(f"{score:>11.3f}" for score in scores))
    lines += ["", "claim borders, boundary F1 inside a comment", "", f"{'':<22}{'CDCP test':>11}{'own test':>11}"]
    claims: dict[str, Cutter] = {
        "argmine, claims": partial(ours, unit="claim"),
        "argmine, sentences": sentences["argmine"],
        **baselines(),
    }
    for name, cut in claims.items():
        lines.append(f"{name:<22}{border_f1(cut, cdcp):>11.3f}{border_f1(cut, own):>11.3f}")
    return "\n".join([*lines, "", *_throughput(own)])


def ours(text: str, unit: str) -> list[int]:
    """Return the offsets at which the shipped pipeline starts a sentence, or with unit `claim` a claim."""
    from argmine.split.component import pipeline
    from argmine.split.reading import claim_starts

    nlp, segmenter = pipeline()
    read, _, borders = next(segmenter.read([nlp.tokenizer(text)]))
    return [int(start) for start in claim_starts(read, borders, unit)]


def baselines() -> dict[str, Cutter]:
    """Return the rule-based splitters to compare with; pysbd only where it is installed."""
    import importlib.util

    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    found: dict[str, Cutter] = {"spaCy sentencizer": lambda text: [s.start_char for s in nlp(text).sents]}
    if importlib.util.find_spec("pysbd"):
        import pysbd

        segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)
        found["pysbd"] = lambda text: [span.start for span in segmenter.segment(text)]
    return found


def sentence_f1(cut: Cutter, documents: Sequence[Labelled], joint: str) -> float:
    """Return the F1 of whole sentences, both ends right, as in the CoNLL shared tasks; blank lines always cut."""
    hit = n_found = n_gold = 0
    for document in documents:
        laid = lay(document, joint)
        found = _spans(laid.text, _starts(cut, laid))
        gold = set(laid.sentences)
        hit, n_found, n_gold = hit + len(found & gold), n_found + len(found), n_gold + len(gold)
    return 2 * hit / (n_found + n_gold)


def border_f1(cut: Cutter, documents: Sequence[Labelled]) -> float:
    """Return the F1 of the offsets at which a claim starts, the first of each comment left out."""
    hit = n_found = n_gold = 0
    for document in documents:
        laid = lay(document)
        gold = {start for start, _, _ in laid.units[1:]}
        found = _starts(cut, laid) - {laid.units[0][0]}
        hit, n_found, n_gold = hit + len(found & gold), n_found + len(found), n_gold + len(gold)
    return 2 * hit / (n_found + n_gold)


def _starts(cut: Cutter, laid: Laid) -> set[int]:
    """Return the offsets at which something starts, moved to the first character that is no space."""
    offsets = {*cut(laid.text), 0}
    offsets |= {place for place in laid.paragraphs if laid.text[:place].endswith("\n\n")}
    return {offset + len(laid.text[offset:]) - len(laid.text[offset:].lstrip()) for offset in offsets}


def _spans(text: str, starts: set[int]) -> set[tuple[int, int]]:
    ordered = sorted(start for start in starts if start < len(text))
    return {
        (start, start + len(text[start:end].rstrip()))
        for start, end in zip(ordered, [*ordered[1:], len(text)], strict=True)
    }


def _throughput(documents: Sequence[Labelled]) -> list[str]:
    """Return the lines on speed: words a second of processor time, the whole stage beside the bare tokenizer."""
    import pandas as pd
    import spacy
    from threadpoolctl import threadpool_limits

    from argmine.split import split

    texts = [lay(document).text for document in documents]
    texts = [f"{texts[number % len(texts)]}\n\n{number}" for number in range(_POSTS)]
    posts = pd.DataFrame(
        {
            "post_id": [f"p{number}" for number in range(_POSTS)],
            "thread_id": "t",
            "depth": 0,
            "status": "ok",
            "text": texts,
        }
    )
    n_words = sum(len(text.split()) for text in texts)
    nlp = spacy.blank("en")
    races: dict[str, Callable[[], object]] = {
        "argmine, whole stage": lambda: split(posts),
        "spaCy blank tokenizer": lambda: [nlp.tokenizer(text) for text in texts],
    }
    best = dict.fromkeys(races, float("inf"))
    with threadpool_limits(1):
        for _ in range(_ROUNDS):
            for name, race in races.items():
                begun = time.process_time()
                race()
                best[name] = min(best[name], time.process_time() - begun)
    lines = [f"throughput, words a second on one core ({n_words:,} words, best of {_ROUNDS}, interleaved)", ""]
    return lines + [f"{name:<22}{n_words / seconds:>11,.0f}" for name, seconds in best.items()]
