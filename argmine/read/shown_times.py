"""Times as forum pages show them to people: named months, numbers in either order, a zone at the foot of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from argmine.read.times import microseconds

# The first letters by which a month is known, in the languages that forums are most often set to.
_MONTHS = (
    "jan gen ene",
    "feb fév fev",
    "mar mär maa mrt",
    "apr avr abr",
    "may mai mei mag",
    "jun juin giu",
    "jul juil lug",
    "aug aoû ago",
    "sep set",
    "oct okt ott out",
    "nov",
    "dec dez déc dic",
)
_MONTH_OF = {start: number for number, starts in enumerate(_MONTHS, 1) for start in starts.split()}
_STARTS = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_MONTH = rf"(?P<month>(?:{_STARTS})[^\W\d_]*)\.?"
_CLOCK = (
    r"(?:[^\w]{0,4}(?:at|à|um|om)?[^\w]{0,3}(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?"
    r"\s*(?P<half>[ap]\.?m\b)?)?"
)
_FORMS = (
    re.compile(rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_CLOCK}", re.IGNORECASE),
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º)?\s+(?:de\s+)?{_MONTH},?\s+(?:de\s+)?(?P<year>\d{{4}}){_CLOCK}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<year>\d{{4}})-(?P<second_part>\d{{1,2}})-(?P<third_part>\d{{1,2}}){_CLOCK}", re.IGNORECASE),
    re.compile(
        rf"(?P<first_part>\d{{1,2}})[-/.](?P<second_part>\d{{1,2}})[-/.](?P<year>\d{{4}}){_CLOCK}", re.IGNORECASE
    ),
)
_RELATIVE = re.compile(
    r"(?:\d+|an?|one)\s*(?:second|minute|min|hour|hr|day|week|month|mo|year|yr|[smhdwy]\b)s?\s+ago|"
    r"^(?:today|yesterday)\b",
    re.IGNORECASE,
)
_LONGEST = 200
_ZONE = re.compile(
    r"(?:all\s+)?times?\s+(?:are|is)\s+(?:in\s+)?(?:<[^>]{0,99}>|\s|\()*"
    r"(?:GMT|UTC)(?:</?[^>]{0,99}>|\s)*(?:(?P<sign>[+−–-])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Parts:
    """A date as it is written; `order` says that day and month are two numbers whose order is open."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    order_open: bool


def shown_times(written: Sequence[str | None], zone: timezone | None = None) -> list[int | None]:
    """Return microseconds since 1970 UTC for each time of one page; None where it cannot be read.

    What is written for machines is read first. Otherwise `zone` is the page's own, UTC if it does not say. Where day
    and month are two numbers, the order is the one in which every time of the page is a date, else the one in which
    none runs backwards; where that leaves both, the times stay unread, and so do "yesterday" and "2 days ago".

    >>> shown_times(["Sat Feb 24, 2024 12:41 pm", "13-02-2024, 09:12 PM", "2 days ago"])
    [1708778460000000, 1707858720000000, None]
    """
    exact = [microseconds(said) if said else None for said in written]
    parts = [_parts(said) if said and known is None else None for said, known in zip(written, exact, strict=True)]
    swap = _is_swapped([part for part in parts if part and part.order_open])
    return [
        known if known is not None else _moment(part, swap, zone or UTC) if part else None
        for known, part in zip(exact, parts, strict=True)
    ]


def looks_like_time(said: str) -> bool:
    """Return whether a short text shows a time of posting, also one that only counts back from now.

    >>> looks_like_time("posted 3 years ago"), looks_like_time("03/04/2020"), looks_like_time("3 replies")
    (True, True, False)
    """
    return _RELATIVE.search(said) is not None or _parts(said) is not None


def page_zone(text: str) -> timezone | None:
    """Return the zone in which a page says that it shows its times, or None.

    >>> page_zone("All times are GMT -5. The time now is 10:00."), page_zone("Hello.")
    (datetime.timezone(datetime.timedelta(days=-1, seconds=68400)), None)
    """
    found = _ZONE.search(text)
    if not found:
        return None
    away = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    if away >= timedelta(hours=15):
        return None
    return timezone(-away if found["sign"] and found["sign"] != "+" else away)


def _parts(said: str) -> _Parts | None:
    for form in _FORMS:
        found = form.search(said[:_LONGEST])
        if found:
            break
    else:
        return None
    known = found.groupdict()
    if known.get("month"):
        month, day = _month(known["month"]), int(known["day"])
    elif known.get("third_part"):
        month, day = int(known["second_part"]), int(known["third_part"])
    else:
        month, day = int(known["first_part"]), int(known["second_part"])
    hour = int(known["hour"] or 0)
    if known["half"]:
        hour = hour % 12 + (12 if known["half"].lower().startswith("p") else 0)
    return _Parts(
        int(known["year"]),
        month,
        day,
        hour,
        int(known["minute"] or 0),
        int(known["second"] or 0),
        bool(known.get("first_part")),
    )


def _month(word: str) -> int:
    lower = word.lower()
    return next(_MONTH_OF[lower[:length]] for length in (4, 3) if lower[:length] in _MONTH_OF)


def _is_swapped(open_parts: list[_Parts]) -> bool | None:
    """Return whether the first number is the day; None where both orders or neither would do."""
    both = [(_moment(part, False, UTC), _moment(part, True, UTC)) for part in open_parts]
    orders = {
        swap: [pair[swap] for pair in both if any(moment is not None for moment in pair)] for swap in (False, True)
    }
    if orders[False] == orders[True]:
        return False
    possible = {swap: times for swap, times in orders.items() if None not in times}
    if len(possible) == 2:
        possible = {swap: times for swap, times in possible.items() if times == sorted(times, key=lambda at: at or 0)}
    return next(iter(possible)) if len(possible) == 1 else None


def _moment(part: _Parts, swap: bool | None, zone: timezone) -> int | None:
    month, day = part.month, part.day
    if part.order_open:
        if swap is None:
            return None
        month, day = (day, month) if swap else (month, day)
    try:
        return microseconds(datetime(part.year, month, day, part.hour, part.minute, part.second, tzinfo=zone))
    except (ValueError, OverflowError):
        return None
