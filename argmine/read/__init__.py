"""read: a URL, a file or a DataFrame -> posts, with a count of what was and was not read.

Where to look: `reader.py` has the verb and `formats.py` the list of formats, each of which is a file of its own (saved
pages in `*_page.py`). A format turns a payload (`payload.py`) into drafts (`draft.py`), and `tree.py` gives these their
places. Shared by formats: `shape.py` for JSON, `elements.py` for pages, `records.py` for tables, `html_text.py` and
`markdown.py` for bodies, `times.py` and `addresses.py`. Pages of forums are read by `forum_*.py`. The network is
`fetch.py`, and what it needs: `answers.py`, `page_cache.py`, `pace.py`, `credentials.py`, `refusals.py`; pages that
stand in the way of a thread are known to `walls.py`.
"""

from argmine.read.discussion import Columns, Coverage, Discussion
from argmine.read.formats import FORMATS
from argmine.read.reader import read

__all__ = ["FORMATS", "Columns", "Coverage", "Discussion", "read"]
