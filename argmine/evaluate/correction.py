"""Prevalence of each frame and side, corrected for the coder's errors with a hand-coded sample."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from argmine.analysis import Analysis
    from argmine.evaluate.hand_coded import HandCoded
    from argmine.evaluate.sheet_reading import Sheet

METHOD = (
    "design-based supervised learning (Egami, Hinck, Stewart and Wei 2023), which for a prevalence is prediction-"
    "powered inference (Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023) with unequal inclusion probabilities"
)


def correct(analysis: Analysis, sheets: Sequence[str | Path]) -> Analysis:
    r"""Return the Analysis with `corrections` in its manifest: raw and corrected prevalence with 95 % intervals.

    The formula stands at `argmine.evaluate.estimators.prevalence`. By claim, each counted claim weighs 1 / N: the
    share of claims. By author, a claim weighs 1 / (A n), where A is the number of known authors and n how many counted
    claims its author wrote: the mean over authors of the share of their claims; claims of unknown authors are left
    out. The codes themselves stay as they are, and nobody who coded is named. Raise SheetError as `read_sheets` does.
    """
    from argmine.evaluate.hand_coded import hand_coded

    coded = hand_coded(analysis, sheets)
    rows = [row for by, weight in _weights(coded).items() for row in _rows(coded, by, weight)]
    corrections = {
        "method": METHOD,
        "n_coders": len(coded.coders),
        "n_claims": coded.n_claims,
        "n_coded": coded.n_coded,
        "sample": coded.line(named=False),
        "sheets": [_described(sheet) for sheet in coded.sheets],
        "rows": rows,
    }
    return replace(analysis, manifest=analysis.manifest | {"corrections": corrections})


def correction_lines(analysis: Analysis) -> str:
    """Return a corrected run's prevalence as a table of text."""
    corrections = analysis.manifest["corrections"]
    lines = [corrections["sample"], f"{'frame':<20}{'side':<9}{'by':<8}{'raw':>7}{'corrected':>12}   95 %"]
    for row in corrections["rows"]:
        end = "-" if row["corrected"] is None else f"{row['low']:.1%} to {row['high']:.1%}".replace("%", " %")
        corrected = "-" if row["corrected"] is None else f"{row['corrected']:.1%}".replace("%", " %")
        raw = f"{row['raw']:.1%}".replace("%", " %")
        lines.append(f"{row['frame']:<20}{row['side']:<9}{row['by']:<8}{raw:>7}{corrected:>12}   {end}")
    return "\n".join(lines)


def _weights(coded: HandCoded) -> dict[str, np.ndarray]:
    """Return how much each claim counts, by claim and, where authors are known, by author; each adds up to 1."""
    import numpy as np

    weights = {"claim": np.full(coded.n_claims, 1 / coded.n_claims)}
    known = coded.author >= 0
    if known.any():
        n = np.bincount(coded.author[known])
        weights["author"] = np.where(known, 1 / (len(n) * n[coded.author]), 0.0)
    return weights


def _rows(coded: HandCoded, by: str, weight: np.ndarray) -> list[dict[str, Any]]:
    from argmine.evaluate.error_totals import errors
    from argmine.evaluate.estimators import prevalence
    from argmine.evaluate.hand_coded import LABELS

    rows = []
    for frame, one in coded.frames.items():
        for label in LABELS:
            found = prevalence(errors(one.sample, one.hit[label], weight, one.truth[label]))
            ends = {"corrected": found.value, "low": found.low, "high": found.high}
            rows.append(
                {"by": by, "frame": frame, "side": label, "raw": round(float((weight * one.hit[label]).sum()), 6)}
                | {name: None if math.isnan(end) else round(min(float(end), 1.0), 6) for name, end in ends.items()}
            )
    return rows


def _described(sheet: Sheet) -> dict[str, str | int]:
    """Return what tells a sheet apart without the coder's name or the file's, which often is that name."""
    return {"n_coded": sheet.n_coded, "sha256": hashlib.sha256(sheet.path.read_bytes()).hexdigest()}
