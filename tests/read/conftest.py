"""Threads written for the tests, in the shapes of the sources."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes a file of text or bytes and returns its path."""

    def write_file(content: str | bytes, name: str = "source") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def node(identifier: int, text: str | None, *children: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a comment as the Algolia API nests it; a later identifier is a later comment."""
    return {
        "id": identifier,
        "created_at": None,
        "created_at_i": 1_600_000_000 + identifier,
        "type": "comment",
        "author": f"writer{identifier % 5}",
        "title": None,
        "url": None,
        "text": text,
        "points": None,
        "parent_id": None,
        "story_id": 1,
        "options": [],
        "children": list(children),
    } | more


@pytest.fixture(name="node")
def node_fixture() -> Callable[..., dict[str, Any]]:
    """The maker of Algolia nodes."""
    return node


@pytest.fixture
def story() -> dict[str, Any]:
    """A thread of seven comments: one deleted, one dead, one flagged, an empty one among their replies."""
    return node(
        1,
        None,
        node(4, "Later sibling."),
        node(2, "First.<p>&gt; quoted", node(5, None, node(6, "Under a deleted one."), author=None)),
        node(3, None, author="banned"),
        node(7, "[flagged]", node(8, "Under a flagged one.")),
        type="story",
        title="A letter on distillation",
        url="https://example.org/letter",
        points=120,
    )
