"""User names, addresses and links inside texts, found and replaced by a mark that says so.

Masked are: every known author's name as a whole word (letter case aside, from three letters on; shorter names as they
are written), anything written like a name of a user (@name, u/name), e-mail addresses, and links to the site of the
thread. A user whose name is an ordinary word has that word masked everywhere: rather too much than too little.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "[masked]"

_WORD = re.compile(r"\w+")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_USER = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w/])@[\w][\w.-]*\w|(?<!\w)@\w|(?<!\w)/?u/[\w-]+", re.IGNORECASE)
_ANY_CASE_FROM = 3

Span = tuple[int, int]


@dataclass(frozen=True)
class Masker:
    """Finds what is to be masked. Names are looked up by their first word, so many names cost no more than few."""

    by_first_word: dict[str, tuple[str, ...]]
    without_words: tuple[str, ...]
    hosts: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str], addresses: Iterable[str]) -> Masker:
        """Return the masker for these authors and for links to the hosts of these addresses."""
        first: dict[str, list[str]] = {}
        bare = []
        for name in sorted({name for name in names if name.strip()}, key=lambda name: (-len(name), name)):
            word = _WORD.search(name)
            if word:
                first.setdefault(word.group().lower(), []).append(name)
            else:
                bare.append(name)
        hosts = {_host(address) for address in addresses} - {""}
        return cls({word: tuple(found) for word, found in first.items()}, tuple(bare), frozenset(hosts))

    def spans(self, text: str) -> list[Span]:
        """Return the stretches to mask, in order, none touching another."""
        found = [link.span() for link in _LINK.finditer(text) if _host(link.group()) in self.hosts]
        found += [user.span() for user in _USER.finditer(text)]
        for word in _WORD.finditer(text):
            for name in self.by_first_word.get(word.group().lower(), ()):
                start = word.start() - (_WORD.search(name) or word).start()
                if start >= 0 and _stands_at(text, name, start):
                    found.append((start, start + len(name)))
                    break
        for name in self.without_words:
            found += [match.span() for match in re.finditer(re.escape(name), text)]
        return _joined(found)


def _host(address: str) -> str:
    try:
        return (urlsplit(address if "://" in address else f"//{address}").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _stands_at(text: str, name: str, start: int) -> bool:
    there = text[start : start + len(name)]
    same = there == name or (len(name) >= _ANY_CASE_FROM and there.lower() == name.lower())
    before, after = text[start - 1 : start] if start else "", text[start + len(name) : start + len(name) + 1]
    opens = not (_WORD.match(name) and _WORD.match(before))
    closes = not (_WORD.match(name[-1]) and _WORD.match(after))
    return same and opens and closes


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@dataclass(frozen=True)
class MaskedText:
    """A text with its masks, and where an offset into the original lies in it."""

    text: str
    spans: tuple[Span, ...]

    def place(self, offset: int, *, end: bool = False) -> int:
        """Return the offset in the masked text; one inside a mask goes to its start, or its end where `end`."""
        number = bisect_right(self.spans, (offset - 1 if end else offset, float("inf")))
        shift = sum(len(MASK) - (stop - start) for start, stop in self.spans[:number])
        if number:
            start, stop = self.spans[number - 1]
            if start <= offset < stop and not end:
                return start + shift - (len(MASK) - (stop - start))
            if start < offset < stop and end:
                return stop + shift
        return offset + shift


def mask(text: str, masker: Masker) -> MaskedText:
    """Return the text with every stretch to mask replaced by MASK.

    >>> mask("As Ann said, @bo is wrong.", Masker.of(["ann"], [])).text
    'As [masked] said, [masked] is wrong.'
    """
    spans = masker.spans(text)
    parts, done = [], 0
    for start, end in spans:
        parts += [text[done:start], MASK]
        done = end
    return MaskedText("".join([*parts, text[done:]]), tuple(spans))
