"""Records that were set aside: a line of JSON each, with the reason."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from io import TextIOWrapper

    from argmine.read.streaming import Rejected

LONGEST_TEXT = 100_000


class Aside:
    """The file of one source or partition; it stands there when everything was written, and not if there is nothing."""

    def __init__(self, path: Path, source: str) -> None:
        self.path, self.source, self.count = path, source, 0
        self._partial = path.with_name(f".{path.name}.{os.getpid()}")
        self._file: TextIOWrapper | None = None

    def add(self, item: Rejected) -> None:
        """Set a record aside."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._partial.open("w", encoding="utf-8", errors="replace")
        row = {"source": self.source, "record": item.number, "reason": item.reason, "text": item.text[:LONGEST_TEXT]}
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.count += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            if error is None:
                self._partial.replace(self.path)
            else:
                self._partial.unlink()
