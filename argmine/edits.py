"""Edits by hand: rename, merge and split groups, recode a claim. Each gives a new Analysis and a line in its log.

The log is `manifest["edits"]`, so it lies in run.json of the run folder. Because ids derive from the thread, it can be
replayed on a run that was made again; what no longer fits is listed, and kept under `manifest["edits_in_conflict"]`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from argmine import tables
from argmine.errors import EditError, RunError
from argmine.tables import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas as pd

    from argmine.analysis import Analysis

NO_STANCE = "none"
HAND_CODED = 1.0
"""Confidence of a side that a person gave."""


@dataclass(frozen=True)
class Edit:
    """One line of the log. `texts` is a hash of the claims' texts: a claim that was rewritten since is a conflict."""

    action: str
    groups: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    name: str = ""
    frame: str = ""
    side: str = ""
    texts: str = ""
    by: str = ""
    at: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the values that are set, as JSON holds them."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items() if v}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Edit:
        """Return the edit that `as_dict` described; raise EditError for anything else."""
        known = {field.name for field in fields(cls)}
        if not isinstance(values, dict) or not set(values) <= known or values.get("action") not in _ACTIONS:
            raise EditError(f"the log holds {values!r}, which is no edit. Was run.json changed by hand?")
        given: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
        return cls(**given)

    def __str__(self) -> str:
        what = {
            "rename": f"{' '.join(self.groups)} to {self.name!r}",
            "merge": f"{' '.join(self.groups)}",
            "split": f"{' '.join(self.groups)}: {len(self.claims)} claims",
            "recode": f"{' '.join(self.claims)}: {self.frame} {self.side}",
        }[self.action]
        return f"{self.action} {what}"


@dataclass(frozen=True)
class Conflict:
    """An edit that does not fit the run, and why."""

    edit: Edit
    reason: str

    def __str__(self) -> str:
        return f"{self.edit}: {self.reason}"


def edit(analysis: Analysis, edits: Sequence[Edit]) -> Analysis:
    """Return the Analysis with the edits made and logged, in order; raise EditError at the first that does not fit."""
    changed = analysis
    signed = []
    for one in edits:
        one = one if one.texts else replace(one, texts=_texts(analysis, one.claims))
        changed = _ACTIONS[one.action](changed, one)
        signed.append(one)
    return _refreshed(analysis, changed, signed)


def replay(analysis: Analysis, edits: Iterable[Edit]) -> tuple[Analysis, list[Conflict]]:
    """Return the Analysis with every edit that fits it made, and the conflicts: those that do not."""
    changed = analysis
    made, conflicts = [], []
    for one in edits:
        try:
            if one.texts and one.texts != _texts(analysis, one.claims):
                raise EditError("the text of a claim has changed since")
            changed = _ACTIONS[one.action](changed, one)
            made.append(one)
        except EditError as error:
            conflicts.append(Conflict(one, str(error)))
    if conflicts:
        kept = [*changed.manifest.get("edits_in_conflict", []), *(c.edit.as_dict() for c in conflicts)]
        changed = replace(changed, manifest=changed.manifest | {"edits_in_conflict": kept})
    return _refreshed(analysis, changed, made), conflicts


def edits_of(analysis: Analysis) -> list[Edit]:
    """Return the log of the Analysis, the oldest edit first."""
    return [Edit.from_dict(values) for values in analysis.manifest.get("edits", [])]


def logged_edits(folder: Path) -> list[Edit]:
    """Return the log of a run folder, also of edits in conflict; empty where there is no run or no edit.

    Raise RunError where run.json cannot be read, EditError where the log in it is none.
    """
    path = folder / "run.json"
    if not path.exists():
        return []
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: cannot be read: {error}.") from error
    found = [*manifest.get("edits", []), *manifest.get("edits_in_conflict", [])] if isinstance(manifest, dict) else []
    return [Edit.from_dict(values) for values in found]


def keep_edits(analysis: Analysis, folder: Path) -> tuple[Analysis, list[str]]:
    """Return the Analysis with the edits of the run in that folder made again, and what to tell of it, a line each."""
    logged = logged_edits(folder)
    if not logged:
        return analysis, []
    changed, conflicts = replay(analysis, logged)
    lines = [f"{len(logged) - len(conflicts):,} of {len(logged):,} edits of {folder} made again"]
    return changed, lines + [f"not made again: {conflict}" for conflict in conflicts]


def _rename(analysis: Analysis, one: Edit) -> Analysis:
    (group,) = _known_groups(analysis, one, 1)
    if not one.name.strip():
        raise EditError("a group needs a name that is not empty.")
    clusters = analysis.clusters
    names = clusters["name"].where(clusters["cluster_id"] != group, " ".join(one.name.split()))
    return replace(analysis, clusters=clusters.assign(name=names))


def _merge(analysis: Analysis, one: Edit) -> Analysis:
    groups = _known_groups(analysis, one, 2)
    claims, clusters = analysis.claims, analysis.clusters
    moved = claims["cluster_id"].where(~claims["cluster_id"].isin(groups), groups[0])
    left = clusters[~clusters["cluster_id"].isin(groups[1:])]
    changed = replace(analysis, claims=tables.conform(claims.assign(cluster_id=moved), tables.CLAIMS), clusters=left)
    changed = _described(changed, [groups[0]])
    return _rename(changed, replace(one, groups=(groups[0],))) if one.name else changed


def _split(analysis: Analysis, one: Edit) -> Analysis:
    import pandas as pd

    (group,) = _known_groups(analysis, one, 1)
    claims = analysis.claims
    inside = set(claims.loc[claims["cluster_id"] == group, "claim_id"])
    outside = [claim_id for claim_id in one.claims if claim_id not in inside]
    if outside or not one.claims:
        missing = outside[0] if outside else "no claim"
        raise EditError(f"group {group} does not hold {missing}. Name claims that are in it.")
    if len(set(one.claims)) == len(inside):
        raise EditError(f"all {len(inside)} claims of group {group} would leave it. Rename it instead.")
    new = "g" + hashlib.sha256("\0".join(sorted(set(one.claims))).encode()).hexdigest()[:6]
    if new in set(analysis.clusters["cluster_id"]):
        raise EditError(f"these claims have been split off before, as group {new}.")
    moved = claims["cluster_id"].where(~claims["claim_id"].isin(one.claims), new)
    row = {"cluster_id": new, "name": "", "keyphrases": "", "n_claims": 0, "n_authors": 0, "stability": None}
    clusters = pd.DataFrame([*analysis.clusters.astype(object).to_dict("records"), row], columns=tables.CLUSTERS.names)
    changed = replace(
        analysis,
        claims=tables.conform(claims.assign(cluster_id=moved), tables.CLAIMS),
        clusters=tables.conform(clusters, tables.CLUSTERS),
    )
    changed = _described(changed, [group, new], unnamed=new)
    return _rename(changed, replace(one, groups=(new,))) if one.name else changed


def _recode(analysis: Analysis, one: Edit) -> Analysis:
    import pandas as pd

    (claim_id,) = one.claims
    analysis_frames = analysis.codebook.frame_names
    kinds = dict(zip(analysis.claims["claim_id"], analysis.claims["kind"], strict=True))
    if claim_id not in kinds:
        raise EditError(f"there is no claim {claim_id!r} in this run.")
    if kinds[claim_id] not in ("claim", "question"):
        raise EditError(f"{claim_id} is of the kind {kinds[claim_id]}; only claims and questions are coded.")
    if one.frame not in analysis_frames:
        raise EditError(f"there is no frame {one.frame!r}; the codebook has {', '.join(analysis_frames)}.")
    if one.side not in (*SIDES, NO_STANCE):
        raise EditError(f"the side is {one.side!r}; choose one of {', '.join(SIDES)}, or {NO_STANCE}.")
    stances = analysis.stances
    left = stances[(stances["claim_id"] != claim_id) | (stances["frame"] != one.frame)]
    if one.side != NO_STANCE:
        row = {"claim_id": claim_id, "frame": one.frame, "side": one.side, "confidence": HAND_CODED}
        left = tables.conform(pd.DataFrame([*left.to_dict("records"), row]), tables.STANCES)
    return replace(analysis, stances=left)


_ACTIONS = {"rename": _rename, "merge": _merge, "split": _split, "recode": _recode}


def _known_groups(analysis: Analysis, one: Edit, least: int) -> tuple[str, ...]:
    groups = tuple(dict.fromkeys(one.groups))
    known = set(analysis.clusters["cluster_id"])
    for group in groups:
        if group not in known:
            raise EditError(f"there is no group {group!r} in this run; tables/clusters.csv lists them.")
    if len(groups) < least:
        raise EditError(f"to {one.action} takes {least} different groups or more; {len(groups)} is named.")
    return groups


def _described(analysis: Analysis, groups: Sequence[str], unnamed: str = "") -> Analysis:
    """Return the Analysis with these groups counted and described anew; a group made by hand has no stability."""
    from argmine.cluster.names import distinctive_phrases, most_central, shorten

    claims = analysis.claims.merge(analysis.posts[["post_id", "author"]], on="post_id", how="left")
    rows: list[dict[str, Any]] = [dict(row) for _, row in analysis.clusters.astype(object).iterrows()]
    members = {row["cluster_id"]: claims[claims["cluster_id"] == row["cluster_id"]] for row in rows}
    phrases = distinctive_phrases([" ".join(found["text"]) for found in members.values()])
    for row, words in zip(rows, phrases, strict=True):
        mine = members[row["cluster_id"]]
        if row["cluster_id"] in groups:
            row |= {"n_claims": len(mine), "n_authors": mine["author"].nunique(), "stability": None}
            row["keyphrases"] = "; ".join(words)
        if row["cluster_id"] == unnamed:
            texts = mine["text"].tolist()
            row["name"] = shorten(texts[most_central(analysis.vectors[mine.index], texts)])
    return replace(analysis, clusters=_clusters(rows))


def _clusters(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    ordered = sorted(rows, key=lambda row: (-int(row["n_claims"]), row["cluster_id"]))
    return tables.conform(pd.DataFrame(ordered, columns=tables.CLUSTERS.names), tables.CLUSTERS)


def _texts(analysis: Analysis, claims: Sequence[str]) -> str:
    """Return a hash of the claims' texts; of a claim that is not there, the empty text."""
    if not claims:
        return ""
    texts = dict(zip(analysis.claims["claim_id"], analysis.claims["text"], strict=True))
    joined = "\0".join(texts.get(claim_id, "") for claim_id in claims)
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def _refreshed(before: Analysis, changed: Analysis, made: Sequence[Edit]) -> Analysis:
    """Return the changed Analysis with its stances in order, its quotes chosen anew, its counts and log brought up."""
    from argmine.quotes import choose_quotes, failed_quotes

    if not made:
        return changed
    stances = _in_order(changed)
    quotes = choose_quotes(
        changed.posts,
        changed.claims,
        stances,
        changed.clusters,
        changed.vectors,
        changed.manifest["settings"]["quotes_per_list"],
    )
    log = [*before.manifest.get("edits", []), *(one.as_dict() for one in made)]
    recoded = len({(e["claims"][0], e["frame"]) for e in log if e["action"] == "recode"})
    coder = changed.manifest["coder"]
    machine = coder.get("machine", coder["name"])
    if recoded:
        sides = "side" if recoded == 1 else "sides"
        coder = coder | {"machine": machine, "name": f"{machine}; {recoded:,} {sides} given by hand"}
    result = replace(changed, stances=stances, quotes=quotes)
    counted = result.counted_claims()
    in_a_frame = int(counted["claim_id"].isin(stances["claim_id"]).sum())
    counts = changed.manifest["counts"] | {
        "claims_in_a_frame": in_a_frame,
        "share_in_a_frame": round(in_a_frame / len(counted), 4) if len(counted) else 0.0,
        "claims_in_a_group": int(counted["cluster_id"].notna().sum()),
        "quotes_checked": len(changed.claims) + len(quotes),
        "quotes_failed": failed_quotes(changed.posts, changed.claims) + failed_quotes(changed.posts, quotes),
    }
    manifest = changed.manifest | {"coder": coder, "counts": counts, "edits": log}
    if any(one.action == "recode" for one in made):  # shares that were corrected belong to the codes as they were
        manifest.pop("corrections", None)
    return replace(result, manifest=manifest)


def _in_order(analysis: Analysis) -> pd.DataFrame:
    """Return the stances in the order of claims and frames, as the coder gives them."""
    claim_place = {claim_id: row for row, claim_id in enumerate(analysis.claims["claim_id"])}
    frame_place = {name: order for order, name in enumerate(analysis.codebook.frame_names)}
    places = analysis.stances.assign(
        claim_id=analysis.stances["claim_id"].map(claim_place), frame=analysis.stances["frame"].map(frame_place)
    )
    order = places.sort_values(["claim_id", "frame"], kind="stable").index
    return tables.conform(analysis.stances.loc[order], tables.STANCES)
