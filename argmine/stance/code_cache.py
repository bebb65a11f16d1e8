"""Codes that a chat model gave before, one small file a claim, by a hash of all that decides them. No text is kept."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

_FOLDER = "codes"


def content_key(*parts: Any) -> str:
    """Return the hash of plain values, as 64 hexadecimal digits.

    >>> content_key("a", 1) == content_key("a", 1), content_key("a", 1) == content_key("a1")
    (True, False)
    """
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


class CodeCache:
    """Codes in a folder: `find` and `keep` them by key. A folder that cannot be written keeps nothing."""

    def __init__(self, cache_folder: Path) -> None:
        self.folder = cache_folder / _FOLDER

    def find(self, key: str) -> dict[str, Any] | None:
        """Return what is kept under a key, or None where nothing sound is."""
        try:
            found = json.loads(self._file(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def keep(self, key: str, codes: dict[str, Any]) -> bool:
        """Keep codes under a key, whole or not at all; return whether the folder could be written."""
        file = self._file(key)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8") as part:
                json.dump(codes, part)
            Path(name).replace(file)
        except OSError:
            return False
        return True

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"
