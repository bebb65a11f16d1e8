"""Comments that nobody wrote, in the shape of a Reddit dump: for measuring how a run grows, the same for the same seed.

Lengths, duplicates, deletions, quotations and reply trees are spread as in large forums; the sentences say what people
say of AI policy, put together from parts, so that every stage has work to do.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

FORUMS = ("technology", "MachineLearning", "law", "economics", "LocalLLaMA", "news")
# Sentences of a comment: a third has one, one in thirty more than eight.
_SENTENCES = (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 9)
_DELETED, _REMOVED, _COPIED, _QUOTING, _TOP_LEVEL, _LATE = 0.05, 0.02, 0.02, 0.06, 0.3, 0.02
_FIRST_SECOND = 1_672_531_200
_SECONDS_BETWEEN = 31
_COPY = "I am a bot, and this action was performed automatically. Please contact the moderators if you have questions."
_WHO = (
    "The labs",
    "Most publishers",
    "Regulators",
    "Open weight developers",
    "Artists",
    "Small startups",
    "Export controls",
    "The courts",
    "Chinese companies",
    "Those who trained on our posts",
    "Big vendors",
    "My users",
)
_DO = (
    "should",
    "will never",
    "can",
    "keep trying to",
    "have every right to",
    "are not going to",
    "might",
    "were always going to",
    "must",
    "cannot simply",
)
_WHAT = ("license the data they train on", "publish their weights", "call copying fair use", "ban the export of chips",
         "explain what a model has learned", "share a dataset", "complain about distillation", "slow the race down",
         "pay the people whose work they use", "keep a secret that is on every torrent", "win in court",
         "stop a teenager with a laptop")  # fmt: skip
_WHY = ("because the law says nothing about it", "and everybody knows it", "while they do the same themselves",
        "unless a judge says otherwise", "if national security means anything", "as long as the price is right",
        "which is what my company saw last year", "even when the benchmark says the opposite", "so what is the point",
        "but I have yet to see any evidence of that")  # fmt: skip
_MORE = ("honestly", "in practice", "in the long run", "by next spring", "outside the bubble", "for most of us",
         "on paper", "in Europe", "at this scale", "with or without a treaty", "in my lab", "under oath")  # fmt: skip


def sentence(draw: random.Random) -> str:
    """Return one sentence."""
    parts = [draw.choice(_WHO), draw.choice(_DO), draw.choice(_WHAT)]
    if draw.random() < 0.6:
        parts.append(draw.choice(_WHY))
    if draw.random() < 0.5:
        parts.append(draw.choice(_MORE))
    if draw.random() < 0.3:
        parts.append(f"like version {draw.randrange(10_000)}")
    return " ".join(parts) + ("?" if draw.random() < 0.12 else ".")


def write_comments(path: Path, n: int, seed: int = 0, thread_posts: int = 40) -> Path:
    """Write n comments to a dump, a line each, `.zst` compressed by its name, and return its path.

    Threads grow side by side, and one comment in fifty comes after answers to it. Memory does not grow with n.
    """
    import zstandard

    draw = random.Random(seed)  # noqa: S311 - no secret is made of it
    with path.open("wb") as file:
        packed = zstandard.ZstdCompressor(level=3).stream_writer(file, closefd=False) if path.suffix == ".zst" else file
        late: list[dict[str, Any]] = []
        threads: list[_Thread] = []
        for number in range(n):
            if len(threads) < 50 or draw.random() < 1 / thread_posts:
                threads = [*threads[-49:], _Thread(f"t{number:x}", draw.choice(FORUMS))]
            comment = draw.choice(threads).comment(number, draw)
            if draw.random() < _LATE:
                late.append(comment)
                continue
            packed.write(_line(comment))
            if late and draw.random() < 0.05:
                packed.write(_line(late.pop(0)))
        packed.write(b"".join(map(_line, late)))
        if packed is not file:
            packed.close()
    return path


def _line(comment: dict[str, Any]) -> bytes:
    return json.dumps(comment).encode() + b"\n"


class _Thread:
    def __init__(self, name: str, forum: str) -> None:
        self.name, self.forum = name, forum
        self.posts: list[tuple[str, str]] = []

    def comment(self, number: int, draw: random.Random) -> dict[str, Any]:
        parent = None if not self.posts or draw.random() < _TOP_LEVEL else draw.choice(self.posts[-30:])
        identifier, body = f"c{number:x}", self._body(draw, parent)
        author = f"user{int(draw.paretovariate(0.8)) % 50_000}"
        self.posts.append((identifier, body))
        del self.posts[:-30]
        return {
            "id": identifier,
            "author": "[deleted]" if body == "[deleted]" else author,
            "body": body.replace("&", "&amp;").replace(">", "&gt;"),
            "created_utc": _FIRST_SECOND + number * _SECONDS_BETWEEN,
            "link_id": f"t3_{self.name}",
            "parent_id": f"t1_{parent[0]}" if parent else f"t3_{self.name}",
            "permalink": f"/r/{self.forum}/comments/{self.name}/_/{identifier}/",
            "score": int(draw.paretovariate(1.1)) - 1,
            "subreddit": self.forum,
        }

    def _body(self, draw: random.Random, parent: tuple[str, str] | None) -> str:
        chance = draw.random()
        if chance < _DELETED:
            return "[deleted]"
        if chance < _DELETED + _REMOVED:
            return "[removed]"
        if chance < _DELETED + _REMOVED + _COPIED:
            return _COPY
        own = " ".join(sentence(draw) for _ in range(draw.choice(_SENTENCES)))
        if parent and not parent[1].startswith(("[", ">")) and draw.random() < _QUOTING:
            return f"> {parent[1].splitlines()[0][:200]}\n\n{own}"
        return own
