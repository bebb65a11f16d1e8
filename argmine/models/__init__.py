"""The weights that ship, each in a folder with its card: data, licence, sha256, scores."""

from __future__ import annotations

from pathlib import Path

POINTS = "points"
"""An encoder like the default one, tuned to lay sentences of a debate that make the same point close together."""


def shipped(name: str) -> Path:
    """Return the folder of a model that ships.

    >>> (shipped(POINTS) / "card.json").is_file()
    True
    """
    return Path(__file__).parent / name
