"""Times of posting, in whatever way a source writes them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# A number is an epoch in the unit that puts it between 1973 and 5138. Smaller ones are counters, not times.
_UNITS = ((1e8, 1e11, 1_000_000), (1e11, 1e14, 1_000), (1e14, 1e17, 1))
_NANOSECONDS = (1e17, 9.2e18)
_LATEST_US = 253_402_300_799_999_999
_HALF_DAY = re.compile(r"\b[ap]\.?m\b", re.IGNORECASE)
_LAYOUTS = (
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M:%S.%f UTC",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%a %b %d %H:%M:%S %z %Y",
    "%a %b %d %H:%M:%S %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
)


def microseconds(value: Any) -> int | None:
    """Return a time as microseconds since 1970 UTC; None where it cannot be read.

    Read are ISO 8601, RFC 2822, epochs in seconds to nanoseconds (int, float or text), a few common layouts, and
    datetimes. A time without a zone is taken as UTC. Day and month as two numbers are not guessed at.

    >>> microseconds("1970-01-02T00:00:00Z"), microseconds(1604766347), microseconds("03/04/2020"), microseconds(17)
    (86400000000, 1604766347000000, None, None)
    """
    if type(value) is int and _UNITS[0][0] <= value < _UNITS[0][1]:  # what most sources write
        return value * 1_000_000
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, datetime):
        return _from_datetime(value)
    if isinstance(value, (int, float)):
        return _from_number(value)
    return _from_text(value.strip()) if isinstance(value, str) and len(value) < 100 else None


def _from_datetime(moment: datetime) -> int | None:
    if moment != moment:  # pandas' missing time is a datetime
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def _from_number(number: float) -> int | None:
    if isinstance(number, float) and not math.isfinite(number):
        return None
    for low, high, factor in _UNITS:
        if low <= number < high:
            if isinstance(number, int):
                return number * factor if number * factor <= _LATEST_US else None
            # Through the fraction, because a float epoch in microseconds has no digit to lose.
            found = int(number) * factor + round((number - int(number)) * factor)
            return found if found <= _LATEST_US else None
    if _NANOSECONDS[0] <= number < _NANOSECONDS[1]:
        return int(number) // 1_000
    return None


def _from_text(text: str) -> int | None:
    if not text:
        return None
    try:
        # A whole number keeps its digits: as a float it would lose some.
        found = _from_number(int(text) if text.isascii() and text.isdigit() else float(text))
    except ValueError:
        found = None
    if found is not None:
        return found
    try:
        return _from_datetime(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    try:
        # It leaves out AM and PM, by which a time would be twelve hours wrong.
        return None if _HALF_DAY.search(text) else _from_datetime(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    for layout in _LAYOUTS:
        try:
            return _from_datetime(datetime.strptime(text, layout))
        except (ValueError, OverflowError):
            continue
    return None
