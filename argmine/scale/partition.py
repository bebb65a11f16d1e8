"""One partition: the records of whole threads in, tables out. Both engines run this function and no other."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from argmine.errors import TableError
from argmine.read.draft import Draft, Parsed
from argmine.read.reader import coverage_of, markup_of, posts_of
from argmine.read.streaming import UNREADABLE, Rejected
from argmine.read.tree import arrange
from argmine.scale.clock import Clock
from argmine.scale.spool import forum_and_title, to_draft

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from argmine.read.discussion import Coverage
    from argmine.scale.tools import Tools

_WORD = re.compile(r"\w+")
_COPY_WORDS = 8
_POST_WORDS = 3
_POISON = (*UNREADABLE, TableError)


@dataclass(frozen=True)
class Tables:
    """What became of a partition. `vectors` has shape (n_claims, dim); `claims` has one more column, copy_key."""

    posts: pd.DataFrame
    quotations: pd.DataFrame
    claims: pd.DataFrame
    stances: pd.DataFrame
    vectors: np.ndarray
    threads: pd.DataFrame
    coverage: Coverage
    clock: Clock


def process_partition(rows: Sequence[list[Any]], tools: Tools) -> tuple[Tables, list[Rejected]]:
    """Return the tables of a partition's records, and the records that no stage could take.

    The result does not depend on the order of the records. A record that makes a stage fail is found by taking each
    thread, and then each post, alone.
    """
    try:
        return _tables(rows, tools), []
    except _POISON:
        sound, rejected = _set_aside(rows, tools)
        return _tables(sound, tools), rejected


def _tables(rows: Sequence[list[Any]], tools: Tools) -> Tables:
    import pandas as pd

    from argmine import tables
    from argmine.embed import embed
    from argmine.stance import code

    clock = Clock()
    drafts = name_threads([to_draft(values) for values in rows])
    tree = arrange(drafts)
    posts, markup = tables.conform(posts_of(tree), tables.POSTS), markup_of(tree.drafts)
    coverage = coverage_of(Parsed(tree.drafts), tree)
    clock.lap("read")
    claims, quotations = split_threads(posts, markup, tools)
    clock.lap("split")
    vectors = embed(claims["text"].tolist(), tools.encoder)
    clock.lap("embed")
    stances = code(claims, posts, vectors, tools.codebook, tools.coder, tools.encoders, tools.settings)
    clock.lap("code")
    keyed = claims.assign(copy_key=pd.Series(_copy_keys(claims, posts), dtype="Int64"))
    return Tables(posts, quotations, keyed, stances, vectors, _threads(rows, posts), coverage, clock)


def name_threads(drafts: list[Draft]) -> list[Draft]:
    """Return the drafts, those without a thread given one: the identifier of the topmost known post above them."""
    above = {draft.post_id: draft for draft in drafts if draft.post_id is not None}
    for draft in drafts:
        if draft.thread_id is None:
            path: dict[int, Draft] = {}
            here = draft
            while here.thread_id is None and id(here) not in path:
                path[id(here)] = here
                here = above.get(here.parent_id or "", here)
            top = here.thread_id or (here.parent_id if here.parent_id not in above else None) or here.post_id
            for passed in path.values():
                passed.thread_id = top
    return drafts


def split_threads(posts: pd.DataFrame, markup: pd.DataFrame, tools: Tools) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the claims and quotations of posts of several threads, as splitting each thread alone gives them.

    All are split together, which is much faster, and what looks beyond its thread is mended: a thread with a quotation
    whose source was found in another is split again alone, and copies are looked for again in each thread.
    """
    import pandas as pd

    from argmine.split import split

    claims, quotations = split(posts, markup, tools.settings)
    thread_of = dict(zip(posts["post_id"], posts["thread_id"], strict=True))
    here, there = quotations["post_id"].map(thread_of), quotations["source_post_id"].map(thread_of)
    crossing = set(here[there.notna() & (here != there)])
    if crossing:
        alone = posts[posts["thread_id"].isin(crossing)]
        parts = [
            split(thread.reset_index(drop=True), markup[markup["post_id"].isin(thread["post_id"])], tools.settings)
            for _, thread in alone.groupby("thread_id", sort=False)
        ]
        claims = pd.concat([claims[~claims["post_id"].map(thread_of).isin(crossing)], *(part[0] for part in parts)])
        quotations = pd.concat([quotations[~here.isin(crossing)], *(part[1] for part in parts)])
        place = {post_id: row for row, post_id in enumerate(posts["post_id"])}
        claims = claims.sort_values("post_id", key=lambda ids: ids.map(place), kind="stable")
        quotations = quotations.sort_values("post_id", key=lambda ids: ids.map(place), kind="stable")
    claims = claims.reset_index(drop=True)
    claims["duplicate_of"] = _within_threads(claims, posts)
    return claims, quotations.reset_index(drop=True)


def _within_threads(claims: pd.DataFrame, posts: pd.DataFrame) -> list[str | None]:
    """Return for each claim the one that it repeats in its own thread."""
    from argmine.split.duplicates import first_copies
    from argmine.split.stage import order_of_appearance, times_of

    result: list[str | None] = [None] * len(claims)
    claim_ids, claim_texts, kinds = (claims[name].tolist() for name in ("claim_id", "text", "kind"))
    post_ids, post_texts, times = posts["post_id"].tolist(), posts["text"].tolist(), times_of(posts)
    rows_of, claims_of = _grouped(posts["thread_id"].tolist()), _grouped(claims["post_id"].tolist())
    for rows in rows_of.values():
        mine = [(owner, number) for owner, row in enumerate(rows) for number in claims_of.get(post_ids[row], ())]
        copies = first_copies(
            [claim_texts[number] for _, number in mine],
            [owner for owner, _ in mine],
            [kinds[number] == "quote" for _, number in mine],
            [post_texts[row] for row in rows],
            order_of_appearance([post_ids[row] for row in rows], [times[row] for row in rows]),
        )
        for (_, number), copy in zip(mine, copies, strict=True):
            result[number] = claim_ids[mine[copy][1]] if copy >= 0 else None
    return result


def _grouped(names: Sequence[str]) -> dict[str, list[int]]:
    """Return for each name the rows that have it."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows.setdefault(name, []).append(row)
    return rows


def _copy_keys(claims: pd.DataFrame, posts: pd.DataFrame) -> list[int | None]:
    """Return for each claim a hash that its copies in other threads have too; None for quotes and copies in the thread.

    As within a thread, a long claim repeats any that says the same, a short one only as part of a post that does.
    """
    words = {post_id: _words(text) for post_id, text in zip(posts["post_id"], posts["text"], strict=True)}
    columns = (claims[name] for name in ("text", "post_id", "kind", "duplicate_of"))
    return [
        copy_key(text, words[post_id]) if kind != "quote" and not isinstance(copy, str) else None
        for text, post_id, kind, copy in zip(*columns, strict=True)
    ]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def copy_key(text: str, post: list[str]) -> int | None:
    """Return a hash of a claim's words, or of a short one's and its post's, signed, 64 bits; None if both are short.

    >>> copy_key("So true.", ["so", "true"]), copy_key("a b c d e f g h", []) == copy_key("A, b; c d (e) f g h!", [])
    (None, True)
    """
    words = _words(text)
    if len(words) < _COPY_WORDS:
        if len(post) < _POST_WORDS:
            return None
        words = [*post, "\t", *words]
    digest = hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _threads(rows: Sequence[list[Any]], posts: pd.DataFrame) -> pd.DataFrame:
    """Return the table of threads, in reading order, with the forum that most of their records name."""
    import pandas as pd

    counts = posts["thread_id"].value_counts(sort=False)
    thread_of = dict(zip(posts["post_id"], posts["thread_id"], strict=True))
    forums: dict[str, Counter[str]] = {}
    titles: dict[str, str] = {}
    for values in rows:
        forum, title = forum_and_title(values)
        thread = values[8] or thread_of.get(str(values[0]))
        if thread is not None and forum:
            forums.setdefault(thread, Counter())[forum] += 1
        if thread is not None and title:
            titles[thread] = min(title, titles.get(thread, title))
    ids = list(dict.fromkeys(posts["thread_id"]))
    usual = [
        min(forums[one].items(), key=lambda item: (-item[1], item[0]))[0] if one in forums else None for one in ids
    ]
    return pd.DataFrame(
        {
            "thread_id": ids,
            "forum": usual,
            "title": [titles.get(one) for one in ids],
            "n_posts": counts.loc[ids].tolist(),
        }
    )


def _set_aside(rows: Sequence[list[Any]], tools: Tools) -> tuple[list[list[Any]], list[Rejected]]:
    """Return the records that every stage can take, and the others with their reasons."""
    threads: dict[str, list[list[Any]]] = {}
    for values, draft in zip(rows, name_threads([to_draft(values) for values in rows]), strict=True):
        threads.setdefault(str(draft.thread_id), []).append(values)
    sound: list[list[Any]] = []
    rejected: list[Rejected] = []
    for thread in threads.values():
        if _failure(thread, tools) is None:
            sound += thread
            continue
        failures = [(values, _failure([values], tools)) for values in thread]
        rejected += [_rejected(values, why) for values, why in failures if why]
        rest = [values for values, why in failures if why is None]
        why = _failure(rest, tools) if rest else None
        if why is None:
            sound += rest
        else:
            rejected += [_rejected(values, f"its thread: {why}") for values in rest]
    return sound, rejected


def _failure(rows: Sequence[list[Any]], tools: Tools) -> str | None:
    try:
        _tables(rows, tools)
    except _POISON as error:
        return f"{type(error).__name__}: {error}"
    return None


def _rejected(values: list[Any], why: str) -> Rejected:
    return Rejected(0, why, json.dumps(values, ensure_ascii=False))
