"""Two runs to what differs between them: posts, claims, codes, shares, groups, and how each run was made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.diff.groups import groups
from argmine.diff.shares import shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from argmine.analysis import Analysis

NO_CODE = "none"
# What can change codes and groups while the text stays the same; of the settings, all but those on reading.
_METHOD = ("argmine", "settings.", "codebook.", "encoder.name", "encoder.sha256", "coder.", "groups.", "edits by hand")
_NOT_COMPARED = ("timing", "counts", "coverage", "corrections", "edits", "edits_in_conflict", "codebook")
_INDIFFERENT = tuple(
    f"settings.{name}"
    for name in ("offline", "timeout_s", "hn_api", "allow_private", "refresh", "cache_dir", "accept_terms", "coder_url")
)


@dataclass(frozen=True, repr=False)
class Diff:
    """What differs between runs A and B, as tables. `str(diff)` is the account that `argmine diff` prints.

    `posts`: post_id, change (added, gone, changed), author, text.
    `claims`: claim_id, change (added, gone), why, author, text; of the counted claims.
    `codes`: claim_id, frame, a, b, author, text; of claims counted in both, where the code differs.
    `shares`: see `argmine.diff.shares.shares`. `groups`: see `argmine.diff.groups.groups`.
    `made`: what, a, b; how the runs were made, where that differs.
    """

    a: Analysis
    b: Analysis
    posts: pd.DataFrame
    claims: pd.DataFrame
    codes: pd.DataFrame
    shares: pd.DataFrame
    groups: pd.DataFrame
    made: pd.DataFrame
    n_same_posts: int
    n_same_claims: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs: not the tables, and not how they were made."""
        tables = (self.posts, self.claims, self.codes, self.made, self.changed_groups())
        return all(table.empty for table in tables)

    @property
    def made_differently(self) -> bool:
        """Whether the runs differ in something that can change codes and groups of the same text."""
        named = [name for name in self.made["what"] if name not in _INDIFFERENT]
        return any(name.startswith(_METHOD) for name in named)

    def changed_groups(self) -> pd.DataFrame:
        """Return the groups that are not the same in both runs."""
        return self.groups[self.groups["change"] != "same"]

    def write(self, path: str | Path) -> Path:
        """Write the account as a page: one HTML file that asks no host for anything. Return its path."""
        from argmine.diff.page import write_diff

        return write_diff(self, Path(path))

    def __str__(self) -> str:
        from argmine.diff.words import lines

        return "\n".join(lines(self))

    __repr__ = __str__


def compare(a: Analysis, b: Analysis) -> Diff:
    """Return what differs between two runs, of one thread or of two.

    A post is the same where its identifier and its text are; a claim, where its place in such a post is. Where no post
    is the same, these are two threads: everything is gone or added, and groups are not matched.
    """
    texts_a, texts_b = _texts(a), _texts(b)
    same_posts = {post_id for post_id, text in texts_a.items() if texts_b.get(post_id) == text}
    shared = {claim_id for claim_id, _ in _places(a.claims, same_posts) & _places(b.claims, same_posts)}
    counted_a, counted_b = (set(run.counted_claims()["claim_id"]) & shared for run in (a, b))
    both = counted_a & counted_b
    return Diff(
        a=a,
        b=b,
        posts=_posts(a, b, same_posts),
        claims=_claims(a, b, shared, both),
        codes=_codes(a, b, both),
        shares=shares(a, b, same_posts),
        groups=groups(a, b, shared),
        made=_made(a, b),
        n_same_posts=len(same_posts),
        n_same_claims=len(both),
    )


def _texts(run: Analysis) -> dict[str, tuple[str, str]]:
    columns = (run.posts[name] for name in ("post_id", "status", "text"))
    return {post_id: (status, text) for post_id, status, text in zip(*columns, strict=True)}


def _places(claims: pd.DataFrame, same_posts: set[str]) -> set[tuple[str, int]]:
    """Return identifier and end of the claims of the posts that are the same; the identifier holds post and start."""
    kept = claims[claims["post_id"].isin(same_posts)]
    return set(zip(kept["claim_id"], kept["end"], strict=True))


def _posts(a: Analysis, b: Analysis, same_posts: set[str]) -> pd.DataFrame:
    import pandas as pd

    known_a, known_b = set(a.posts["post_id"]), set(b.posts["post_id"])
    gone = a.posts[~a.posts["post_id"].isin(known_b if same_posts else set())].assign(change="gone")
    added = b.posts[~b.posts["post_id"].isin(known_a if same_posts else set())].assign(change="added")
    changed = b.posts[b.posts["post_id"].isin(known_a - same_posts) & bool(same_posts)].assign(change="changed")
    return pd.concat([added, gone, changed])[["post_id", "change", "author", "text"]].reset_index(drop=True)


def _claims(a: Analysis, b: Analysis, shared: set[str], both: set[str]) -> pd.DataFrame:
    """Return the counted claims of one run that the other does not count, each with why."""
    import pandas as pd

    found = []
    for run, other, change in ((b, a, "added"), (a, b, "gone")):
        mine = run.counted_claims()
        mine = mine[~mine["claim_id"].isin(both)].merge(run.posts[["post_id", "author"]], on="post_id")
        mine_texts, other_texts = _texts(run), _texts(other)
        why = [
            "counted in one run only" if claim_id in shared else _why(post_id, mine_texts, other_texts)
            for claim_id, post_id in zip(mine["claim_id"], mine["post_id"], strict=True)
        ]
        found.append(mine.assign(change=change, why=why))
    return pd.concat(found)[["claim_id", "change", "why", "author", "text"]].reset_index(drop=True)


def _why(post_id: str, mine: dict[str, tuple[str, str]], other: dict[str, tuple[str, str]]) -> str:
    if post_id not in other:
        return "its post is in one run only"
    return "its post was changed" if mine[post_id] != other[post_id] else "split at another place"


def _codes(a: Analysis, b: Analysis, both: set[str]) -> pd.DataFrame:
    """Return the codes that differ, on the frames that both codebooks have."""
    import pandas as pd

    frames = [name for name in a.codebook.frame_names if name in b.codebook.frame_names]
    sides_a, sides_b = (
        {(claim, frame): side for claim, frame, side in zip(*columns, strict=True)}
        for columns in ([run.stances[name] for name in ("claim_id", "frame", "side")] for run in (a, b))
    )
    claims = b.claims[b.claims["claim_id"].isin(both)].merge(b.posts[["post_id", "author"]], on="post_id")
    rows = [
        (claim_id, frame, before, after, author, text)
        for claim_id, author, text in zip(*(claims[name] for name in ("claim_id", "author", "text")), strict=True)
        for frame in frames
        for before, after in [(sides_a.get((claim_id, frame), NO_CODE), sides_b.get((claim_id, frame), NO_CODE))]
        if before != after
    ]
    return pd.DataFrame(rows, columns=["claim_id", "frame", "a", "b", "author", "text"])


def _made(a: Analysis, b: Analysis) -> pd.DataFrame:
    """Return how the runs were made, where that differs; a value that one run does not have is empty."""
    import pandas as pd

    made_a, made_b = (_described(run) for run in (a, b))
    names = list(dict.fromkeys([*made_a, *made_b]))
    rows = [(name, made_a.get(name, ""), made_b.get(name, "")) for name in names]
    return pd.DataFrame([row for row in rows if row[1] != row[2]], columns=["what", "a", "b"])


def _described(run: Analysis) -> dict[str, str]:
    manifest = {name: value for name, value in run.manifest.items() if name not in _NOT_COMPARED}
    manifest["groups"] = {"method": run.manifest["groups"]["method"]}
    manifest["codebook"] = {"name": run.codebook.name, "sha256": run.codebook.sha256}
    manifest["edits by hand"] = len(run.edits)
    return dict(_flat(manifest))


def _flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", ", ".join(map(str, value)) if isinstance(value, list) else str(value)
