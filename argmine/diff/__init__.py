"""Two runs to what differs between them, in the terminal and as a page."""

from argmine.diff.comparison import Diff, compare

__all__ = ["Diff", "compare"]
