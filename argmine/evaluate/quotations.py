"""How many quoted paragraphs of a real thread are found in the post that they answer, and why the rest are not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from argmine.errors import SourceError

if TYPE_CHECKING:
    import pandas as pd

THREAD = Path("threads/hn_algolia/derived/items_25015967.json")
_SHOWN = 90
_BRIEF_WORDS = 4


def run(shared: Path) -> str:
    """Return a table of the share of `>` paragraphs located, beside exact match alone, and every one that was not.

    `shared` is the folder that holds `threads/`; raise SourceError where the thread is not in it.
    """
    from argmine.read import read
    from argmine.split import split

    path = shared / THREAD
    if not path.is_file():
        raise SourceError(f"{path}: no such file. Name the folder that holds threads/.")
    discussion = read(path)
    _, quotations = split(discussion.posts, discussion.markup)
    marked = quotations[quotations["how"].str.startswith("marker")]
    posts = discussion.posts.set_index("post_id")
    above = _above(posts)
    texts: dict[str, str] = dict(zip(posts.index.tolist(), posts["text"].tolist(), strict=True))
    quoted = [
        texts[post][start:end]
        for post, start, end in zip(*(marked[name].tolist() for name in ("post_id", "start", "end")), strict=True)
    ]
    in_ancestor = [
        source in above[post]
        for post, source in zip(marked["post_id"].tolist(), marked["source_post_id"].fillna("").tolist(), strict=True)
    ]
    exact = [here and how == "marker, exact" for here, how in zip(in_ancestor, marked["how"], strict=True)]
    verbatim = [
        any(words.lstrip("> ").strip() in texts[parent] for parent in above[post])
        for post, words in zip(marked["post_id"].tolist(), quoted, strict=True)
    ]
    n = len(marked)
    lines = [
        f"quotations, {path.name}: {len(posts):,} posts, {n} quoted paragraphs",
        "",
        f"{'located in an ancestor':<44}{'paragraphs':>12}{'share':>8}",
        *(
            f"{name:<44}{sum(found):>12}{sum(found) / n:>8.3f}"
            for name, found in (
                ("baseline: the same characters", verbatim),
                ("argmine, the same words", exact),
                ("argmine, with small edits and gaps", in_ancestor),
                ("argmine, any earlier post", marked["source_post_id"].notna()),
            )
        ),
        "",
        "not located:",
    ]
    for post, words, missing in zip(marked["post_id"], quoted, marked["source_post_id"].isna(), strict=True):
        if missing:
            lines.append(f"  {post}  {_reason(words)}: {' '.join(words.split())[:_SHOWN]}")
    return "\n".join(lines)


def _above(posts: pd.DataFrame) -> dict[str, list[str]]:
    """Return the ancestors of each post; posts stand after their parents."""
    above: dict[str, list[str]] = {}
    for post, parent in zip(posts.index.tolist(), posts["parent_id"].fillna("").tolist(), strict=True):
        above[post] = [*above[parent], parent] if parent in above else []
    return above


def _reason(words: str) -> str:
    if "http" in words:
        return "a link"
    if len(words.lstrip("> ").split()) <= _BRIEF_WORDS:
        return "few words, not said so above"
    return "not said in the thread: cited from outside, or retold"
