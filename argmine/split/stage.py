"""The split stage: posts in, claims and quotations out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from argmine.settings import Settings
from argmine.split import kinds, quotations
from argmine.split.boundaries import cuts
from argmine.split.duplicates import first_copies
from argmine.split.language import UNDECIDED, language
from argmine.split.layout import Block, Span, blocks, mask_markers
from argmine.tables import CLAIMS, POSTS, conform, empty

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]

_WORDLIKE = re.compile(r"\w")


@dataclass(frozen=True)
class Piece:
    """A stretch of a post that becomes a claim: offsets and the role of the block that holds it."""

    start: int
    end: int
    role: str


def split(
    posts: pd.DataFrame,
    markup: pd.DataFrame | None = None,
    settings: Settings = Settings(),
    *,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (claims, quotations), the tables of those names; raise TableError for posts without the declared columns.

    The claims of a post that is ok hold all its non-space text, in order, and never overlap. `markup` is the reader's:
    post_id, start, end, how (italic, blockquote, aside, code, link). `progress` is called with (posts done, posts).
    """
    posts = conform(posts, POSTS)
    if posts.empty:
        return empty(CLAIMS), quotations.table([], [], posts)
    texts = posts["text"].where(posts["status"] == "ok", "").tolist()
    spans = _spans(posts, markup)
    layouts = [blocks(text, spans[row]) for row, text in enumerate(texts)]
    order = _order(posts)
    thread = quotations.Thread(texts, _parents(posts), order, layouts)
    stretches = [
        stretch for row, text in enumerate(texts) for stretch in quotations.quoted(row, text, layouts[row], spans[row])
    ]
    sources = quotations.locate(stretches, thread)
    pieces = _pieces(texts, layouts, stretches, sources, settings.unit, progress)
    kept = [
        number
        for number, (stretch, source) in enumerate(zip(stretches, sources, strict=True))
        if stretch.mark != "italic" or source
    ]
    found = quotations.table([stretches[number] for number in kept], [sources[number] for number in kept], posts)
    return _claims(posts, texts, pieces, order, settings), found


def _claims(
    posts: pd.DataFrame, texts: list[str], pieces: list[list[Piece]], order: list[int], settings: Settings
) -> pd.DataFrame:
    import pandas as pd

    ids = posts["post_id"].tolist()
    prefer = tuple(code.strip() for code in settings.languages.split(",") if code.strip())
    rows = []
    owners = []
    for row, text in enumerate(texts):
        if not pieces[row]:
            continue
        inherited = language(text, prefer)
        for piece in pieces[row]:
            words = text[piece.start : piece.end]
            kind, confidence = _kind(words, piece.role)
            owners.append(row)
            rows.append(
                {
                    "claim_id": f"{ids[row]}:{piece.start}",
                    "post_id": ids[row],
                    "start": piece.start,
                    "end": piece.end,
                    "kind": kind,
                    "kind_confidence": confidence,
                    "marks": kinds.marks(words) if kind == "claim" else "",
                    "language": language(words, prefer, inherited),
                    "text": words,
                }
            )
    copies = first_copies([claim["text"] for claim in rows], owners, texts, order)
    for claim, copy in zip(rows, copies, strict=True):
        claim["duplicate_of"] = rows[copy]["claim_id"] if copy >= 0 else None
    return conform(pd.DataFrame(rows, columns=CLAIMS.names), CLAIMS)


def _kind(words: str, role: str) -> tuple[str, float]:
    if role == "quote":
        return "quote", 1.0
    if role == "code":
        return "other", 1.0
    return kinds.rule_kind(words)


def _pieces(
    texts: Sequence[str],
    layouts: Sequence[Sequence[Block]],
    stretches: Sequence[quotations.Quoted],
    sources: Sequence[quotations.Source | None],
    unit: str,
    progress: Progress | None,
) -> list[list[Piece]]:
    inline: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for stretch, source in zip(stretches, sources, strict=True):
        if source and stretch.mark in ("italic", "quotation marks"):
            inline[stretch.row].append((stretch.start, stretch.end))
    result = []
    for row, text in enumerate(texts):
        masked = mask_markers(text, layouts[row])
        result.append([piece for block in layouts[row] for piece in _block_pieces(masked, block, inline[row], unit)])
        if progress:
            progress(row + 1, len(texts))
    return result


def _block_pieces(text: str, block: Block, inline: Sequence[tuple[int, int]], unit: str) -> list[Piece]:
    """Return the pieces of one block: cut at the borders of sentences and claims, and of located quotations in it."""
    if block.role == "code":
        return [Piece(block.start, block.end, "code")]
    starts = {offset: block.role for offset in cuts(text, block.start, block.end, unit)}
    for start, end in inline:
        if block.start <= start and end <= block.end:
            starts = {offset: role for offset, role in starts.items() if not start <= offset < end}
            starts[start] = "quote"
            starts.setdefault(end, block.role)
    starts.setdefault(block.start, block.role)
    borders = sorted(starts)
    pieces: list[Piece] = []
    for start, end in zip(borders, [*borders[1:], block.end], strict=True):
        stripped = text[start:end].strip()
        if not stripped and start != block.start:
            continue
        first = start if start == block.start else start + len(text[start:end]) - len(text[start:end].lstrip())
        last = start + len(text[start:end].rstrip())
        if pieces and not _WORDLIKE.search(stripped):
            pieces[-1] = Piece(pieces[-1].start, last, pieces[-1].role)
        elif last > first:
            pieces.append(Piece(first, last, starts[start]))
    return pieces or [Piece(block.start, block.end, block.role)]


def _spans(posts: pd.DataFrame, markup: pd.DataFrame | None) -> list[list[Span]]:
    spans: list[list[Span]] = [[] for _ in range(len(posts))]
    if markup is not None and len(markup):
        rows = {post_id: row for row, post_id in enumerate(posts["post_id"].tolist())}
        columns = (markup[name].tolist() for name in ("post_id", "start", "end", "how"))
        for post_id, start, end, how in zip(*columns, strict=True):
            if post_id in rows:
                spans[rows[post_id]].append((int(start), int(end), str(how)))
    return spans


def _parents(posts: pd.DataFrame) -> list[int | None]:
    rows = {post_id: row for row, post_id in enumerate(posts["post_id"].tolist())}
    return [rows.get(parent) for parent in posts["parent_id"].tolist()]


def _order(posts: pd.DataFrame) -> list[int]:
    """Return the place of each post in order of appearance: by time where every post has one, else as they stand."""
    if posts["created_at"].isna().any():
        return list(range(len(posts)))
    ranked = posts.sort_values(["created_at", "post_id"], kind="stable").index.tolist()
    places = [0] * len(ranked)
    for place, row in enumerate(ranked):
        places[row] = place
    return places
