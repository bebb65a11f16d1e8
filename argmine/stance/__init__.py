"""Claims and a codebook to stances: which frames a claim speaks to, on which side, how sure."""

from argmine.stance.stage import code, describe_coder

__all__ = ["code", "describe_coder"]
