"""What the segmenter sees of a text: its tokens, and for each a few numbers that a small network reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from spacy.tokens import Doc

KEYS = ("LOWER", "PREFIX", "SUFFIX", "SHAPE")
_FLAGS = ("IS_TITLE", "IS_UPPER", "IS_LOWER", "IS_DIGIT", "IS_PUNCT", "IS_STOP", "LIKE_URL", "LIKE_NUM")
_GAPS = 4
BLANK_LINE = len(_FLAGS) + _GAPS - 1
N_OWN = len(_FLAGS) + _GAPS + 3
N_FEATURES = N_OWN + len(_FLAGS) + _GAPS
_LONG = 40.0


@dataclass(frozen=True)
class Tokens:
    """The tokens of one text that are not white space.

    `starts` and `ends` are code points, int64, shape (n,); `keys` the hashes of the attributes KEYS, uint64, (n, 4);
    `features` float32, (n, N_FEATURES).
    """

    starts: np.ndarray
    ends: np.ndarray
    keys: np.ndarray
    features: np.ndarray


def tokens(doc: Doc) -> Tokens:
    """Return what the network reads of a tokenised text.

    The features of a token are flags of its form, the white space before it (none, space, line break, blank line), how
    far it stands from the borders of its line, and the means of flags and white space over the text: habits.
    """
    table = doc.to_array([*KEYS, *_FLAGS, "IDX", "LENGTH", "SPACY", "IS_SPACE"])
    keep = table[:, -1] == 0
    gaps = _gaps(doc, table, keep)
    table = table[keep]
    n = len(table)
    own = np.zeros((n, N_OWN), np.float32)
    own[:, : len(_FLAGS)] = table[:, len(KEYS) : len(KEYS) + len(_FLAGS)]
    own[np.arange(n), len(_FLAGS) + gaps] = 1
    first = np.flatnonzero(gaps >= 2)
    line = np.searchsorted(first, np.arange(n), side="right")
    borders = np.concatenate([[0], first, [n]])
    since, until = np.arange(n) - borders[line], borders[line + 1] - np.arange(n) - 1
    own[:, -3] = np.minimum(since, _LONG) / _LONG
    own[:, -2] = np.minimum(until, _LONG) / _LONG
    own[:, -1] = np.minimum(table[:, -3], 12) / 12.0
    habits = own[:, : len(_FLAGS) + _GAPS].mean(axis=0, keepdims=True) if n else np.zeros((1, len(_FLAGS) + _GAPS))
    starts = table[:, -4].astype(np.int64)
    return Tokens(
        starts,
        starts + table[:, -3].astype(np.int64),
        np.ascontiguousarray(table[:, : len(KEYS)]),
        np.concatenate([own, np.repeat(habits, n, axis=0)], axis=1, dtype=np.float32),
    )


def _gaps(doc: Doc, table: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Return the white space before each kept token: 0 none, 1 space, 2 line break, 3 blank line or start of text."""
    gap = np.zeros(len(table) + 1, np.int64)
    gap[1:] = table[:, -2] != 0
    for place in np.flatnonzero(~keep).tolist():
        breaks = doc[place].text.count("\n")
        gap[place + 1] = max(gap[place], 1 + min(breaks, 2))
    kept: np.ndarray = gap[:-1][keep]
    if len(kept):
        kept[0] = 3
    return kept
