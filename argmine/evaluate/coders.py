"""How far hand coders agree: statistics a frame and side, confusion tables, the claims most disagreed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.errors import SheetError
from argmine.evaluate.sheet import CODES
from argmine.tables import SIDES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from argmine.evaluate.sheet_reading import Sheet

_SHOWN = 10
_LONGEST = 90
_NAMES = {"percent": "percent agreement", "alpha": "alpha", "cohen": "Cohen's kappa", "fleiss": "Fleiss' kappa"}


@dataclass(frozen=True)
class Agreement:
    """How far coders agree.

    `table` has a row a frame and `on`: `frame` (does the claim speak to it), `side` (which side, where it does), and
    each side by itself against all else; with n_claims coded by two or more, and percent, alpha, cohen and fleiss,
    each with `_low` and `_high`. `confusion` is by frame; with two coders rows are the first's, with more it counts
    all ordered pairs. `disagreements` are claims with a code a coder and frame, most disagreed on first.
    """

    coders: tuple[str, ...]
    table: pd.DataFrame
    confusion: dict[str, pd.DataFrame]
    disagreements: pd.DataFrame

    def __str__(self) -> str:
        """Return the whole as text."""
        from argmine.evaluate.scoring import interval

        n = int(self.table["n_claims"].max())
        lines = [f"{len(self.coders)} coders ({', '.join(self.coders)}), {n:,} claims coded by two or more", ""]
        lines.append(f"{'frame':<20}{'on':<9}{'claims':>7}  " + "".join(f"{name:<22}" for name in _NAMES.values()))
        for row in self.table.to_dict("records"):
            cells = [interval(row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in _NAMES]
            lines.append(
                f"{row['frame']:<20}{row['on']:<9}{row['n_claims']:>7,}  " + "".join(f"{c:<22}" for c in cells)
            )
        lines += [f"in brackets 95 % intervals over claims{_remark(len(self.coders))}; - where all codes are alike"]
        pair = f"rows {self.coders[0]}, columns {self.coders[1]}" if len(self.coders) == 2 else "all pairs of coders"
        for frame, table in self.confusion.items():
            lines += ["", f"{frame}: {pair}", *(f"  {line}" for line in table.to_string().splitlines())]
        lines += ["", *self._disagreement_lines()]
        return "\n".join(line.rstrip() for line in lines)

    def _disagreement_lines(self) -> list[str]:
        if self.disagreements.empty:
            return ["no claim is disagreed on"]
        claims = self.disagreements.drop_duplicates("claim_id")
        lines = [f"most disagreed on ({min(len(claims), _SHOWN)} of {len(claims):,} claims)"]
        for claim_id, text in claims[["claim_id", "claim"]].head(_SHOWN).itertuples(index=False):
            line = " ".join(text.split())
            lines.append(f"  [{claim_id}] {line if len(line) <= _LONGEST else line[: _LONGEST - 1] + '…'}")
            for row in self.disagreements[self.disagreements["claim_id"] == claim_id].to_dict("records"):
                given = ", ".join(f"{coder} {row[coder]}" for coder in self.coders if row[coder])
                lines.append(f"    {row['frame']}: {given}")
        return lines


def agree(sheets: Sequence[str | Path]) -> Agreement:
    """Return how far the coders of two or more sheets agree; raise SheetError as `read_sheets` does.

    A claim counts where two coders or more coded it. Alpha uses all of these, Cohen's kappa those that both of a pair
    coded (the mean of the pairs for more than two coders), Fleiss' kappa those that every coder coded.
    """
    import numpy as np
    import pandas as pd

    from argmine.evaluate.agreement import confusion
    from argmine.evaluate.sheet_reading import read_sheets

    read = read_sheets(sheets)
    if len(read) < 2:
        raise SheetError(f"{read[0].path}: agreement needs the sheets of two coders or more.")
    rows, tables = [], {}
    for frame in read[0].frames:
        codes = _codes(read, frame)
        rows += [{"frame": frame, "on": on, **_statistics(recoded)} for on, recoded in _views(codes).items()]
        tables[frame] = pd.DataFrame(confusion(codes, len(CODES)), index=list(CODES), columns=list(CODES))
    found = Agreement(tuple(sheet.coder for sheet in read), pd.DataFrame(rows), tables, _disagreements(read))
    if not np.any(found.table["n_claims"]):
        raise SheetError(f"{read[0].path}: no claim is coded by two coders. Draw the sheets from one run and one -n.")
    return found


def _codes(sheets: list[Sheet], frame: str) -> np.ndarray:
    """Return the codes of a frame as places in CODES, shape (n_claims, n_coders), -1 where there is none."""
    import numpy as np

    claim_ids = list(dict.fromkeys(row.claim_id for sheet in sheets for row in sheet.rows))
    place = {claim_id: number for number, claim_id in enumerate(claim_ids)}
    codes = np.full((len(claim_ids), len(sheets)), -1)
    for coder, sheet in enumerate(sheets):
        for row in sheet.rows:
            if frame in row.codes:
                codes[place[row.claim_id], coder] = CODES.index(row.codes[frame])
    return codes


def _views(codes: np.ndarray) -> dict[str, np.ndarray]:
    """Return the codes recoded: speaks to the frame or not, the side where it does, each side against all else."""
    import numpy as np

    given = codes >= 0
    views = {"frame": np.where(given, codes > 0, -1), "side": np.where(codes > 0, codes - 1, -1)}
    return views | {side: np.where(given, codes == CODES.index(side), -1) for side in SIDES}


def _statistics(codes: np.ndarray) -> dict[str, float | int]:
    from argmine.evaluate import agreement

    statistics = {
        "percent": agreement.percent_agreement,
        "alpha": agreement.krippendorff_alpha,
        "cohen": agreement.cohen_kappa,
        "fleiss": agreement.fleiss_kappa,
    }
    row: dict[str, float | int] = {"n_claims": int(((codes >= 0).sum(axis=1) >= 2).sum())}
    for name, statistic in statistics.items():
        found = agreement.with_interval(statistic, codes)
        row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    return row


def _disagreements(sheets: list[Sheet]) -> pd.DataFrame:
    """Return a row for each claim and frame that two coders coded differently, most disagreed on first."""
    import pandas as pd

    coders = [sheet.coder for sheet in sheets]
    texts = {row.claim_id: row.text for sheet in reversed(sheets) for row in sheet.rows}
    by_claim: dict[str, dict[str, dict[str, str]]] = {}
    for sheet in sheets:
        for row in sheet.rows:
            for frame, code in row.codes.items():
                by_claim.setdefault(row.claim_id, {}).setdefault(frame, {})[sheet.coder] = code
    found, weight = [], Counter[str]()
    for claim_id, frames in by_claim.items():
        for frame, codes in frames.items():
            differing = sum(one != other for one, other in combinations(codes.values(), 2))
            if differing:
                weight[claim_id] += differing
                found.append({"claim_id": claim_id, "claim": texts[claim_id], "frame": frame, "pairs": differing})
                found[-1] |= {coder: codes.get(coder, "") for coder in coders}
    found.sort(key=lambda row: -weight[str(row["claim_id"])])
    return pd.DataFrame(found, columns=["claim_id", "claim", "frame", "pairs", *coders])


def _remark(n_coders: int) -> str:
    return "; Cohen's kappa is the mean of the pairs" if n_coders > 2 else ""
