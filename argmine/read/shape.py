"""Parts of a JSON value that may be of any shape: what is not of the wanted kind is as good as absent."""

from __future__ import annotations

from typing import Any


def mapping(value: Any, *path: str) -> dict[str, Any]:
    """Return the object that stands at a path of names below a value; an empty one where there is none.

    >>> mapping({"a": {"b": {"c": 1}}}, "a", "b"), mapping({"a": [1]}, "a"), mapping(None)
    ({'c': 1}, {}, {})
    """
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a list, in order; none for anything else.

    >>> objects([{"a": 1}, None, 3]), objects("text")
    ([{'a': 1}], [])
    """
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: Any) -> str:
    """Return a text as it is; "" for anything else.

    >>> words(" so "), words(None), words(7)
    (' so ', '', '')
    """
    return value if isinstance(value, str) else ""


def count(value: Any) -> int | None:
    """Return a whole number that is not negative; None for anything else.

    >>> count(3), count(True), count(-1), count("3")
    (3, None, None, None)
    """
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
