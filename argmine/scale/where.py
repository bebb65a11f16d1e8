"""Which records of an archive are read: by subreddit, time and thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from argmine.errors import SettingsError
from argmine.read.streaming import thread_named
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from argmine.read.streaming import Record

_NAMES = ("subreddit", "after", "before", "link_id")
_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class Where:
    """The records that are wanted; empty parts ask for nothing. Times are microseconds since 1970 UTC."""

    forums: frozenset[str] = frozenset()
    threads: frozenset[str] = frozenset()
    after_us: int | None = None
    before_us: int | None = None

    def keeps(self, record: Record) -> bool:
        """Return whether a record is wanted. One without a time is not, where a time is asked for."""
        draft = record.draft
        if self.forums and (record.forum or "").lower() not in self.forums:
            return False
        if self.threads and draft.thread_id not in self.threads:
            return False
        if self.after_us is None and self.before_us is None:
            return True
        if draft.created_us is None:
            return False
        return (self.after_us or 0) <= draft.created_us and (
            self.before_us is None or draft.created_us < self.before_us
        )


def parse_where(text: str) -> Where:
    """Return the filter that a text like `subreddit=a,b after=2023-01 before=2024 link_id=t3_x` asks for.

    `after` is the first moment that is read, `before` the first that is not. Raise SettingsError for anything else.

    >>> parse_where("subreddit=Python after=1970-01-02").after_us
    86400000000
    """
    given: dict[str, str] = {}
    for part in text.split():
        name, sign, value = part.partition("=")
        if name not in _NAMES or not sign or not value:
            raise SettingsError(f"--where {part!r} is not understood; parts are {', '.join(f'{n}=…' for n in _NAMES)}.")
        given[name] = value
    return Where(
        forums=frozenset(name.lower().removeprefix("r/") for name in given.get("subreddit", "").split(",") if name),
        threads=frozenset(thread_named(name) for name in given.get("link_id", "").split(",") if name),
        after_us=_moment("after", given.get("after")),
        before_us=_moment("before", given.get("before")),
    )


def _moment(name: str, value: str | None) -> int | None:
    if value is None:
        return None
    whole = f"{value}-01-01" if _YEAR.fullmatch(value) else f"{value}-01" if _MONTH.fullmatch(value) else value
    found = microseconds(whole)
    if found is None:
        raise SettingsError(f"--where {name}={value!r} is no date; write it as 2024, 2024-03 or 2024-03-15.")
    return found
