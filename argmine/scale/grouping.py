"""Groups of an archive: found on a stratified sample, and held against those of another sample."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.scale.assign import Model, load_model, make_model, place, save_model
from argmine.scale.plan import Folder, Plan, write_json
from argmine.scale.sampling import draw
from argmine.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_SAMPLE = 50_000
# Claims on which two sets of groups are compared.
COMPARED = 10_000
FITTED = "fitted.json"


def fit_groups(folder: Folder, plan: Plan, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Find the groups of a run, once, and of another sample; return what was found and the share that would change."""
    done = folder.work / FITTED
    if done.is_file():
        import json

        known: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
        return known
    settings = Settings(**plan.settings)
    progress(0, 3)
    model, method, n_fitted = _fit(folder, plan, settings, 0)
    progress(1, 3)
    save_model(folder.model(0), model)
    other, _, _ = _fit(folder, plan, settings, 1)
    progress(2, 3)
    # A third draw: neither set of groups was fitted on it, unless the archive is hardly larger than a sample.
    _, vectors, _ = draw(folder, folder.work / "claims", COMPARED, settings.seed + 2, settings.languages, folder.copies)
    changed, compared = changed_share(place(vectors, model).labels, place(vectors, other).labels)
    found = {
        "method": method,
        "sample": n_fitted,
        "groups": len(model.names),
        "groups_of_other_sample": len(other.names),
        "compared_claims": compared,
        "share_that_would_change": changed,
    }
    write_json(done, found)
    progress(3, 3)
    return found


def _fit(folder: Folder, plan: Plan, settings: Settings, number: int) -> tuple[Model, str, int]:
    from argmine.cluster import cluster

    claims, vectors, authors = draw(
        folder, folder.work / "claims", plan.sample, settings.seed + number, settings.languages, folder.copies
    )
    found = cluster(claims, vectors, authors, replace(settings, seed=settings.seed + number), most=len(claims))
    return make_model(found.claims, vectors, found.clusters), found.method, len(claims)


def load_groups(folder: Folder) -> Model:
    """Return the groups of a run."""
    return load_model(folder.model(0))


def changed_share(one: np.ndarray, other: np.ndarray) -> tuple[float, int]:
    """Return the share of claims whose group differs between two groupings, and the number of claims.

    Groups are matched one to one so that most claims agree (Kuhn 1955); a claim in no group agrees with none.

    >>> changed_share(np.array([0, 0, 1, -1]), np.array([5, 5, -1, -1]))
    (0.25, 4)
    """
    from scipy.optimize import linear_sum_assignment

    if not len(one):
        return 0.0, 0
    rows, columns = one.max(initial=-1) + 1, other.max(initial=-1) + 1
    agree = np.zeros((max(rows, 0), max(columns, 0)), np.int64)
    both = (one >= 0) & (other >= 0)
    np.add.at(agree, (one[both], other[both]), 1)
    matched = int(agree[linear_sum_assignment(-agree)].sum()) if agree.size else 0
    same = matched + int(((one < 0) & (other < 0)).sum())
    return round(1 - same / len(one), 4), len(one)
