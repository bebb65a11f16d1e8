"""read: a URL, a file or a DataFrame -> posts, with a count of what was and was not read."""

from argmine.read.discussion import Columns, Coverage, Discussion
from argmine.read.formats import FORMATS
from argmine.read.reader import read

__all__ = ["FORMATS", "Columns", "Coverage", "Discussion", "read"]
