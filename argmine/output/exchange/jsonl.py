"""JSON lines: one object a claim, texts verbatim; a frame that the claim does not speak to is null."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from argmine.output.exchange import flat
from argmine.output.exchange.format import Format

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from argmine.output.exchange.material import Material
    from argmine.tables import Column


def write_table(columns: Sequence[Column], rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write one object a line, its keys in the columns' order."""
    with path.open("w", newline="\n", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps({c.name: row[c.name] for c in columns}, ensure_ascii=False) + "\n")


def _write(material: Material, path: Path) -> None:
    write_table(flat.columns(material), flat.rows(material), path)


FORMAT = Format(
    name="jsonl",
    title="JSON lines, one object a claim",
    opens_in="pandas, R, jq, any program",
    offsets="code points",
    write=_write,
    write_table=write_table,
)
