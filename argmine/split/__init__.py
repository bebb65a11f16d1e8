"""posts -> claims: own words apart from quoted words, sentences, clauses, and the kind of each."""

from argmine.split.stage import split

__all__ = ["split"]
