"""Kinds and marks that words alone decide: what has no words is `other`, and what keeps a claim from being misread."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_CHROME = re.compile(
    r"^\W*(?:\d+ points? (?:by \S+ )?)?\d+ (?:second|minute|hour|day|month|year)s? ago\b"
    r"|^\W*(?:reply|share|report|save|permalink|parent|context|flag|next|prev|more|hide|unvote|vouch|root)"
    r"(?:\W+(?:reply|share|report|save|permalink|parent|context|flag|next|prev|more|hide|unvote|vouch|root))*\W*$",
    re.I,
)
_REFERENCE = re.compile(r"^\W*(?:\[\d+\]|source|ref|via|link|edit|/edit|ps)\b\s*:?", re.I)
_SHORT = frozenset({
    *("yes", "no", "yep", "nope", "yeah", "nah", "ok", "okay", "sure", "thanks", "thank", "you", "lol", "lmao", "haha"),
    *("wow", "this", "same", "true", "false", "agreed", "exactly", "indeed", "right", "correct", "maybe", "perhaps"),
    *("not", "necessarily", "really", "fair", "enough", "good", "point", "well", "oh", "hi", "hello", "hey", "all"),
    *("at", "source", "sources", "citation", "needed", "edit", "typo", "ianal", "imo", "imho", "tldr", "tl", "dr"),
    *("ymmv", "amen", "nice", "cool", "great", "what", "why", "how"),
})  # fmt: skip
_HEDGED = re.compile(
    r"\b(?:maybe|perhaps|probably|possibly|presumably|might|could be|may (?:be|have|well|not|also|just)|seems?|"
    r"seemingly|apparently|i(?:[’']?d)? (?:guess|suppose|suspect|wonder|doubt|believe|imagine|assume)|likely|"
    r"afaik|afaict|iirc|(?:not|pretty|fairly) (?:entirely |really |too )?sure|arguably|i could be wrong|"
    r"as far as i (?:know|can tell)|my (?:guess|hunch|impression|understanding|bet)|i lean|leaning to\w*|"
    r"it[’']?s possible|don[’']?t quote me|i bet)\b|, i think\b|\bi think,|\bi think$",
    re.I,
)
_CONDITIONAL = re.compile(
    r"\b(?:if|unless|(?:as|so) long as|provided(?: that)?|assuming|in case|otherwise|only when)\b", re.I
)
_WHETHER = re.compile(
    r"\b(?:as if|even if|what if|see if|know if|wonder if|ask if|asked if|if not|if only|if any)\b", re.I
)
_REPORTED = re.compile(
    r"\b(?!(?:i|you|we|it|that|this|which|who|what|one|nothing|never|not|to|and|or)\b)[\w’']+"
    r"(?: (?:here|often|always|also|all|still|just|keeps?|is|are))* "
    r"(?:says?|said|saying|claims?|claimed|claiming|argues?|argued|thinks|believes|insists?|insisted|swears?|swore|"
    r"reckons?|alleges?|alleged|announced|promised|seems? to (?:think|believe))\b"
    r"|\b(?:they|people|many|some|critics) (?:think|believe|thought|believed)\b"
    r"|\b(?:according to|allegedly|supposedly|reportedly|purportedly|word (?:is|on the street)|used to say)\b",
    re.I,
)
_QUESTION_END = re.compile(r"\?[\"'”’)\]*_\s]*$")
_REFERENCE_WORDS = 8


def fixed_kind(text: str) -> str | None:
    """Return `other` for a stretch without words, a bare link, or page chrome; None where the words have to be read.

    >>> fixed_kind("https://example.org/a"), fixed_kind("12 points by ann 3 hours ago"), fixed_kind("It is fair.")
    ('other', 'other', None)
    """
    if not _WORD.search(_LINK.sub(" ", text)) or _CHROME.search(text):
        return "other"
    return None


def rule_kind(text: str) -> str:
    """Return the kind of a stretch of own words by rules alone: the baseline that the network is measured against.

    >>> rule_kind("Source?"), rule_kind("Which one do you use?"), rule_kind("It is fair use.")
    ('other', 'question', 'claim')
    """
    words = [word.lower() for word in _WORD.findall(_LINK.sub(" ", text))]
    if fixed_kind(text) or all(word in _SHORT for word in words):
        return "other"
    if _REFERENCE.match(text) and len(words) < _REFERENCE_WORDS:
        return "other"
    return "question" if _QUESTION_END.search(text) else "claim"


def marks(text: str) -> str:
    """Return the marks of a claim, space-separated: hedged, conditional, reported.

    >>> marks("They say it might be fair use if nobody sells it.")
    'hedged conditional reported'
    """
    found = []
    if _HEDGED.search(text):
        found.append("hedged")
    if _CONDITIONAL.search(_WHETHER.sub(" ", text)):
        found.append("conditional")
    if _REPORTED.search(text):
        found.append("reported")
    return " ".join(found)
