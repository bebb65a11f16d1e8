"""How fast the encoder is: against sentence-transformers, and against the two ceilings of the machine."""

from __future__ import annotations

import numpy as np

# Words of a claim: half have fewer than 25, one in twenty more than 70.
MEDIAN_WORDS = 25
SPREAD = 0.62


def sample_texts(n: int, vocabulary: list[str], seed: int = 0) -> list[str]:
    """Return n distinct texts of claim length: words drawn by Zipf's law from a vocabulary in order of frequency.

    One word in seven is two joined, as rare words are: it takes several tokens.
    """
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, len(vocabulary) + 1)
    lengths = np.clip(random.lognormal(np.log(MEDIAN_WORDS), SPREAD, n).astype(int), 2, 400)
    words = np.array(vocabulary, dtype=object)[random.choice(len(vocabulary), int(lengths.sum()) + 1, p=weights / weights.sum())]
    rare = random.random(len(words) - 1) < 1 / 7
    words[:-1][rare] += words[1:][rare]
    ends = np.cumsum(lengths)
    return [f"{' '.join(words[end - length : end])} {row}." for row, (end, length) in enumerate(zip(ends, lengths, strict=True))]
