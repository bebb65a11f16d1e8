"""A name for each group: its most central claim, shortened at a word border, and its most distinctive phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

N_PHRASES = 5
NAME_LENGTH = 72


def shorten(text: str, length: int = NAME_LENGTH) -> str:
    """Return the text on one line, cut at a word border with an ellipsis where it is longer than that.

    >>> shorten("Weights want to be free, said nobody who paid for the training run.", 30)
    'Weights want to be free, said…'
    """
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.–—-(")
    return f"{cut}…"


def most_central(vectors: np.ndarray, texts: Sequence[str]) -> int:
    """Return the row nearest the mean among texts of a readable length (5 to 30 words), or among all where there is none."""
    import numpy as np

    similarity = vectors @ vectors.mean(axis=0)
    readable = np.array([5 <= len(text.split()) <= 30 for text in texts])
    if readable.any():
        similarity = np.where(readable, similarity, -np.inf)
    return int(similarity.argmax())


def distinctive_phrases(documents: Sequence[str]) -> list[list[str]]:
    """Return each document's most distinctive words and pairs of words, best first (class-based TF-IDF, Grootendorst 2022)."""
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(ngram_range=(1, 2), stop_words="english", token_pattern=r"(?u)\b[^\W\d_][\w'’-]+\b")
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
