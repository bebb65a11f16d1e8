"""What a thread says of its claims: what others near them speak to and lean to, and how frequent a frame is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

# Weight of the usual prevalence, in claims, when a thread's own is estimated.
PRIOR_CLAIMS = 20
# However far a thread's subject is, what clearly speaks to a frame is found there too.
LEAST_FACTOR = 0.2
# Weight, in claims, of not knowing where a post leans.
_NO_LEANING = 1.0
_MOST_ROUNDS, _SETTLED = 100, 1e-6


def around(speaks: np.ndarray, post_ids: Sequence[str], parent_of: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Return what the claim before each one in its post speaks to, and the most that any of the parent post does.

    `speaks` are probabilities, shape (n, frames), of claims in the order of their posts; so are both results, which
    are 0 where there is no such claim.
    """
    import numpy as np

    before, above = np.zeros_like(speaks), np.zeros_like(speaks)
    most: dict[str, np.ndarray] = {}
    for row, post_id in enumerate(post_ids):
        most[post_id] = np.maximum(most[post_id], speaks[row]) if post_id in most else speaks[row]
        if row and post_ids[row - 1] == post_id:
            before[row] = speaks[row - 1]
    for row, post_id in enumerate(post_ids):
        parent = parent_of.get(post_id)
        if parent in most:
            above[row] = most[parent]
    return before, above


def leanings(
    lean: np.ndarray, speaks: np.ndarray, post_ids: Sequence[str], parent_of: Mapping[str, str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the other claims of each claim's post lean to one side, and how far the parent post does.

    `lean` are logits of pro less those of con, `speaks` probabilities, both of shape (n, frames); so are the results,
    which are means that each claim enters by how likely it speaks to the frame, 0 where there is no such claim.
    """
    import numpy as np

    place = {post_id: number for number, post_id in enumerate(dict.fromkeys(post_ids))}
    mine = np.array([place[post_id] for post_id in post_ids], dtype=np.int64)
    # The last place is that of a parent without claims.
    parents = np.array([place.get(parent_of.get(post_id, ""), len(place)) for post_id in post_ids], dtype=np.int64)
    leaning, weight = np.zeros((2, len(place) + 1, speaks.shape[1]))
    np.add.at(leaning, mine, speaks * lean)
    np.add.at(weight, mine, speaks)
    others = (leaning[mine] - speaks * lean) / (_NO_LEANING + weight[mine] - speaks)
    return others, leaning[parents] / (_NO_LEANING + weight[parents])


def adapted(speaks: np.ndarray, threads: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return the probabilities, shape (n, frames), as they are in a thread that may be on another subject.

    How much rarer than `usual`, shape (frames,), the frames are in each claim's thread, all by the same factor, is
    found by expectation maximisation (Saerens, Latinne and Decaestecker 2002), with PRIOR_CLAIMS claims of the usual
    prevalence added. They are never taken to be more frequent: a thread's own subject needs no help.
    """
    import numpy as np

    found = np.zeros_like(speaks)
    _, thread_of = np.unique(threads, return_inverse=True)
    order = np.argsort(thread_of, kind="stable")
    for mine in np.split(order, np.flatnonzero(np.diff(thread_of[order])) + 1):
        odds = speaks[mine] / np.maximum(1 - speaks[mine], 1e-9) * (1 - usual) / usual
        factor, own = 1.0, speaks[mine]
        for _ in range(_MOST_ROUNDS):
            shifted = odds * factor * usual / (1 - factor * usual)
            own = shifted / (1 + shifted)
            expected = (own.sum() + PRIOR_CLAIMS * usual.sum()) / ((len(mine) + PRIOR_CLAIMS) * usual.sum())
            last, factor = factor, min(1.0, max(LEAST_FACTOR, expected))
            if abs(factor - last) < _SETTLED:
                break
        found[mine] = own
    return found
