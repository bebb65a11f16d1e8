"""Filled-in sheets and the records of their draws to a sample of a run's claims with known inclusion probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.errors import SheetError
from argmine.evaluate.error_totals import Sample
from argmine.evaluate.sheet import RECORD, record_of
from argmine.evaluate.sheet_reading import Sheet, read_sheets
from argmine.evaluate.strata import Draw
from argmine.tables import SIDES

if TYPE_CHECKING:
    import numpy as np

    from argmine.analysis import Analysis

ANY = "any"
LABELS = (ANY, *SIDES)


@dataclass(frozen=True)
class CodedFrame:
    """One frame as people and the machine coded it; `truth` (n_coded,) and `hit` (N,) have a key for each of LABELS."""

    sample: Sample
    truth: dict[str, np.ndarray]
    hit: dict[str, np.ndarray]


@dataclass(frozen=True)
class HandCoded:
    """A run's counted claims, N in all, and what the hand coders said of the sampled ones.

    `author` (N,) numbers the known authors from 0, -1 where unknown. `joined` names the strata of which no claim was
    coded, and the one that each was joined to.
    """

    frames: dict[str, CodedFrame]
    author: np.ndarray
    sheets: tuple[Sheet, ...]
    n_claims: int
    n_coded: int
    joined: tuple[tuple[str, str], ...]

    @property
    def coders(self) -> tuple[str, ...]:
        """The names of the hand coders."""
        return tuple(sheet.coder for sheet in self.sheets)

    def line(self, *, named: bool = True) -> str:
        """Return in one line what was coded by whom (or, not `named`, by how many), and which strata were joined."""
        left = sum(len(sheet.rows) - sheet.n_coded for sheet in self.sheets)
        many = "one person" if len(self.sheets) == 1 else f"{len(self.sheets):,} people"
        who = ", ".join(self.coders) if named else many
        parts = [f"{self.n_coded:,} of {self.n_claims:,} claims coded by {who}"]
        if left:
            parts.append(f"{left:,} rows not coded yet")
        parts += [f"no claim coded in {empty}: taken together with {other}" for empty, other in self.joined]
        return " · ".join(parts)


def hand_coded(analysis: Analysis, paths: Sequence[str | Path]) -> HandCoded:
    """Return the sample that the sheets hold; raise SheetError where sheets, records and run do not fit together.

    A claim that several people coded has the share of them that gave a label. Given how many claims of a stratum were
    coded, each set of that many was equally likely, as long as rows were coded in the order of the sheet.
    """
    import numpy as np

    sheets = tuple(read_sheets(paths, analysis))
    claims = analysis.counted_claims()
    claim_ids = claims["claim_id"].tolist()
    draws = [_find_draw(sheet) for sheet in sheets]
    _check(sheets, draws, claim_ids)
    _refuse_recoded(analysis, sheets)
    row_of = {claim_id: row for row, claim_id in enumerate(claim_ids)}
    names = [stratum.name for stratum in draws[0].strata]
    stratum = np.empty(len(claim_ids), dtype=int)
    for number, one in enumerate(draws[0].strata):
        stratum[[row_of[claim_id] for claim_id in one.claims]] = number
    posts = analysis.posts.set_index("post_id")["author"]
    author = claims["post_id"].map(posts).factorize()[0]
    given = _given(analysis)
    frames, joined, coded = {}, set(), set()
    for frame in analysis.codebook.frame_names:
        codes: dict[int, list[str]] = {}
        for sheet in sheets:
            for row in sheet.rows:
                if frame in row.codes:
                    codes.setdefault(row_of[row.claim_id], []).append(row.codes[frame])
        rows = np.array(sorted(codes), dtype=int)
        merged, pairs = _joined(stratum, rows, names, frame)
        joined |= set(pairs)
        coded |= set(rows.tolist())
        machine = np.array([given.get((claim_id, frame), "none") for claim_id in claim_ids], dtype=object)
        frames[frame] = CodedFrame(
            Sample(rows, merged),
            {label: np.array([np.mean([_is(code, label) for code in codes[row]]) for row in rows]) for label in LABELS},
            {label: np.array([_is(code, label) for code in machine]) for label in LABELS},
        )
    return HandCoded(frames, author, sheets, len(claim_ids), len(coded), tuple(sorted(joined)))


def _is(code: str, label: str) -> bool:
    return code != "none" if label == ANY else code == label


def _given(analysis: Analysis) -> dict[tuple[str, str], str]:
    columns = (analysis.stances[name] for name in ("claim_id", "frame", "side"))
    return {(claim_id, frame): side for claim_id, frame, side in zip(*columns, strict=True)}


def _find_draw(sheet: Sheet) -> Draw:
    """Return the record of a sheet's draw: beside it under its name, or one in its folder for the same coder."""
    beside = record_of(sheet.path)
    if beside.is_file():
        return Draw.read(beside)
    wanted = {row.claim_id for row in sheet.rows}
    for path in sorted(sheet.path.parent.glob(f"*{RECORD}")):
        found = Draw.read(path)
        if found.coder == sheet.coder and wanted <= set(found.order):
            return found
    raise SheetError(
        f"{sheet.path}: the record of its draw is missing ({beside.name}, or another *{RECORD} for {sheet.coder} in "
        "this folder). `argmine sheet` wrote it beside the sheet: put the two together."
    )


def _check(sheets: tuple[Sheet, ...], draws: list[Draw], claim_ids: list[str]) -> None:
    """Raise SheetError where a row was not drawn, sheets have other strata, or the run has other claims."""
    first = {one.name: one.claims for one in draws[0].strata}
    for sheet, drawn in zip(sheets, draws, strict=True):
        known = set(drawn.order)
        for row in sheet.rows:
            if row.claim_id not in known:
                raise SheetError(
                    f"{sheet.path}, row {row.number}, column claim_id: claim {row.claim_id} is of this run, but was "
                    "not drawn for this sheet, so it has no inclusion probability. Take the row out."
                )
        if {one.name: one.claims for one in drawn.strata} != first:
            raise SheetError(
                f"{sheet.path}: drawn from other strata than {sheets[0].path}. Sheets that are used together are drawn "
                "from one run with one -n."
            )
    drawn_from = {claim_id for one in draws[0].strata for claim_id in one.claims}
    if drawn_from != set(claim_ids):
        raise SheetError(
            f"{sheets[0].path}: drawn from {len(drawn_from):,} claims of which the run has "
            f"{len(drawn_from & set(claim_ids)):,}; the run counts {len(claim_ids):,}. Name the run that it was drawn "
            "from."
        )


def _refuse_recoded(analysis: Analysis, sheets: tuple[Sheet, ...]) -> None:
    """Raise SheetError where hand codes were put into the run for claims of the sample: it would look free of error."""
    recoded = {
        claim_id
        for edit in analysis.manifest.get("edits", [])
        if edit["action"] == "recode"
        for claim_id in edit["claims"]
    }
    found = [row.claim_id for sheet in sheets for row in sheet.rows if row.claim_id in recoded]
    if found:
        raise SheetError(
            f"{len(set(found)):,} of the sampled claims, such as {found[0]}, were recoded by hand in this run, so the "
            "machine's errors on them cannot be seen any more. Name the run as the machine coded it."
        )


def _joined(
    stratum: np.ndarray, rows: np.ndarray, names: list[str], frame: str
) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Return the strata, numbered anew, with each that has no coded claim joined to the nearest of the same frame."""
    import numpy as np

    coded = set(stratum[rows].tolist())
    goes_to, pairs = {}, []
    for number, name in enumerate(names):
        if number in coded:
            goes_to[number] = number
            continue
        near = [(_shared(name, names[other]), -abs(number - other), other) for other in sorted(coded)]
        best = max(near, default=(0, 0, 0))
        if not best[0]:
            size = int((stratum == number).sum())
            raise SheetError(
                f"column {frame}: none of the {size:,} claims of the stratum `{name}` is coded, so nothing can be said "
                "about them. Code more rows; x under done says that a row's empty cells mean none."
            )
        goes_to[number] = best[2]
        pairs.append((name, names[best[2]]))
    numbers = sorted(set(goes_to.values()))
    anew = np.array([numbers.index(goes_to[number]) for number in range(len(names))])
    return anew[stratum], pairs


def _shared(one: str, other: str) -> int:
    """Return how many leading parts two strata share.

    >>> _shared("rent / pro / surer", "rent / con / surer"), _shared("rent", "no frame")
    (1, 0)
    """
    n = 0
    for mine, theirs in zip(one.split(" / "), other.split(" / "), strict=False):
        if mine != theirs:
            break
        n += 1
    return n
