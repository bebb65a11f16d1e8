"""The flat table of coded claims: one row a claim, a column a frame; the same in CSV, Parquet, Excel and JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from argmine.errors import CodebookError
from argmine.tables import SIDES, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from argmine.output.exchange.material import Material

COLUMNS = (
    Column("claim_id", "string", "identifier of the claim"),
    Column("post_id", "string", "post that holds it"),
    Column("start", "integer", "first code point in the post's text"),
    Column("end", "integer", "code point after its last"),
    Column("kind", "string", "claim, question, quote or other"),
    Column("language", "string", "ISO 639-1 code; und where it cannot be told"),
    Column("text", "string", "the claim; verbatim unless the next column says no"),
    Column(
        "verbatim", "string", "yes; no where a user name in it is masked or a character cannot be held by the format"
    ),
    Column("author", "string", "author of the post; empty where unknown"),
    Column("created_at", "string", "time of posting, UTC, ISO 8601"),
    Column("url", "string", "permalink of the post"),
    Column("parent_id", "string", "post that the post answers"),
    Column("duplicate_of", "string", "claim that this one repeats; it is then counted once, there"),
    Column("cluster_id", "string", "group of the claim"),
    Column("cluster_name", "string", "name of the group"),
)


def columns(material: Material) -> list[Column]:
    """Return the columns of the flat table: the fixed ones, then for each frame its side and its confidence.

    Raise CodebookError where a frame has the name of a fixed column.
    """
    found = list(COLUMNS)
    taken = {column.name for column in COLUMNS} & set(material.analysis.codebook.frame_names)
    if taken:
        raise CodebookError(
            f"a frame is called {min(taken)!r}, as a column of the export is. Rename it in the codebook."
        )
    for frame in material.analysis.codebook.frames:
        found.append(Column(frame.name, "string", f"side toward: {frame.proposition}; empty for none", allowed=SIDES))
        found.append(Column(f"{frame.name}_confidence", "number", "how sure the coder is, 0 to 1"))
    return found


def rows(material: Material) -> list[dict[str, Any]]:
    """Return a row a claim, with None for what is empty."""
    found = []
    for claim in material.claims:
        row: dict[str, Any] = {
            name: getattr(claim, name)
            for name in ("claim_id", "start", "end", "kind", "language", "text", "duplicate_of", "cluster_id")
        }
        post = claim.post
        row |= {name: getattr(post, name) for name in ("post_id", "author", "created_at", "url", "parent_id")}
        row |= {"verbatim": "yes" if claim.verbatim else "no", "cluster_name": claim.cluster_name}
        for frame in material.analysis.codebook.frame_names:
            row[frame], row[f"{frame}_confidence"] = claim.sides.get(frame, (None, None))
        found.append(row)
    return found


def in_order(columns: Sequence[Column], row: dict[str, Any]) -> list[Any]:
    """Return the row's values in the columns' order."""
    return [row[column.name] for column in columns]
