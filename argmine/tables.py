"""The columns of every table, declared once: name, type, unit, meaning.

`conform` holds a table to its declaration wherever one crosses a border, and the data dictionary beside each export is
written from the same declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from argmine.errors import TableError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from pandas.api.extensions import ExtensionArray, ExtensionDtype

ColumnType = Literal["string", "integer", "number", "datetime"]

STATUSES = ("ok", "deleted", "removed", "dead", "stub")
KINDS = ("claim", "question", "quote", "other")
SIDES = ("pro", "con", "neutral", "unclear")
MARKS = ("hedged", "conditional", "reported")

_PANDAS_TYPES: dict[ColumnType, Any] = {
    "string": "str",
    "integer": "Int64",
    "number": "float64",
    "datetime": "datetime64[us, UTC]",
}


@dataclass(frozen=True)
class Column:
    """One column: its type, what it means, and whether a cell may be empty (an empty text is then a missing value)."""

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its key, its columns in order."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The column names, in order."""
        return [column.name for column in self.columns]


POSTS = Table(
    "posts",
    "a post or comment, in reading order",
    ("post_id",),
    (
        Column(
            "post_id", "string", "identifier given by the source, or derived from position or content", required=True
        ),
        Column("thread_id", "string", "identifier of the thread", required=True),
        Column("parent_id", "string", "post that this one answers; empty for a root or where the source does not say"),
        Column("author", "string", "name of the author; empty where unknown"),
        Column("created_at", "datetime", "time of posting, UTC"),
        Column("score", "number", "votes, points or likes, as the source counts them"),
        Column("depth", "integer", "steps from the root of its tree; 0 for a root", required=True),
        Column("url", "string", "permalink"),
        Column("status", "string", "ok, or why there is no opinion to read", required=True, allowed=STATUSES),
        Column("text", "string", "the post as plain text, verbatim; empty unless status is ok", required=True),
    ),
)

QUOTATIONS = Table(
    "quotations",
    "a stretch of a post that repeats somebody else",
    ("post_id", "start", "end"),
    (
        Column("post_id", "string", "post that holds the stretch", required=True),
        Column("start", "integer", "first code point of the stretch in the post's text", required=True),
        Column("end", "integer", "code point after its last", required=True),
        Column("source_post_id", "string", "post that it repeats; empty where it was not found"),
        Column("source_start", "integer", "first code point of the repeated stretch in the source post"),
        Column("source_end", "integer", "code point after its last"),
        Column("source_author", "string", "author of the source post"),
        Column("how", "string", "how the stretch is marked as quoted and how its source was found", required=True),
    ),
)

CLAIMS = Table(
    "claims",
    "a stretch of a post in its author's own words, or a quotation, marked so",
    ("claim_id",),
    (
        Column("claim_id", "string", "post_id, a colon, and the stretch's first code point", required=True),
        Column("post_id", "string", "post that holds it", required=True),
        Column("start", "integer", "first code point in the post's text", required=True),
        Column("end", "integer", "code point after its last", required=True),
        Column("kind", "string", "claim, question, quote or other", required=True, allowed=KINDS),
        Column("kind_confidence", "number", "probability of the kind, 0 to 1"),
        Column(
            "marks", "string", f"what keeps a reader from misreading it: any of {', '.join(MARKS)}, space-separated"
        ),
        Column("language", "string", "ISO 639-1 code; und where it cannot be told", required=True),
        Column("text", "string", "posts.text[start:end], verbatim", required=True),
        Column("duplicate_of", "string", "claim that this one repeats; it is then counted once, there"),
        Column("cluster_id", "string", "group of the claim; empty where it is in none"),
        Column("unassigned_reason", "string", "why the claim is in no group"),
        Column("x", "number", "horizontal position on the map, no unit"),
        Column("y", "number", "vertical position on the map, no unit"),
    ),
)

STANCES = Table(
    "stances",
    "a claim that speaks to a frame",
    ("claim_id", "frame"),
    (
        Column("claim_id", "string", "the claim", required=True),
        Column("frame", "string", "name of the frame in the codebook", required=True),
        Column(
            "side",
            "string",
            "side toward the frame's proposition; unclear where undecided",
            required=True,
            allowed=SIDES,
        ),
        Column("confidence", "number", "how sure the coder is, 0 to 1", required=True),
    ),
)

CLUSTERS = Table(
    "clusters",
    "a group of claims found without the codebook",
    ("cluster_id",),
    (
        Column("cluster_id", "string", "identifier of the group, derived from its most central claim", required=True),
        Column("name", "string", "a central claim that holds its key phrases, shortened", required=True),
        Column("keyphrases", "string", "its most distinctive phrases, separated by semicolons", required=True),
        Column("n_claims", "integer", "claims in it, duplicates counted once", required=True),
        Column("n_authors", "integer", "distinct known authors of its claims", required=True),
        Column("stability", "number", "mean best Jaccard overlap of the group over resamples, 0 to 1"),
    ),
)

QUOTES = Table(
    "quotes",
    "a chosen quotation for the report",
    ("frame", "side", "cluster_id", "rank"),
    (
        Column("frame", "string", "frame it was chosen for; empty for a group's quote"),
        Column("side", "string", "side it was chosen for", allowed=SIDES),
        Column("cluster_id", "string", "group it was chosen for; empty for a frame's quote"),
        Column("rank", "integer", "1 is the most representative", required=True),
        Column("claim_id", "string", "the claim quoted", required=True),
        Column("post_id", "string", "post that holds it", required=True),
        Column("start", "integer", "first code point in the post's text", required=True),
        Column("end", "integer", "code point after its last", required=True),
        Column("text", "string", "posts.text[start:end], verbatim", required=True),
        Column("author", "string", "author of the post; empty where unknown"),
        Column("url", "string", "permalink of the post"),
        Column(
            "representativeness",
            "number",
            "how many times as frequent claims near it are in its group as outside; empty for a frame's quote",
        ),
        Column(
            "significance",
            "number",
            "z of that difference, a two-proportion test with pseudo-counts; empty for a frame's quote",
        ),
    ),
)

TABLES = (POSTS, QUOTATIONS, CLAIMS, STANCES, CLUSTERS, QUOTES)


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return a new table with exactly the declared columns, in order and of the declared types.

    An optional column that is absent comes back empty, and so does an empty text in it. Raise TableError for an absent
    required column, a missing value in one, a value of the wrong type, or one that is not allowed.
    """
    import pandas as pd

    columns = {}
    plain = isinstance(frame.index, pd.RangeIndex) and frame.index.start == 0 and frame.index.step == 1
    for column in table.columns:
        if column.name not in frame.columns:
            if column.required and len(frame):
                present = ", ".join(map(str, frame.columns))
                raise TableError(f"table {table.name}: column {column.name} is missing. It has: {present}.")
            values = pd.Series([None] * len(frame), dtype=object)
        else:
            values = frame[column.name] if plain else frame[column.name].reset_index(drop=True)
        columns[column.name] = _cast(values, column, table)
    return pd.DataFrame(columns, columns=table.names)


def empty(table: Table) -> pd.DataFrame:
    """Return the table with no rows."""
    import pandas as pd

    return conform(pd.DataFrame(columns=table.names), table)


def _cast(values: pd.Series, column: Column, table: Table) -> ExtensionArray:
    import numpy as np
    import pandas as pd

    cast: ExtensionArray
    wanted = _dtype(column.type)
    try:
        if values.dtype == wanted:
            cast = values.array
        elif column.type == "datetime":
            cast = pd.to_datetime(values, utc=True).astype(wanted).array
        elif column.type == "number":
            cast = pd.to_numeric(values).astype(wanted).array
        else:
            cast = values.astype(wanted).array
    except (TypeError, ValueError) as error:
        raise TableError(
            f"table {table.name}: column {column.name} should hold {column.type} values: {error}."
        ) from error
    if column.type == "string" and not column.required:
        blank = np.asarray(cast == "")  # type: ignore[comparison-overlap]  # of each value
        if blank.any():
            cast = cast.copy()
            cast[blank] = None
    if column.required and (missing := cast.isna()).any():
        raise TableError(f"table {table.name}: column {column.name} is empty in row {int(missing.argmax())}.")
    if column.allowed:
        wrong = [value for value in cast.dropna().unique() if value not in column.allowed]
        if wrong:
            allowed = ", ".join(column.allowed)
            raise TableError(f"table {table.name}: column {column.name} holds {wrong[0]!r}; allowed: {allowed}.")
    return cast


@cache
def _dtype(type_: ColumnType) -> ExtensionDtype | np.dtype[Any]:
    import pandas as pd

    return pd.api.types.pandas_dtype(_PANDAS_TYPES[type_])
