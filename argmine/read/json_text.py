"""JSON to values, for any depth of nesting and any surrogate escape."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in CPython, missing in typeshed
from typing import Any

# A pair, half a pair, or any other escape; the last is matched so that an escaped backslash hides what follows it.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_BLANKS = (" ", "\t", "\n", "\r")
_SPACE = re.compile(r"[ \t\n\r]*")
_LONGEST_INTEGER = 4_000


def _integer(digits: str) -> int | str:
    """Return a whole number; one that is too long to be a number of anything stays text, as Python reads none such."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


_scan_scalar = json.JSONDecoder(parse_int=_integer).scan_once  # type: ignore[attr-defined]  # as above


def load_json(text: str) -> tuple[Any, int]:
    """Return the value and the number of lone surrogate escapes, each read as U+FFFD; raise json.JSONDecodeError.

    The standard parser recurses, so a chain of replies deeper than the interpreter's stack goes to a slower one here.
    """
    replaced = 0
    if "\\u" in text and ("\\ud" in text or "\\uD" in text):

        def mend(escape: re.Match[str]) -> str:
            nonlocal replaced
            if escape.group(1) is None:
                return escape.group(0)
            replaced += 1
            return r"\ufffd"

        text = _ESCAPE.sub(mend, text)
    try:
        return json.loads(text), replaced
    except RecursionError:
        return _load_deep(text), replaced
    except json.JSONDecodeError:
        raise
    except ValueError:  # a whole number of thousands of digits
        return json.loads(text, parse_int=_integer), replaced


def _load_deep(text: str) -> Any:
    """Return the value of a JSON text, with a list of the open containers in place of the call stack."""
    at = _skip(text, 0)
    root: list[Any] = []
    open_containers: list[list[Any] | dict[str, Any]] = [root]
    while True:
        container = open_containers[-1]
        key = None
        if isinstance(container, dict):
            key, at = _key(text, at)
        opened, value, at = _value(text, at)
        if isinstance(container, dict):
            container[str(key)] = value
        else:
            container.append(value)
        if opened:
            open_containers.append(value)
        at, done = _close(text, at, open_containers, opened)
        if done:
            break
    if at != len(text):
        raise json.JSONDecodeError("Extra data", text, at)
    return root[0]


def _skip(text: str, at: int) -> int:
    if text[at : at + 1] not in _BLANKS:
        return at
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _key(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
    key, at = scanstring(text, at + 1, True)
    at = _skip(text, at)
    if text[at : at + 1] != ":":
        raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
    return key, _skip(text, at + 1)


def _value(text: str, at: int) -> tuple[bool, Any, int]:
    """Return whether a container was opened and is not empty, the value, and the position after it and its space."""
    sign = text[at : at + 1]
    if sign in ("{", "["):
        container: Any = {} if sign == "{" else []
        at = _skip(text, at + 1)
        if text[at : at + 1] == ("}" if sign == "{" else "]"):
            return False, container, _skip(text, at + 1)
        return True, container, at
    try:
        value, at = _scan_scalar(text, at)
    except StopIteration:
        raise json.JSONDecodeError("Expecting value", text, at) from None
    return False, value, _skip(text, at)


def _close(text: str, at: int, open_containers: list[Any], opened: bool) -> tuple[int, bool]:
    """Return the position of the next value and whether the outermost one has ended; pop what closes here."""
    if opened:
        return at, False
    while len(open_containers) > 1:
        sign = text[at : at + 1]
        if sign == ",":
            return _skip(text, at + 1), False
        if sign != ("}" if isinstance(open_containers[-1], dict) else "]"):
            raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
        open_containers.pop()
        at = _skip(text, at + 1)
    return at, True
