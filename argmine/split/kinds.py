"""The kind of a claim (claim, question, quote, other) and the marks that keep a reader from misreading it."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_REFERENCE = re.compile(r"^\W*(?:\[\d+\]|source|ref|via|link|edit|/edit|ps)\b\s*:?", re.I)
_SHORT = frozenset(
    "yes no yep nope yeah nah ok okay sure thanks thank you lol lmao haha wow this same true false agreed exactly indeed "
    "right correct maybe perhaps not necessarily really fair enough good point well oh hi hello hey all at source sources "
    "citation needed edit typo ianal imo imho tldr tl dr ymmv amen nice cool great what why how".split()
)
_HEDGED = re.compile(
    r"\b(?:maybe|perhaps|probably|possibly|presumably|might|could be|may be|seems?|seemingly|apparently|i guess|i suppose|"
    r"i suspect|afaik|afaict|iirc|not sure|i wonder|i believe|likely|arguably|as far as i know|i could be wrong)\b",
    re.I,
)
_CONDITIONAL = re.compile(r"\b(?:if|unless|as long as|provided that|assuming|in case|otherwise)\b", re.I)
_REPORTED = re.compile(
    r"\b(?:they|he|she|people|some|many|others|critics|everyone|the \w+|[A-Z]\w+)\s+(?:say|says|said|claims?|claimed|argues?|"
    r"argued|thinks?|thought|believes?|believed|insists?|insisted|told|wants?|alleges?|alleged)\b|\b(?:according to|"
    r"allegedly|supposedly|reportedly)\b"
)


def rule_kind(text: str) -> tuple[str, float]:
    """Return the kind of a stretch of own words by rules alone, and a rough probability of it.

    >>> rule_kind("Source?")[0], rule_kind("Which one do you use?")[0], rule_kind("It is fair use.")[0]
    ('other', 'question', 'claim')
    """
    words = [word.lower() for word in _WORD.findall(_LINK.sub(" ", text))]
    if not words or all(word in _SHORT or word.isdigit() for word in words):
        return "other", 0.9
    if _REFERENCE.match(text) and len(words) < 8:
        return "other", 0.8
    if text.rstrip("\"'”’)] ").endswith("?"):
        return "question", 0.7
    return "claim", 0.8


def marks(text: str) -> str:
    """Return the marks of a claim, space-separated.

    >>> marks("They say it might be fair use if nobody sells it.")
    'hedged conditional reported'
    """
    found = {"hedged": _HEDGED, "conditional": _CONDITIONAL, "reported": _REPORTED}
    return " ".join(name for name, pattern in found.items() if pattern.search(text))
