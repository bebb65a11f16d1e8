"""How well frames and sides are coded in comments of the stance corpus that no coder was trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from argmine import tables
from argmine.codebook import load_codebook
from argmine.evaluate.stance import Coded
from argmine.learn.stance_readings import FrameSentence, frame_sentences
from argmine.settings import Settings
from argmine.stance.coder import Coder, Encoders, InContext
from argmine.stance.stage import decide

FOLDER = Path("data/labelled/stance")
PATTERN = "test_frames*.jsonl"
_ABOVE = "above "
_CODES = {"pro": "pro", "con": "con", "neutral": "neu"}


def code_comments(coder: Coder, encoders: Encoders, folder: Path = FOLDER, pattern: str = PATTERN) -> list[Coded]:
    """Return the coded sentences of the comments, each with what the coder gave it.

    Comments that answer one another are a thread.
    """
    sentences = [sentence for sentence in frame_sentences(folder, pattern) if sentence.asserts]
    codebook, settings = load_codebook(), Settings()
    claims = _in_context(sentences, encoders)
    scores = coder.score(claims, codebook, encoders, lambda done, total: None)
    predicted: list[dict[str, str]] = [{} for _ in sentences]
    for name, one in scores.items():
        for row, side, _ in decide(one, settings.stance_threshold, settings.side_threshold):
            predicted[row][name] = side
    return [
        Coded(
            claims.threads[row],
            {name: _CODES[side] for name, side in zip(scores, sentence.sides, strict=True) if side != "none"},
            predicted[row],
            {name: float(one.speaks[row]) for name, one in scores.items()},
            {name: one.sides[row] for name, one in scores.items()},
        )
        for row, sentence in enumerate(sentences)
    ]


def _in_context(sentences: list[FrameSentence], encoders: Encoders) -> InContext:
    """Return the sentences as claims of a thread: a comment is a post, and what it answers another, of one claim."""
    posts: dict[str, tuple[str, str]] = {}
    for s in sentences:
        answered = s.parent or (f"{_ABOVE}{s.post}" if s.above else "")
        if answered and not s.parent:
            posts[answered] = "", s.above
        posts[s.post] = answered, f"{s.before} {s.text}".strip()
    ids = list(posts)
    made = pd.DataFrame({"post_id": ids, "thread_id": [_root(i, posts) for i in ids]})
    made = made.assign(parent_id=pd.Series([posts[i][0] or None for i in ids]), depth=0, status="ok")
    made["text"] = [posts[i][1] for i in ids]
    starts = [len(f"{s.before} ".lstrip()) for s in sentences]
    spans = [(s.post, start, s.text) for s, start in zip(sentences, starts, strict=True)]
    spans += [(i, 0, posts[i][1]) for i in ids if i.startswith(_ABOVE)]
    claims = pd.DataFrame(spans, columns=["post_id", "start", "text"])
    claims = claims.assign(end=claims["start"] + claims["text"].str.len(), kind="claim", language="en")
    claims = claims.assign(claim_id=claims["post_id"] + ":" + claims["start"].astype(str))
    vectors = encoders.texts(claims["text"].tolist())
    conformed = tables.conform(claims, tables.CLAIMS), tables.conform(made, tables.POSTS)
    return InContext(*conformed, vectors, np.arange(len(sentences)))


def _root(post: str, posts: dict[str, tuple[str, str]]) -> str:
    """Return the words that the thread of a post begins with, or its first post where it answers nobody."""
    while posts.get(post, ("", ""))[0]:
        post = posts[post][0]
    return posts[post][1] if post.startswith(_ABOVE) else post
