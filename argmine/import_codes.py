"""Codings from another tool, or from a coded sheet, back into a run: made as edits; what does not fit is listed."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.coded_sheet import read_coded_sheet
from argmine.edits import NO_STANCE, Edit, edit
from argmine.errors import SourceError
from argmine.output.exchange.coded import MACHINE
from argmine.output.exchange.formats import FORMATS
from argmine.output.exchange.matching import Matched, claim_names, match

if TYPE_CHECKING:
    from argmine.analysis import Analysis
    from argmine.output.exchange.coded import Coded


@dataclass
class Imported:
    """What an import found: claims looked at, codes changed, by whom; and what was left out or left as it was."""

    file: str
    matched: Matched
    coders: list[str] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return what a person should read of it, a line each."""
        matched, who = self.matched, ", ".join(self.coders) or "nobody but argmine"
        found = [f"{self.file}: {len(matched.codes):,} claims coded by {who} · {len(self.edits):,} codes changed"]
        if matched.unit:
            found.append(f"offsets were read as {matched.unit}, in which they end where claims do")
        if matched.inexact:
            found.append(
                f"{matched.inexact:,} stretches end elsewhere than claims: given to the claims half inside them"
            )
        for name, n in matched.unknown_labels.most_common():
            found.append(f"left out: {n:,} codings with {name!r}, which is no frame and side of this run's codebook")
        found += [f"left out: {line}" for line in matched.unmatched]
        return found + [f"left as it was: {line}" for line in self.conflicts]


def import_codes(
    analysis: Analysis, path: str | Path, *, coder: str = "", key: bytes | None = None, at: str = ""
) -> tuple[Analysis, Imported]:
    """Return the Analysis with the file's codes made as edits, and what was found.

    The file is a REFI-QDA project, a Label Studio or doccano export, or a coded sheet, told by content. `coder` takes
    one coder's codings where several are in it; `key` reads an export with pseudonyms back. Raise SourceError, naming
    the place in the file, where it is damaged or of another run.
    """
    file = Path(path)
    coded = read_codings(file)
    if coded:
        matched = match(coded, analysis, key)
    else:
        matched = Matched(read_coded_sheet(file, analysis, claim_names(analysis, key)), alone=True)
    names = {name for by_coder in matched.codes.values() for name in by_coder} - {MACHINE}
    if coder:
        if coder not in names:
            raise SourceError(
                f"{file}: nothing is coded by {coder!r}; there are {', '.join(sorted(names)) or 'no coders'}."
            )
        matched.codes = _codes_of(coder, matched)
        names = {coder}
    report = Imported(str(file), matched, sorted(names))
    _decide(report, analysis, at)
    return edit(analysis, report.edits) if report.edits else analysis, report


def read_codings(path: Path) -> Coded | None:
    """Return what the file of another tool holds, told by content; None for what can only be a coded sheet."""
    try:
        with path.open("rb") as file:
            start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    except IsADirectoryError as error:
        raise SourceError(f"{path}: this is a folder. Name one file of codings.") from error
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}.") from error
    names = {b"P": "qdpx", b"[": "label-studio", b"{": "doccano"}
    name = names.get(start[:1])
    if name is None or (name == "qdpx" and (not start.startswith(b"PK") or _is_workbook(path))):
        return None
    read = FORMATS[name].read
    return read(path) if read else None


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _codes_of(coder: str, matched: Matched) -> dict[str, dict[str, dict[str, set[str]]]]:
    """Return the codes of one coder; beside those of the run itself where all share one coding."""
    if matched.alone:
        return {claim_id: {coder: by[coder]} for claim_id, by in matched.codes.items() if coder in by}
    return {
        claim_id: {who: given for who, given in by.items() if who in (coder, MACHINE)}
        for claim_id, by in matched.codes.items()
    }


def _decide(report: Imported, analysis: Analysis, at: str) -> None:
    """Add an edit for each claim and frame whose agreed side is not the run's, a conflict where coders disagree."""
    stances = analysis.stances
    keys = zip(stances["claim_id"], stances["frame"], strict=True)
    now = dict(zip(keys, stances["side"], strict=True))
    for claim_id, by_coder in report.matched.codes.items():
        for frame in analysis.codebook.frame_names:
            said = {who: given.get(frame, set()) for who, given in by_coder.items()}
            current = now.get((claim_id, frame), NO_STANCE)
            sides = _sides(said, alone=report.matched.alone)
            if len(sides) > 1:
                people = ", ".join(
                    f"{who} {'/'.join(sorted(s)) or NO_STANCE}" for who, s in said.items() if who != MACHINE
                )
                report.conflicts.append(f"{claim_id}, {frame}: coded differently ({people}), so it stays {current}")
                continue
            (side,) = sides
            if side != current:
                by = ", ".join(who for who, s in said.items() if who != MACHINE and (s or report.matched.alone))
                report.edits.append(Edit("recode", claims=(claim_id,), frame=frame, side=side, by=by, at=at))


def _sides(said: dict[str, set[str]], *, alone: bool) -> set[str]:
    """Return the sides that the coders gave, one where they agree; a person's coding goes before the machine's.

    >>> sorted(_sides({"Ann": {"pro"}, "Bo": set()}, alone=True))
    ['none', 'pro']
    >>> _sides({"argmine": {"con"}, "Bo": {"pro"}}, alone=False)
    {'pro'}
    """
    people = [sides for who, sides in said.items() if who != MACHINE]
    if alone:
        return set().union(*(sides or {NO_STANCE} for sides in people))
    return set().union(*people) or said.get(MACHINE, set()) or {NO_STANCE}
