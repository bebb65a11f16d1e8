"""Sentences and independent claims inside a block."""

from __future__ import annotations

import re

_STOP = re.compile(r"""(?:[.!?…]+["'”’)\]]*)(?=\s)|\n""")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|esp|vs|etc|cf|approx|Dr|Mr|Mrs|Ms|Prof|St|No|Inc|Ltd|Jr|Sr|U\.S|U\.K|E\.U|al)|\b[A-Z])\.$", re.I
)
_CLAUSE = re.compile(
    r"(?<=[,;—–])\s+(?=(?:but|so|yet|because|since|and|therefore|however)\s+(?:i|you|he|she|it|we|they|there|that|this|"
    r"the|my|your|our|their|a|an|no|people|most|some)\b)|(?<=;)\s+",
    re.I,
)


def cuts(text: str, start: int, end: int, unit: str) -> list[int]:
    """Return the offsets in text[start:end], first one included, at which a claim starts."""
    found = [start]
    for stop in _STOP.finditer(text, start, end):
        if stop.group().startswith(".") and _ABBREVIATION.search(
            text[max(start, stop.start() - 12) : stop.start() + 1]
        ):
            continue
        found.append(stop.end())
    if unit == "claim":
        found += [clause.end() for clause in _CLAUSE.finditer(text, start, end)]
    return sorted(set(found))
