"""How much of a thread speaks to each frame, counted three ways, with intervals from resampling authors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine.tables import SIDES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from argmine.output.page_sections import View

LEAST_AUTHORS = 10
N_RESAMPLES = 1_000
WAYS = ("claim", "author", "vote")
ANY_SIDE = "any"
COLUMNS = ["by", "frame", "side", "share", "low", "high"]
_BLOCK = 50


def prevalence(view: View) -> pd.DataFrame:
    """Return shares with 95 % intervals: by, frame, side, share, low, high. Side `any` is the frame as such.

    By claim: the share of the counted claims. By author: the mean over known authors of the share of their claims, so
    that each counts once. By vote: each claim weighs as much as its post's votes, split among the post's claims; a post
    below zero weighs nothing. A way that the source gives nothing for (no authors, no votes) has no rows. Intervals are
    percentiles of a bootstrap over authors, an unknown one standing for its post; they are missing below LEAST_AUTHORS.
    """
    import numpy as np
    import pandas as pd

    claims = view.claims
    if claims.empty:
        return pd.DataFrame([], columns=COLUMNS)
    posts = view.analysis.posts.set_index("post_id")["score"]
    votes = claims["post_id"].map(posts).clip(lower=0).fillna(0)
    weight = (votes / claims.groupby("post_id")["claim_id"].transform("size")).to_numpy(dtype=float)
    known = claims["author"].notna().to_numpy()
    unit = claims["author"].where(claims["author"].notna(), "\0" + claims["post_id"]).factorize()[0]
    cells = [(frame, side) for frame in view.analysis.codebook.frame_names for side in (ANY_SIDE, *SIDES)]
    speaks = _speaks(view, cells)
    seed = view.analysis.manifest["settings"]["seed"]
    rows = []
    for by in WAYS:
        chosen = known if by == "author" else np.ones(len(claims), dtype=bool)
        weights = weight if by == "vote" else np.ones(len(claims))
        if not chosen.any() or not weights.sum():
            continue
        inside, total = _by_author(speaks[chosen] * weights[chosen, None], weights[chosen], unit[chosen])
        if by == "author":
            inside, total = inside / total[:, None], np.ones(len(total))
        shares = inside.sum(axis=0) / total.sum()
        low, high = intervals(inside, total, seed)
        rows += [(by, *cell, *values) for cell, *values in zip(cells, shares, low, high, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS).round({"share": 4})  # as Analysis.frames gives it


def _speaks(view: View, cells: list[tuple[str, str]]) -> np.ndarray:
    """Return for each counted claim and each cell whether it is in it, shape (n_claims, n_cells)."""
    import numpy as np

    row_of = {claim_id: row for row, claim_id in enumerate(view.claims["claim_id"])}
    place_of = {cell: place for place, cell in enumerate(cells)}
    speaks = np.zeros((len(row_of), len(cells)))
    for claim_id, frame, side in zip(*(view.coded[name] for name in ("claim_id", "frame", "side")), strict=True):
        speaks[row_of[claim_id], [place_of[frame, side], place_of[frame, ANY_SIDE]]] = 1
    return speaks


def _by_author(inside: np.ndarray, total: np.ndarray, unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of each author who has any, shapes (n_authors, n_cells) and (n_authors,)."""
    import numpy as np

    units, place = np.unique(unit, return_inverse=True)
    sums = np.zeros((len(units), inside.shape[1]))
    np.add.at(sums, place, inside)
    totals = np.bincount(place, weights=total, minlength=len(units))
    return sums[totals > 0], totals[totals > 0]


def intervals(inside: np.ndarray, total: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the 95 % percentile intervals of sum(inside) / sum(total) over resampled authors.

    Shapes (n_authors, n_cells) and (n_authors,); missing below LEAST_AUTHORS. Bootstrap by clusters (Davison and
    Hinkley 1997, section 3.8).
    """
    import numpy as np

    n, n_cells = inside.shape
    if n < LEAST_AUTHORS:
        return np.full(n_cells, np.nan), np.full(n_cells, np.nan)
    random = np.random.default_rng(seed)
    shares = np.empty((N_RESAMPLES, n_cells))
    for start in range(0, N_RESAMPLES, _BLOCK):
        times = random.multinomial(n, np.full(n, 1 / n), size=_BLOCK).astype(float)
        shares[start : start + _BLOCK] = times @ inside / np.maximum(times @ total, 1e-12)[:, None]
    low, high = np.quantile(shares, (0.025, 0.975), axis=0)
    return low, high
