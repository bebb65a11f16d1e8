"""A stratified sample of a run's claims, with known inclusion probabilities, that several coders can share."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.errors import SheetError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from argmine.analysis import Analysis

NO_FRAME = "no frame"
_POWER = 0.75
_LEAST = 2
_MEAN = 4


@dataclass(frozen=True)
class Stratum:
    """The claims of one stratum, and those drawn from it. Every claim in it had the same probability to be drawn."""

    name: str
    claims: tuple[str, ...]
    drawn: tuple[str, ...]

    @property
    def inclusion_probability(self) -> float:
        """Return the probability with which a claim of the stratum was drawn."""
        return len(self.drawn) / len(self.claims)


@dataclass(frozen=True, repr=False)
class Draw:
    """What was drawn for one coder. `order` are the claims as the sheet lists them, shuffled."""

    coder: str
    n: int
    seed: int
    input_sha256: str
    strata: tuple[Stratum, ...]
    order: tuple[str, ...]

    def __repr__(self) -> str:
        n = sum(len(stratum.claims) for stratum in self.strata)
        strata = "one stratum" if len(self.strata) == 1 else f"{len(self.strata)} strata"
        coder = f", for {self.coder}" if self.coder else ""
        return f"{len(self.order):,} of {n:,} claims from {strata}{coder}"

    def save(self, path: Path) -> None:
        """Write the draw as JSON, with the inclusion probability of each stratum."""
        values = asdict(self)
        for stratum, plain in zip(self.strata, values["strata"], strict=True):
            plain["inclusion_probability"] = stratum.inclusion_probability
        path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Draw:
        """Return the draw that `save` wrote; raise SheetError where the file is missing or damaged."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            strata = tuple(
                Stratum(one["name"], tuple(one["claims"]), tuple(one["drawn"])) for one in values.pop("strata")
            )
            return cls(**{**values, "strata": strata, "order": tuple(values["order"])})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SheetError(
                f"{path}: cannot be read as the record of a draw: {error}. Draw the sheet again with the same "
                "-n, --for and --seed into another folder, and put its record here."
            ) from error


def draw(analysis: Analysis, n: int, *, coder: str = "", overlap: float = 0.5, seed: int = 0) -> Draw:
    """Return a stratified random sample of n of the counted claims, without replacement; all of them where n is more.

    Strata are the frame of which the coder was surest, the side and the half of its confidence, and one stratum for
    claims in no frame; coarser where n is small. Their sizes in the sample go with the 0.75th power of their size
    (Bankier 1988), at least two each, so that rare ones are looked at too. The share `overlap` of each stratum is the
    same for every coder's name, the rest is the coder's own.
    """
    import numpy as np

    groups = _groups(analysis, n)
    sizes = allocate([len(ids) for ids in groups.values()], n)
    common, own = np.random.default_rng(seed), np.random.default_rng([seed, *coder.encode()])
    strata = []
    for (name, ids), size in zip(groups.items(), sizes, strict=True):
        order = common.permutation(len(ids))
        shared = int(np.ceil(overlap * size))
        picked = [*order[:shared], *own.permutation(order[shared:])[: size - shared]]
        strata.append(Stratum(name, tuple(ids), tuple(ids[place] for place in sorted(picked))))
    every = [claim_id for stratum in strata for claim_id in stratum.drawn]
    shuffled = tuple(every[place] for place in own.permutation(len(every)))
    return Draw(coder, n, seed, analysis.manifest["source"]["sha256"], tuple(strata), shuffled)


def allocate(sizes: list[int], n: int) -> list[int]:
    """Return how many to draw from each stratum, n in all: by highest averages, at least two, at most all.

    >>> allocate([1000, 100, 10, 1], 40)
    [31, 6, 2, 1]
    """
    import numpy as np

    size = np.array(sizes)
    drawn = np.minimum(_LEAST, size)
    while drawn.sum() < min(n, size.sum()):
        drawn[np.where(drawn < size, size**_POWER / (drawn + 0.5), -1).argmax()] += 1
    return [int(one) for one in drawn]


def _groups(analysis: Analysis, n: int) -> dict[str, list[str]]:
    """Return the claims of each stratum, by the finest division that leaves four of the sample to each on average."""
    claims = analysis.counted_claims()[["claim_id"]]
    ranked = analysis.stances.sort_values("confidence", ascending=False, kind="stable").drop_duplicates("claim_id")
    surest = claims.merge(ranked, on="claim_id", how="left")
    for depth in (3, 2, 1):
        groups: dict[str, list[str]] = {}
        for claim_id, name in zip(surest["claim_id"], _names(surest, depth), strict=True):
            groups.setdefault(name, []).append(claim_id)
        if _MEAN * len(groups) <= n:
            break
    else:
        groups = {"all claims": surest["claim_id"].tolist()}
    if not surest.shape[0]:
        raise SheetError("this run has no claims to draw a sample from.")
    return {name: groups[name] for name in sorted(groups)}


def _names(surest: pd.DataFrame, depth: int) -> np.ndarray:
    """Return the name of each claim's stratum: its frame, then its side, then the half of its confidence."""
    import numpy as np

    median = surest.groupby(["frame", "side"])["confidence"].transform("median")
    half = np.where(surest["confidence"] >= median, "surer", "less sure")
    name = surest["frame"].astype(object)
    for part in (surest["side"], half)[: depth - 1]:
        name = name + " / " + part
    return np.where(surest["frame"].isna(), NO_FRAME, name)
