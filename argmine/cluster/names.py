"""A name for each group: a central claim that holds its most distinctive phrases, shortened; and those phrases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

N_PHRASES = 5
# The most frequent words and word pairs that are weighed: the table of them has a row a group, and is kept whole.
MOST_TERMS = 50_000
# Words that are frequent in any talk and name no subject.
_EMPTY_WORDS = frozenset(
    """
    actually anyway came come comes did does doing done getting goes going gets got just know let like literally look
    lot make makes maybe mean means people point really said saw say saying says sure take tell thing things think want
    way yes
    """.split()
)
NAME_LENGTH = 72
CLAUSE_SHARE = 0.5
"""A name is cut at the end of a clause only where that leaves more than this share of it."""
# A claim that opens with one of these does not read well alone.
_POINTING_BACK = frozenset(
    """
    and but or so because also then it it's its this that that's these those they they're he she his her their him them
    which who such there same ok okay yes yeah no nope well sure right
    doesn't don't didn't isn't wasn't won't can't
    """.split()
)
# A claim of fewer words, or one about its writer or its reader, seldom says what others of its group say.
FULL_WORDS = 8
_PERSONAL = re.compile(r"\b(i|me|my|mine|we|us|our|ours|you|your|yours)\b", re.IGNORECASE)


def shorten(text: str, length: int = NAME_LENGTH) -> str:
    """Return the text on one line, cut with an ellipsis where it is longer: at the end of a clause, or else of a word.

    >>> shorten("Weights want to be free, said nobody who paid for the training run.", 30)
    'Weights want to be free…'
    """
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[:length].rsplit(" ", 1)[0][: length - 1]
    clause = max(cut.rfind(sign) for sign in (", ", "; ", ": ", " – ", " — ", ". ", "? ", " ("))
    if clause > CLAUSE_SHARE * len(cut):
        cut = cut[:clause]
    return f"{cut.rstrip(' ,;:.–—-(')}…"


def most_central(vectors: np.ndarray, texts: Sequence[str]) -> int:
    """Return the row nearest the mean among texts that read well alone, or among all where none does."""
    import numpy as np

    similarity = vectors @ vectors.mean(axis=0)
    readable = np.array([reads_alone(text) for text in texts])
    if readable.any():
        similarity = np.where(readable, similarity, -np.inf)
    return int(similarity.argmax())


def most_telling(vectors: np.ndarray, texts: Sequence[str], phrases: Sequence[str]) -> int:
    """Return the row nearest the mean among those that read well alone and hold two of the phrases, or one.

    A full claim that speaks of neither its writer nor its reader goes before any other, however many phrases it holds.
    """
    import numpy as np

    held = np.array([sum(phrase in text.lower() for phrase in phrases) for text in texts])
    readable = np.array([reads_alone(text) for text in texts])
    full = np.array([len(text.split()) >= FULL_WORDS and not _PERSONAL.search(text) for text in texts])
    for fit in (readable & full, readable):
        for least in (2, 1):
            rows = np.flatnonzero(fit & (held >= least))
            if len(rows):
                return int(rows[(vectors[rows] @ vectors.mean(axis=0)).argmax()])
    return most_central(vectors, texts)


def reads_alone(text: str, most_words: int = 30) -> bool:
    """Say whether a text is a whole sentence, of 6 words to so many, that does not open by pointing back.

    >>> reads_alone("The ban only hurts the labs that follow it."), reads_alone("Also, it was never about that at all.")
    (True, False)
    """
    words = text.split()
    opening = words[0].lower().strip("\"'“‘(,.:;!?…") if words else ""
    return 6 <= len(words) <= most_words and text[0].isupper() and text[-1] in ".!?" and opening not in _POINTING_BACK


def distinctive_phrases(documents: Sequence[str]) -> list[list[str]]:
    """Return each document's most distinctive words and word pairs, best first (class-based TF-IDF)."""
    import numpy as np
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    # A word has two letters or more; one with an apostrophe (don't, that's) says nothing and is not taken in part.
    word = r"(?<![\w'’])[^\W\d_][\w-]+(?![\w'’])"
    counter = CountVectorizer(
        ngram_range=(1, 2), stop_words=[*ENGLISH_STOP_WORDS, *_EMPTY_WORDS], token_pattern=word, max_features=MOST_TERMS
    )
    try:
        counts = counter.fit_transform(documents).toarray().astype(float)
    except ValueError:  # nothing but stop words
        return [[] for _ in documents]
    terms = counter.get_feature_names_out()
    frequency = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    weight = frequency * np.log(1 + counts.sum() / len(documents) / counts.sum(axis=0))
    phrases = []
    for row, count in zip(weight, counts, strict=True):
        chosen: list[str] = []
        for term in (terms[i] for i in np.lexsort((terms, -row)) if count[i] > 1 or len(documents) == 1):
            if not any(word in other.split() for other in chosen for word in term.split()):
                chosen.append(term)
            if len(chosen) == N_PHRASES:
                break
        phrases.append(chosen)
    return phrases
