"""What the trained coder reads: a claim, the proposition it may speak to, and the words before it."""

from __future__ import annotations

CONTEXT_WORDS = 24


def reading_text(claim: str, proposition: str, before: str, parent: str) -> str:
    """Return the coder's input. The claim stands first: where the whole is too long, the farthest context is cut.

    An empty proposition asks which of the coder's own frames the claim speaks to.

    >>> reading_text("Said nobody.", "Cap rents.", "", "Everybody wants it.")
    'Said nobody. [SEP] Cap rents. [SEP] [SEP] Everybody wants it.'
    """
    words_before = before.split()[-CONTEXT_WORDS:]
    words_of_parent = parent.split()[-CONTEXT_WORDS:]
    return " ".join([*claim.split(), "[SEP]", *proposition.split(), "[SEP]", *words_before, "[SEP]", *words_of_parent])
