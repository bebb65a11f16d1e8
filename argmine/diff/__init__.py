"""Two runs to what differs between them, in the terminal and as a page."""

from argmine.diff.compare import Diff, compare

__all__ = ["Diff", "compare"]
