"""Claims and a codebook to stances: which frames a claim speaks to, on which side, how sure."""

from argmine.stance.stage import Encoders, code
from argmine.stance.trained import check_coder, coder_folder

__all__ = ["Encoders", "check_coder", "code", "coder_folder"]
