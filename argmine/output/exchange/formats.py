"""Every format that is written, in the order in which they are shown."""

from __future__ import annotations

from argmine.errors import SettingsError
from argmine.output.exchange import (
    argdown,
    csv_file,
    doccano,
    graphml,
    jsonl,
    label_studio,
    parquet,
    qdpx,
    sadface,
    xaif,
    xlsx,
)
from argmine.output.exchange.format import Format

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT
    for module in (csv_file, parquet, xlsx, jsonl, qdpx, label_studio, doccano, xaif, sadface, argdown, graphml)
}


def find_format(name: str) -> Format:
    """Return the format of that name; raise SettingsError, naming all, where there is none."""
    if name not in FORMATS:
        raise SettingsError(f"there is no export format {name!r}; choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]
