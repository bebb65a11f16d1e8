"""What every exchange format writes: the claims with their posts, permalinks, offsets and sides, row by row."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from argmine.output.exchange.masking import MASK

if TYPE_CHECKING:
    import pandas as pd

    from argmine.analysis import Analysis

NO_FRAME = "no frame"
"""Label of a claim that speaks to no frame, in tools where a stretch must have a label."""

_NAMESPACE = uuid.UUID("5f0c6a0e-2f0b-5c51-9d0a-6f1f9b0f7a11")


@dataclass(frozen=True, slots=True)
class Post:
    """A post with text. `verbatim` is False where user names in it are masked; None stands for what is unknown."""

    post_id: str
    parent_id: str | None
    author: str | None
    created_at: str | None
    url: str | None
    text: str
    verbatim: bool


@dataclass(frozen=True, slots=True)
class CodedClaim:
    """A claim, where it stands, and its side and confidence for each frame that it speaks to."""

    claim_id: str
    post: Post
    start: int
    end: int
    kind: str
    language: str
    text: str
    verbatim: bool
    duplicate_of: str | None
    cluster_id: str | None
    cluster_name: str | None
    sides: dict[str, tuple[str, float]] = field(hash=False)

    @property
    def author_key(self) -> str:
        """The author's name, or for an unknown author one key a post."""
        return self.post.author or f"unknown author of {self.post.post_id}"


@dataclass(frozen=True)
class Material:
    """An Analysis ready to be written. `masked` are the posts in which user names were masked."""

    analysis: Analysis
    masked: frozenset[str] = frozenset()
    privacy: str = "none"

    @cached_property
    def posts(self) -> list[Post]:
        """Every post that has text, in reading order."""
        posts = self.analysis.posts
        return [
            Post(
                row["post_id"],
                row["parent_id"],
                row["author"],
                row["created_at"].isoformat().replace("+00:00", "Z") if row["created_at"] is not None else None,
                row["url"],
                row["text"],
                row["post_id"] not in self.masked,
            )
            for row in records(posts)
            if row["status"] == "ok" and row["text"]
        ]

    @cached_property
    def claims(self) -> list[CodedClaim]:
        """Every claim, in the order of the table."""
        posts = {post.post_id: post for post in self.posts}
        names = dict(zip(self.analysis.clusters["cluster_id"], self.analysis.clusters["name"], strict=True))
        sides: dict[str, dict[str, tuple[str, float]]] = {}
        for row in records(self.analysis.stances):
            sides.setdefault(row["claim_id"], {})[row["frame"]] = (row["side"], float(row["confidence"]))
        return [
            CodedClaim(
                row["claim_id"],
                posts[row["post_id"]],
                int(row["start"]),
                int(row["end"]),
                row["kind"],
                row["language"],
                row["text"],
                row["post_id"] not in self.masked or MASK not in row["text"],
                row["duplicate_of"],
                row["cluster_id"],
                names.get(row["cluster_id"]),
                sides.get(row["claim_id"], {}),
            )
            for row in records(self.analysis.claims)
        ]

    @cached_property
    def own_claims(self) -> list[CodedClaim]:
        """The claims that a coder codes: claims and questions in a coded language, repeated ones too."""
        coded = {*self.analysis.manifest["settings"]["languages"].split(","), "und"}
        return [c for c in self.claims if c.kind in ("claim", "question") and c.language in coded]

    @cached_property
    def claims_of(self) -> dict[str, list[CodedClaim]]:
        """The claims that a coder codes, by post."""
        found: dict[str, list[CodedClaim]] = {}
        for claim in self.own_claims:
            found.setdefault(claim.post.post_id, []).append(claim)
        return found

    @property
    def title(self) -> str:
        """The thread's title, or the word for one that has none."""
        return str(self.analysis.manifest["source"]["title"] or "Untitled thread")

    @property
    def coder(self) -> str:
        """The coder's name, as the manifest gives it."""
        return f"argmine: {self.analysis.manifest['coder']['name']}"

    @property
    def made_with(self) -> str:
        """The program and its version."""
        return f"argmine {self.analysis.manifest['argmine']}"

    @property
    def finished_at(self) -> str | None:
        """When the run ended, UTC, or None where that is not told."""
        found = self.analysis.manifest.get("timing", {}).get("finished_at")
        return str(found) if found else None


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as dictionaries, with None for every missing value."""
    plain = frame.astype(object)
    return [
        {str(key): value for key, value in row.items()} for row in plain.where(plain.notna(), None).to_dict("records")
    ]


def label(frame: str, side: str) -> str:
    """Return the label that stands for a side of a frame in other tools.

    >>> label("fair_use", "con")
    'fair_use: con'
    """
    return f"{frame}: {side}"


def guid(kind: str, identifier: str) -> str:
    """Return the identifier of a thing as a UUID that is the same in every run (RFC 9562, version 5)."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}\0{identifier}"))
