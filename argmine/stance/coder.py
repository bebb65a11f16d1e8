"""What every coder gets and gives: claims in their context, and scores for each frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from argmine.codebook import Codebook

    Encode = Callable[[Sequence[str]], np.ndarray]
    Progress = Callable[[int, int], None]

N_NEAREST = 3
CONTEXT_WEIGHT = 0.9


class PairReader(Protocol):
    """A model that reads two texts together; `labels` names its answers, `sha256` its weights."""

    labels: tuple[str, ...]
    sha256: str

    def logits(self, pairs: Sequence[tuple[str, str]], progress: Progress) -> np.ndarray:
        """Return a logit for each label, shape (n_pairs, n_labels), in input order."""
        ...


@dataclass(frozen=True)
class Encoders:
    """How a coder gets unit vectors: of texts in the claims' space, and of texts by an encoder in a folder.

    `pairs` gives a model that reads two texts together, by its name; `sha256` is of the weights that made the claims'
    vectors.
    """

    texts: Encode
    of_folder: Callable[[Path], Encode]
    pairs: Callable[[str], PairReader] | None = None
    sha256: str = ""


@dataclass(frozen=True)
class FrameScores:
    """For each claim, the probability that it speaks to the frame, shape (n,), and of each side, shape (n, 3).

    `undecided` marks claims, shape (n,), for which the coder gave no usable answer: they are coded `unclear`.
    """

    speaks: np.ndarray
    sides: np.ndarray
    undecided: np.ndarray | None = None


class Coder(Protocol):
    """Anything that can say which frames a claim speaks to."""

    def score(
        self, claims: InContext, codebook: Codebook, encoders: Encoders, progress: Progress
    ) -> dict[str, FrameScores]:
        """Return each frame's scores for the claims."""
        ...

    def describe(self, codebook: Codebook) -> dict[str, Any]:
        """Return what the manifest says of the coder: its name, what decides its answers, how good it is if known."""
        ...


@dataclass(frozen=True)
class InContext:
    """The claims to be coded: those at `rows` of a thread's `claims`, with its `posts` and its claims' `vectors`."""

    claims: pd.DataFrame
    posts: pd.DataFrame
    vectors: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def texts(self) -> list[str]:
        """The claims' words."""
        return self.claims["text"].iloc[self.rows].tolist()

    @cached_property
    def threads(self) -> np.ndarray:
        """For each claim, the id of its thread, shape (n,)."""
        import numpy as np

        thread = dict(zip(self.posts["post_id"], self.posts["thread_id"], strict=True))
        return np.array([thread[post_id] for post_id in self.post_ids], dtype=str)

    @cached_property
    def post_ids(self) -> list[str]:
        """For each claim, the id of its post."""
        return self.claims["post_id"].iloc[self.rows].tolist()

    @cached_property
    def parent_of(self) -> dict[str, str]:
        """The id of each post's parent."""
        return dict(zip(self.posts["post_id"], self.posts["parent_id"], strict=True))

    @cached_property
    def contexts(self) -> list[tuple[str, str]]:
        """For each claim, what stands before it in its post, and its parent post's text."""
        text = dict(zip(self.posts["post_id"], self.posts["text"], strict=True))
        places = zip(self.post_ids, self.claims["start"].iloc[self.rows], strict=True)
        return [(text[post_id][:start], text.get(self.parent_of[post_id], "")) for post_id, start in places]

    def neighbours(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of the claim before each one in its post, and of the last claim of its parent post.

        `vectors` has a row for each of the thread's claims, shape (n_claims, any); zeros stand for no such claim.
        """
        import numpy as np

        post_ids = self.claims["post_id"].to_numpy()
        last = dict(zip(post_ids, range(len(post_ids)), strict=True))
        nothing = len(vectors)
        with_nothing = np.vstack([vectors, np.zeros_like(vectors[:1])])
        before = [row - 1 if row and post_ids[row - 1] == post_ids[row] else nothing for row in self.rows]
        above = [last.get(self.parent_of[post_id], nothing) for post_id in self.post_ids]
        return with_nothing[before], with_nothing[above]

    def likeness(self, known: np.ndarray) -> np.ndarray:
        """Return how near each claim comes to unit vectors of shape (m, dim): the mean of the nearest, shape (n,).

        A claim counts as near as itself, or a little less near than the claim before it in its post or the nearest
        claim of its parent post: a retort takes its subject from what it answers.
        """
        import numpy as np

        post_ids = self.claims["post_id"].to_numpy()
        own = mean_of_nearest(self.vectors @ known.T)
        best: dict[str, float] = {}
        for post_id, value in zip(post_ids, own, strict=True):
            best[post_id] = max(value, best.get(post_id, -1.0))
        previous = np.maximum(self.rows - 1, 0)
        before = np.where(post_ids[self.rows] == post_ids[previous], own[previous], -1.0)
        above = np.array([best.get(self.parent_of[post_id], -1.0) for post_id in self.post_ids])
        return np.asarray(np.maximum(own[self.rows], CONTEXT_WEIGHT * np.maximum(before, above)))


def mean_of_nearest(similarity: np.ndarray) -> np.ndarray:
    """Return the mean of each row's N_NEAREST largest values, shape (n,).

    >>> import numpy as np
    >>> mean_of_nearest(np.array([[0.0, 0.3, 0.6, 0.9]])).round(2).tolist()
    [0.6]
    """
    import numpy as np

    k = min(N_NEAREST, similarity.shape[1])
    return np.asarray(np.sort(similarity, axis=1)[:, -k:].mean(axis=1)) if k else np.zeros(len(similarity))
