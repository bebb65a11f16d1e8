"""The split stage: posts in, claims and quotations out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from argmine.settings import Settings
from argmine.split import quotations
from argmine.split.duplicates import first_copies
from argmine.split.kinds import marks, rule_kind
from argmine.split.language import UNDECIDED, common, language
from argmine.split.layout import Span, blocks
from argmine.split.reading import Piece, pieces
from argmine.tables import CLAIMS, POSTS, conform, empty

if TYPE_CHECKING:
    import pandas as pd

READ_LANGUAGES = ("en", UNDECIDED)
"""Languages whose kinds the network was trained on; in others rules decide, without a confidence."""

_DEFAULTS = Settings()


def split(
    posts: pd.DataFrame,
    markup: pd.DataFrame | None = None,
    settings: Settings = _DEFAULTS,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (claims, quotations), the tables of those names; raise TableError for posts without the declared columns.

    The claims of a post that is ok hold all its non-space text, in order, and never overlap. `markup` is the reader's:
    post_id, start, end, how (italic, blockquote, aside, code, link), and where the thread says so source_post_id and
    source_author. `progress` is called with (posts done, posts).
    """
    posts = conform(posts, POSTS)
    if posts.empty:
        return empty(CLAIMS), quotations.table([], [], posts)
    texts = posts["text"].where(posts["status"] == "ok", "").tolist()
    spans = _spans(posts, markup)
    layouts = [blocks(text, spans[row]) for row, text in enumerate(texts)]
    order = order_of_appearance(posts["post_id"].tolist(), times_of(posts))
    thread = quotations.Thread(texts, _parents(posts), order, layouts)
    stretches = [
        stretch for row, text in enumerate(texts) for stretch in quotations.quoted(row, text, layouts[row], spans[row])
    ]
    stretches = _with_named(stretches, posts, markup)
    located = [
        (stretch, source)
        for stretch, source in zip(stretches, quotations.locate(stretches, thread), strict=True)
        if source or stretch.mark != "italic"
    ]
    quotes: list[list[tuple[int, int]]] = [[] for _ in texts]
    for stretch, source in located:
        if source or quotations.fills_block(stretch, texts[stretch.row], layouts[stretch.row]):
            quotes[stretch.row].append((stretch.start, stretch.end))
    cut = pieces(texts, layouts, quotes, settings.unit, progress)
    claims = _claims(posts, texts, cut, order, settings)
    return claims, quotations.table([stretch for stretch, _ in located], [source for _, source in located], posts)


def _claims(
    posts: pd.DataFrame, texts: Sequence[str], cut: Sequence[Sequence[Piece]], order: Sequence[int], settings: Settings
) -> pd.DataFrame:
    import pandas as pd

    ids = posts["post_id"].tolist()
    prefer = tuple(code.strip() for code in settings.languages.split(",") if code.strip())
    rows, owners = [], []
    spoken = _languages(posts["thread_id"].tolist(), texts, prefer)
    for row, parts in enumerate(cut):
        for part in parts:
            words = texts[row][part.start : part.end]
            code = language(words, prefer, spoken[row])
            kind, confidence = part.kind, part.confidence
            if kind != "quote" and code not in READ_LANGUAGES:
                kind, confidence = rule_kind(words), math.nan
            owners.append(row)
            rows.append(
                {
                    "claim_id": f"{ids[row]}:{part.start}",
                    "post_id": ids[row],
                    "start": part.start,
                    "end": part.end,
                    "kind": kind,
                    "kind_confidence": confidence,
                    "marks": marks(words) if kind == "claim" else "",
                    "language": code,
                    "text": words,
                }
            )
    quoted = [row["kind"] == "quote" for row in rows]
    copies = first_copies([row["text"] for row in rows], owners, quoted, texts, order)
    table = pd.DataFrame(rows, columns=CLAIMS.names)
    table["duplicate_of"] = [rows[copy]["claim_id"] if copy >= 0 else None for copy in copies]
    return conform(table, CLAIMS)


def _languages(threads: Sequence[str], texts: Sequence[str], prefer: tuple[str, ...]) -> list[str]:
    """Return the language of each post; one that cannot be told is taken for that of most of its thread."""
    found = [language(text, prefer) if text else UNDECIDED for text in texts]
    by_thread: dict[str, list[str]] = defaultdict(list)
    for thread, code in zip(threads, found, strict=True):
        by_thread[thread].append(code)
    usual = {thread: common(codes) for thread, codes in by_thread.items()}
    return [usual[thread] if code == UNDECIDED else code for thread, code in zip(threads, found, strict=True)]


def _spans(posts: pd.DataFrame, markup: pd.DataFrame | None) -> list[list[Span]]:
    spans: list[list[Span]] = [[] for _ in range(len(posts))]
    if markup is not None and len(markup):
        rows = {post_id: row for row, post_id in enumerate(posts["post_id"].tolist())}
        columns = (markup[name].tolist() for name in ("post_id", "start", "end", "how"))
        for post_id, start, end, how in zip(*columns, strict=True):
            if post_id in rows:
                spans[rows[post_id]].append((int(start), int(end), str(how)))
    return spans


def _with_named(
    stretches: list[quotations.Quoted], posts: pd.DataFrame, markup: pd.DataFrame | None
) -> list[quotations.Quoted]:
    """Return the stretches, those inside one whose source the thread names with that source."""
    names = ("post_id", "start", "end", "source_post_id", "source_author")
    if markup is None or not set(names) <= set(markup.columns):
        return stretches
    known = markup[markup["source_post_id"].notna() | markup["source_author"].notna()]
    if known.empty:
        return stretches
    rows = {post_id: row for row, post_id in enumerate(posts["post_id"].tolist())}
    named: dict[int, list[tuple[int, int, int | None, str | None]]] = defaultdict(list)
    for post_id, start, end, source, author in zip(*(known[name].tolist() for name in names), strict=True):
        if post_id in rows:
            named[rows[post_id]].append((start, end, rows.get(source), author if isinstance(author, str) else None))
    found = []
    for stretch in stretches:
        inside = [one for one in named.get(stretch.row, ()) if one[0] <= stretch.start and stretch.end <= one[1]]
        if inside:
            *_, row, author = min(inside, key=lambda one: one[1] - one[0])
            stretch = replace(stretch, named_row=row, named_author=author)
        found.append(stretch)
    return found


def _parents(posts: pd.DataFrame) -> list[int | None]:
    rows = {post_id: row for row, post_id in enumerate(posts["post_id"].tolist())}
    return [rows.get(parent) for parent in posts["parent_id"].tolist()]


def order_of_appearance(post_ids: Sequence[str], times: Sequence[int | None]) -> list[int]:
    """Return the place of each post: by its time where every post has one, else as they stand.

    >>> order_of_appearance(["a", "b", "c"], [30, 10, 20]), order_of_appearance(["a", "b"], [30, None])
    ([2, 0, 1], [0, 1])
    """
    places = list(range(len(post_ids)))
    known = [time for time in times if time is not None]
    if len(known) == len(post_ids):
        for place, row in enumerate(sorted(places, key=lambda row: (known[row], post_ids[row]))):
            places[row] = place
    return places


def times_of(posts: pd.DataFrame) -> list[int | None]:
    """Return the time of each post in microseconds since 1970, None where it has none."""
    known = posts["created_at"].notna()
    return posts["created_at"].astype("int64").astype(object).where(known, None).tolist()
