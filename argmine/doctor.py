"""What a run would use on this machine, for `argmine doctor`."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argmine.settings import Settings

_PACKAGES = ("torch", "spacy", "sentence-transformers", "umap-learn", "hdbscan", "pandas", "matplotlib", "plotly")


def examine(settings: Settings) -> dict[str, str]:
    """Return what was found, by name. The network is tried once, briefly, and only told of: nothing here needs it."""
    from argmine import __version__
    from argmine.embed import describe_device, load_encoder
    from argmine.read.fetch import is_reachable

    encoder = load_encoder(settings)
    found = {"argmine": __version__, "python": platform.python_version()}
    found |= {name: metadata.version(name) for name in _PACKAGES}
    found |= {name: str(value) for name, value in describe_device(settings).items()}
    found |= {
        "model": f"{encoder.name} ({encoder.dim} dimensions, {encoder.max_tokens} tokens at most)",
        "sha256": encoder.sha256,
    }
    online = is_reachable(settings.hn_api, timeout_s=2.0)
    found["network"] = "reachable" if online else "not reachable (only reading a URL needs it)"
    return found
