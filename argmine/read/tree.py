"""Drafts to posts in reading order: identifiers made unique, replies resolved, cycles cut, depth counted.

The order does not depend on the order of the input: threads by their earliest post, then depth first, siblings by time
and identifier (without times, by identifier alone, numbers in it counted as numbers). Nothing here recurses.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from argmine.read.draft import Draft

ONE_THREAD = "thread"
"""Identifier of the thread where the source names none."""

_REDDIT_PREFIX = re.compile(r"t[0-9]_")
_DIGITS = re.compile(r"([0-9]+)")
_FUTURE = 2**63
_NO_PARENT = ("0", "-1", "nan", "none", "null", "root")

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Tree:
    """Drafts in reading order, every one with an identifier and a thread; `depths[i]` is about `drafts[i]`."""

    drafts: list[Draft]
    depths: list[int]
    dangling_parents: int
    self_replies: int
    cycles: int
    duplicate_ids: int


def arrange(drafts: Sequence[Draft], *, in_order: bool = False) -> Tree:
    """Return the tree. The drafts are taken over: what is missing or wrong in them is filled in and mended in place.

    `in_order` keeps them as they come; they then have identifiers and no replies.
    """
    named = _derive_ids(list(drafts))
    if in_order:
        for draft in named:
            draft.thread_id = draft.thread_id or ONE_THREAD
        return Tree(named, [0] * len(named), 0, 0, 0, 0)
    duplicates = _number_duplicates(named)
    position = {str(draft.post_id): index for index, draft in enumerate(named)}
    parents, dangling, self_replies = _resolve(named, position)
    cycles = _cut_cycles(named, parents)
    order, depths = _walk(named, parents)
    return Tree([named[index] for index in order], depths, dangling, self_replies, cycles, duplicates)


def natural_key(identifier: str) -> Key:
    """Return a key by which 9 comes before 10, in and out of a word.

    >>> sorted(["p10", "p9", "10", "9"], key=natural_key)
    ['9', '10', 'p9', 'p10']
    """
    if identifier.isascii() and identifier.isdigit():
        bare = identifier.lstrip("0")
        return ("", len(bare), bare, "")
    key: list[Any] = []
    for index, part in enumerate(_DIGITS.split(identifier)):
        if index % 2:
            bare = part.lstrip("0")
            key += [len(bare), bare]
        else:
            key.append(part)
    return tuple(key)


def _order_key(draft: Draft) -> Key:
    created = _FUTURE if draft.created_us is None else draft.created_us
    return (created, natural_key(str(draft.post_id)), draft.post_id)


def _content(draft: Draft) -> Key:
    fields = (draft.parent_id, draft.author, draft.created_us, draft.score, draft.url, draft.status, draft.thread_id)
    return (draft.text, *(json.dumps(field) for field in fields))


def _derive_ids(drafts: list[Draft]) -> list[Draft]:
    """Give every draft without an identifier one from its content, with an ordinal for equal rows."""
    seen: Counter[str] = Counter()
    for draft in drafts:
        if draft.post_id is None:
            digest = hashlib.blake2b(json.dumps(_content(draft)).encode(), digest_size=8).hexdigest()
            seen[digest] += 1
            draft.post_id = f"r{digest}" if seen[digest] == 1 else f"r{digest}-{seen[digest]}"
    return drafts


def _number_duplicates(drafts: list[Draft]) -> int:
    """Return how many identifiers were taken already; each of those drafts becomes `id~2`, `id~3`, …"""
    counts = Counter(draft.post_id for draft in drafts)
    if len(counts) == len(drafts):
        return 0
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        if counts[draft.post_id] > 1:
            groups.setdefault(str(draft.post_id), []).append(draft)
    taken = set(counts)
    for identifier in sorted(groups):
        # The first keeps the name, so it should be the one that cannot answer itself.
        group = sorted(groups[identifier], key=lambda d: (d.parent_id == identifier, _order_key(d), _content(d)))
        ordinal = 2
        for draft in group[1:]:
            while f"{identifier}~{ordinal}" in taken:
                ordinal += 1
            draft.post_id = f"{identifier}~{ordinal}"
            taken.add(draft.post_id)
    return len(drafts) - len(counts)


def _resolve(drafts: list[Draft], position: dict[str, int]) -> tuple[list[int], int, int]:
    """Return the index of each draft's parent (-1 for none), and how many parents dangle or are the post itself."""
    parents = [-1] * len(drafts)
    dangling = self_replies = 0
    for index, draft in enumerate(drafts):
        if draft.parent_id is None:
            continue
        found = _find_parent(draft, position)
        if found is None and draft.parent_id is not None:
            dangling += not _is_thread(draft)
        elif found == index:
            self_replies += 1
            draft.parent_id = None
        elif found is not None:
            parents[index] = found
            draft.parent_id = drafts[found].post_id
    return parents, dangling, self_replies


def _find_parent(draft: Draft, position: dict[str, int]) -> int | None:
    """Return the parent's index, or None; a value that only says "no parent" is taken out of the draft."""
    parent = str(draft.parent_id)
    if parent in position:
        return position[parent]
    if _REDDIT_PREFIX.match(parent) and parent[3:] in position:
        return position[parent[3:]]
    # A column of whole numbers with gaps is written as 12.0 by most table software.
    if parent.endswith(".0") and parent[:-2] in position:
        return position[parent[:-2]]
    if parent.lower() in _NO_PARENT:
        draft.parent_id = None
    return None


def _is_thread(draft: Draft) -> bool:
    """Return whether the parent is the thread itself, which many archives keep in another file."""
    return draft.thread_id is not None and draft.parent_id in (draft.thread_id, f"t3_{draft.thread_id}")


def _cut_cycles(drafts: list[Draft], parents: list[int]) -> int:
    """Return the number of cycles; each is cut open at its earliest post, which becomes a root."""
    state = bytearray(len(drafts))  # 0 not seen, 1 on the path being followed, 2 done
    cycles = 0
    for start in range(len(drafts)):
        path = []
        here = start
        while here >= 0 and state[here] == 0:
            state[here] = 1
            path.append(here)
            here = parents[here]
        if here >= 0 and state[here] == 1:
            cycles += 1
            first = min(path[path.index(here) :], key=lambda index: _order_key(drafts[index]))
            parents[first] = -1
            drafts[first].parent_id = None
        for index in path:
            state[index] = 2
    return cycles


def _walk(drafts: list[Draft], parents: list[int]) -> tuple[list[int], list[int]]:
    """Return the indices in reading order and the depth of each; give a thread to every draft that has none."""
    children: dict[int, list[int]] = {}
    for index, parent in enumerate(parents):
        children.setdefault(parent, []).append(index)
    for siblings in children.values():
        if len(siblings) > 1:
            siblings.sort(key=lambda index: _order_key(drafts[index]), reverse=True)
    roots = children.get(-1, [])
    keys = {root: _order_key(drafts[root]) for root in roots}
    for root in roots:
        drafts[root].thread_id = drafts[root].thread_id or ONE_THREAD
    earliest: dict[str, Key] = {}
    for root in reversed(roots):
        earliest.setdefault(str(drafts[root].thread_id), keys[root])
    roots.sort(
        key=lambda root: (earliest[str(drafts[root].thread_id)], drafts[root].thread_id, keys[root]), reverse=True
    )

    order: list[int] = []
    depths: list[int] = []
    waiting = [(root, 0) for root in roots]
    while waiting:
        index, depth = waiting.pop()
        order.append(index)
        depths.append(depth)
        for child in children.get(index, ()):
            drafts[child].thread_id = drafts[child].thread_id or drafts[index].thread_id
            waiting.append((child, depth + 1))
    return order, depths
