"""Files that appear whole or not at all, and text that XML may hold."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Everything that XML 1.0 does not allow, section 2.2.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Yield a path to write to, which takes the place of `path` when the block ends well; raise RunError otherwise."""
    if path.is_dir():
        raise RunError(f"{path}: this is a folder. Name a file to write.")
    if not path.parent.is_dir():
        raise RunError(f"{path}: there is no folder {path.parent}. Make it first, or name another.")
    partial = path.parent / f".{path.name}.{os.getpid()}.partial"
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)


def xml_safe(text: str) -> str:
    r"""Return the text with every character that XML cannot hold as U+FFFD, one for one.

    >>> xml_safe("a\x0bb\tc")
    'a\ufffdb\tc'
    """
    return _NOT_XML.sub("\ufffd", text)
