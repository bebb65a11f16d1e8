"""Coded stretches of another tool's file to the claims of a run, by post and offset."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from argmine.errors import SourceError
from argmine.output.exchange.material import CodedClaim, Material, guid, label
from argmine.output.exchange.pseudonyms import pseudonymous
from argmine.output.exchange.units import UNITS, align, from_unit
from argmine.tables import SIDES

if TYPE_CHECKING:
    from argmine.analysis import Analysis
    from argmine.output.exchange.coded import Coded, Stretch

_HALF = 0.5

Given = dict[str, set[str]]
"""The sides that a coder gave a claim, by frame; empty where the coder looked and gave none."""


@dataclass
class Matched:
    """The codes by claim and coder, and what did not fit.

    `alone` says that each coder has a coding of their own, so that a frame left out is a judgement. `inexact` counts
    stretches that do not end where claims do; `unit` is set where offsets were read in another unit than the tool's.
    """

    codes: dict[str, dict[str, Given]]
    alone: bool
    unit: str = ""
    inexact: int = 0
    unmatched: list[str] = field(default_factory=list)
    unknown_labels: Counter[str] = field(default_factory=Counter)


def match(coded: Coded, analysis: Analysis, key: bytes | None = None) -> Matched:
    """Return the codes for the run's claims; a stretch goes to every claim that lies in it by half or more.

    With the run's key, a file exported with pseudonyms is matched too. Raise SourceError where no post is of this run.
    """
    return _Matching(coded, *_view(coded, analysis, key)).result()


def claim_names(analysis: Analysis, key: bytes | None) -> dict[str, str]:
    """Return the run's claim id for every claim id in its exports, pseudonymous ones where there is a key."""
    originals = analysis.claims["claim_id"].tolist()
    names = dict(zip(originals, originals, strict=True))
    if key:
        names |= dict(zip(pseudonymous(analysis, key).analysis.claims["claim_id"], originals, strict=True))
    return names


def _view(coded: Coded, analysis: Analysis, key: bytes | None) -> tuple[Material, dict[str, str]]:
    """Return the run as the file shows it, plain or pseudonymous, and for each claim id there the run's own."""
    for number in range(1 if key is None else 2):
        material = pseudonymous(analysis, key) if number and key else Material(analysis)
        ids = {post.post_id for post in material.posts}
        ids |= {guid("post", post_id) for post_id in ids}
        if any(name in ids or coded.aliases.get(name) in ids for name in coded.texts):
            originals = analysis.claims["claim_id"]
            return material, dict(zip(material.analysis.claims["claim_id"], originals, strict=True))
    raise SourceError(
        f"{coded.file}: none of its {len(coded.texts):,} posts is in this run. Name the run that it was exported from"
        + (", with its pseudonyms.key." if key is None else ".")
    )


class _Matching:
    """One file against one run. `home` gives a post's id by its name in the file, `places` its text's alignment."""

    def __init__(self, coded: Coded, material: Material, names: dict[str, str]) -> None:
        self.coded, self.material, self.names = coded, material, names
        self.matched = Matched({}, alone=coded.seen is not None)
        texts = {post.post_id: post.text for post in material.posts}
        by_guid = {guid("post", post_id): post_id for post_id in texts}
        self.home = {name: by_guid.get(name) or coded.aliases.get(name) or name for name in coded.texts}
        self.places: dict[str, list[int]] = {}
        for name, text in coded.texts.items():
            post_id = self.home[name]
            aligned = align(text, texts[post_id]) if post_id in texts else None
            if aligned is None:
                why = "its text was changed" if post_id in texts else "this run has no such post"
                self.matched.unmatched.append(f"{coded.file}: post {post_id}: {why}")
            else:
                self.places[name] = aligned

    def result(self) -> Matched:
        unit = self._best_unit()
        self.matched.unit = unit if unit != self.coded.unit else ""
        self._open_entries()
        frames = self.material.analysis.codebook.frame_names
        known = {label(frame, side).casefold(): (frame, side) for frame in frames for side in SIDES}
        for stretch in self.coded.stretches:
            chosen = known.get(_plain(stretch.label)) if stretch.label else None
            if stretch.post not in self.places:
                continue
            if stretch.label and not chosen:
                self.matched.unknown_labels[stretch.label] += 1
                continue
            self._give(stretch, chosen, unit)
        return self.matched

    def _open_entries(self) -> None:
        """Make an entry for each claim of each post that was looked at, and for each coder who did."""
        for name in self.places:
            coders = [coder for coder, seen in (self.coded.seen or {}).items() if name in seen]
            if coders or not self.matched.alone:
                for claim in self.material.claims_of.get(self.home[name], []):
                    self.matched.codes[self.names[claim.claim_id]] = {coder: defaultdict(set) for coder in coders}

    def _give(self, stretch: Stretch, chosen: tuple[str, str] | None, unit: str) -> None:
        claims, exact = self._covered(stretch, unit)
        if not claims:
            where = f"{stretch.start:,} to {stretch.end:,}"
            self.matched.unmatched.append(f"{stretch.place}: from {where} lies half of no claim that is coded")
            return
        self.matched.inexact += not exact
        for claim in claims:
            given = self.matched.codes[self.names[claim.claim_id]].setdefault(stretch.coder, defaultdict(set))
            if chosen:
                given[chosen[0]].add(chosen[1])

    def _covered(self, stretch: Stretch, unit: str) -> tuple[list[CodedClaim], bool]:
        """Return the claims that lie in the stretch by half, or the one that it lies in; and whether both ends fit."""
        found = self._in_post(stretch, unit)
        if found is None:
            return [], False
        start, end = found
        overlaps = [(c, min(end, c.end) - max(start, c.start)) for c in self._claims(stretch)]
        inside = [claim for claim, common in overlaps if common >= _HALF * (claim.end - claim.start)]
        touched = [claim for claim, common in overlaps if common > 0]
        if not inside and len(touched) == 1:
            inside = touched
        return inside, [(claim.start, claim.end) for claim in inside] == [found]

    def _claims(self, stretch: Stretch) -> list[CodedClaim]:
        return self.material.claims_of.get(self.home[stretch.post], [])

    def _in_post(self, stretch: Stretch, unit: str) -> tuple[int, int] | None:
        text, places = self.coded.texts[stretch.post], self.places[stretch.post]
        start, end = from_unit(text, [stretch.start, stretch.end], unit)
        return None if start is None or end is None or start >= end else (places[start], places[end])

    def _best_unit(self) -> str:
        """Return the unit in which the most stretches end where claims do; the tool's own where none is better."""
        hits: Counter[str] = Counter()
        for stretch in self.coded.stretches:
            if stretch.post in self.places:
                borders = {(claim.start, claim.end) for claim in self._claims(stretch)}
                hits.update(unit for unit in UNITS if self._in_post(stretch, unit) in borders)
        return max((self.coded.unit, *UNITS), key=lambda unit: hits[unit])


def _plain(name: str) -> str:
    """Return the label without differences that tools make in it.

    >>> _plain("Dogs / pro"), _plain("dogs:pro")
    ('dogs: pro', 'dogs: pro')
    """
    return re.sub(r"\s*[:/>]\s*", ": ", name.strip()).casefold()
