"""Claims and a codebook to stances: which frames a claim speaks to, on which side, how sure."""

from argmine.stance.coder import Encoders
from argmine.stance.stage import code, load_coder, plan

__all__ = ["Encoders", "code", "load_coder", "plan"]
