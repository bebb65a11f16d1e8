"""A dump of any size from real threads: each repeated again and again with some of its words changed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# One word in six of five letters or more becomes another such word of the threads: hardly a claim then stays a copy.
CHANGED = 1 / 6
_WORD = re.compile(r"\b[a-z]{5,}\b")
_BODIES = {"deleted": "[deleted]", "removed": "[removed]", "dead": "[dead]", "stub": "[delayed]"}
_FIRST_SECOND = 1_600_000_000
_SECONDS_BETWEEN = 86_400


def write_variations(path: Path, threads: Sequence[str | Path], n: int, seed: int = 0) -> Path:
    """Write n comments to a dump, `.zst` compressed by its name, and return its path; the same for the same seed.

    Replies, times, deletions and lengths are those of the threads; names and identifiers are new in every repetition.
    """
    import zstandard

    from argmine.read import read

    posts = [read(str(thread)).posts for thread in threads]
    words = sorted({word for table in posts for text in table["text"] for word in _WORD.findall(text)})
    draw = random.Random(seed)  # noqa: S311 - no secret is made of it

    def change(found: re.Match[str]) -> str:
        return draw.choice(words) if draw.random() < CHANGED else found[0]

    with path.open("wb") as file:
        packed = zstandard.ZstdCompressor(level=3).stream_writer(file, closefd=False) if path.suffix == ".zst" else file
        for row in islice(_repeated(posts, change), n):
            packed.write(json.dumps(row).encode() + b"\n")
        if packed is not file:
            packed.close()
    return path


def _repeated(posts: list[pd.DataFrame], change: Callable[[re.Match[str]], str]) -> Iterator[dict[str, Any]]:
    for turn in count():
        for number, table in enumerate(posts):
            thread = f"{number:x}r{turn:x}"
            places = {post_id: place for place, post_id in enumerate(table["post_id"])}
            later = (table["created_at"] - table["created_at"].min()).dt.total_seconds().fillna(0).astype(int)
            columns = [table[column].tolist() for column in ("parent_id", "author", "status", "text")]
            for place, (parent, author, status, text, seconds) in enumerate(zip(*columns, later.tolist(), strict=True)):
                above = places.get(parent)
                yield {
                    "id": f"{thread}c{place:x}",
                    "author": f"{author}-{turn}" if isinstance(author, str) else "[deleted]",
                    "body": _escaped(_WORD.sub(change, text)) if status == "ok" else _BODIES[status],
                    "created_utc": _FIRST_SECOND + turn * _SECONDS_BETWEEN + seconds,
                    "link_id": f"t3_{thread}",
                    "parent_id": f"t3_{thread}" if above is None else f"t1_{thread}c{above:x}",
                    "score": 1,
                    "subreddit": f"threads{number}",
                }


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
