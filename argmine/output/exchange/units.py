"""Offsets in the unit of another tool: code points, UTF-16 code units, or either with a line end counted differently.

Inside argmine an offset is a Unicode code point. What the tools count:

- REFI-QDA: code points of the plain-text source (REFI-QDA 1.5, PlainTextSelection); some tools write UTF-16 units.
- Label Studio: code points (its editor converts them, charsToCodePoints); UTF-16 code units in versions before 2022.
- doccano: UTF-16 code units, as JavaScript counts (doccano issue 2290).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate

CODE_POINTS = "Unicode code points"
UTF16 = "UTF-16 code units"
UNITS = (CODE_POINTS, UTF16)

_PIECE = re.compile(r"\r\n|.", re.DOTALL)
_LINE_ENDS = ("\r\n", "\r", "\n")


def to_unit(text: str, offsets: list[int], unit: str) -> list[int]:
    r"""Return the code-point offsets into the text in the unit.

    >>> to_unit("\U0001f415 no", [0, 1, 4], UTF16)
    [0, 2, 5]
    """
    if unit == CODE_POINTS:
        return offsets
    borders = _utf16_borders(text)
    return [borders[offset] for offset in offsets]


def from_unit(text: str, offsets: list[int], unit: str) -> list[int | None]:
    r"""Return the code-point offsets of those in the unit; None for one outside the text or inside a character.

    >>> from_unit("\U0001f415 no", [2, 1, 9], UTF16)
    [1, None, None]
    """
    if unit == CODE_POINTS:
        return [offset if 0 <= offset <= len(text) else None for offset in offsets]
    borders = _utf16_borders(text)
    found = [bisect_left(borders, offset) for offset in offsets]
    return [
        place if place < len(borders) and borders[place] == offset else None
        for place, offset in zip(found, offsets, strict=True)
    ]


def align(theirs: str, ours: str) -> list[int] | None:
    r"""Return for each offset into their text the offset into ours; None where more differs than line ends.

    A byte order mark at the start of theirs is passed over. The result has len(theirs) + 1 entries.

    >>> align("a\nb", "a\r\nb"), align("a\r\nb", "a\nb"), align("ab", "ac")
    ([0, 1, 3, 4], [0, 1, 1, 2, 3], None)
    """
    marks = int(theirs.startswith("\ufeff") and not ours.startswith("\ufeff"))
    pieces, own = _PIECE.findall(theirs[marks:]), _PIECE.findall(ours)
    if len(pieces) != len(own):
        return None
    places, here = [0] * marks, 0
    for piece, mine in zip(pieces, own, strict=True):
        if piece != mine and not (piece in _LINE_ENDS and mine in _LINE_ENDS):
            return None
        places += [here] if len(piece) == 1 else [here, here + len(mine) - 1]
        here += len(mine)
    return [*places, here]


def _utf16_borders(text: str) -> list[int]:
    """Return the UTF-16 offset of each code-point border, len(text) + 1 of them."""
    return [0, *accumulate(1 + (sign > "\uffff") for sign in text)]
