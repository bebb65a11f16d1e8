"""Which coder spoke, and how well it did where people had coded too: what the manifest and the report say of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from argmine.codebook import load_codebook
from argmine.stance.trained import coder_folder, load_heads

if TYPE_CHECKING:
    from argmine.codebook import Codebook
    from argmine.settings import Settings

_NAMES = {
    "trained": "a trained model that reads each claim in its context together with the frame's proposition",
    "similarity": "similarity to the codebook's propositions and examples",
}


def describe_coder(settings: Settings, codebook: Codebook) -> dict[str, Any]:
    """Return the coder's name, its weights' hash if it has weights, and its scores if they are known for this codebook."""
    described: dict[str, Any] = {"name": _NAMES[settings.coder]}
    if settings.coder == "trained":
        described["sha256"] = load_heads(coder_folder()).sha256
    if codebook.sha256 == load_codebook().sha256:
        scores = json.loads((coder_folder() / "quality.json").read_text(encoding="utf-8"))
        described["quality"] = scores[settings.coder]
    return described
