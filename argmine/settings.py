"""Every knob of a run: its default, its range, its reason. Flags, manifest and documentation are made from here."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from argmine.errors import SettingsError

DEFAULT_MODEL = "all-MiniLM-L6-v2"


def knob(
    default: Any, reason: str, *, low: float | None = None, high: float | None = None, choices: tuple[str, ...] = ()
) -> Any:
    """Return a dataclass field that carries its reason and its range."""
    return field(default=default, metadata={"reason": reason, "low": low, "high": high, "choices": choices})


@dataclass(frozen=True)
class Settings:
    """The knobs of one run. A variation is `replace(settings, seed=7)`; a wrong value raises SettingsError."""

    # read
    offline: bool = knob(False, "Never open a connection: a URL is then read from the cache, or an error.")
    timeout_s: float = knob(30.0, "Longest wait for a server's answer, in seconds.", low=0.1, high=600)
    hn_api: str = knob("https://hn.algolia.com/api/v1", "Base address of the Hacker News Algolia API.")
    allow_private: bool = knob(False, "Allow addresses on this machine or a private network.")
    refresh: bool = knob(False, "Ask the server again for what the cache holds.")
    cache_dir: str = knob("", "Folder that keeps answers of servers; empty for $ARGMINE_CACHE_DIR or the user's cache.")
    accept_terms: bool = knob(False, "Read a live site that objects to reading by machines (Lobsters) all the same.")
    # split
    unit: str = knob(
        "claim", "Grain of a claim: whole sentences, or the independent claims in them.", choices=("claim", "sentence")
    )
    languages: str = knob(
        "en", "Languages that the encoder reads, comma-separated ISO 639-1 codes; others are not coded."
    )
    # embed
    model: str = knob(
        DEFAULT_MODEL, "Encoder: the packaged default, or any sentence-transformers model by name or path."
    )
    device: str = knob("auto", "Where the encoder runs.", choices=("auto", "cpu", "cuda", "mps"))
    precision: str = knob(
        "auto",
        "exact is float32 throughout; auto takes the fastest that the device does well.",
        choices=("auto", "exact"),
    )
    # stance
    coder: str = knob(
        "trained",
        "What codes the claims: trained, similarity (to the codebook's sentences), nli:MODEL (an inference model, by "
        "name or folder) or llm:MODEL (a chat model at coder_url).",
    )
    coder_url: str = knob(
        "",
        "Address of the server that llm:MODEL is asked at, as http://localhost:8000/v1; its key is taken from "
        "$ARGMINE_CODER_KEY.",
    )
    # The best F1 on held-out comments of data/labelled/stance (0.65, flat from 0.25 to 0.4); of seven recorded threads
    # on other subjects, under 0.8 % of the claims then speak to a frame.
    stance_threshold: float = knob(
        0.35, "Least confidence with which a claim is said to speak to a frame.", low=0, high=1
    )
    # Of the sides that are told on comments held out from training, 92 % are right at 0.8, 85 % at 0.7, 79 % at 0.6.
    side_threshold: float = knob(0.8, "Least confidence for a side; below it the side is unclear.", low=0.34, high=1)
    # cluster
    min_cluster_size: int = knob(
        0, "Least claims in a group; 0 takes the size at which the groups change least.", low=0, high=100_000
    )
    # report
    quotes_per_list: int = knob(5, "Quotes shown for a side of a frame, or for a group.", low=1, high=50)
    # all stages
    seed: int = knob(0, "Seed of every random choice.", low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        for knob_field in fields(self):
            value, meta = getattr(self, knob_field.name), knob_field.metadata
            if meta["choices"] and value not in meta["choices"]:
                raise SettingsError(f"{knob_field.name} is {value!r}; choose one of {', '.join(meta['choices'])}.")
            if meta["low"] is not None and not meta["low"] <= value <= meta["high"]:
                raise SettingsError(
                    f"{knob_field.name} is {value!r}; it must lie between {meta['low']} and {meta['high']}."
                )

    @property
    def cache_folder(self) -> Path:
        """The folder that keeps what was got from servers: cache_dir, $ARGMINE_CACHE_DIR, or the user's cache."""
        named = self.cache_dir or os.environ.get("ARGMINE_CACHE_DIR")
        if named:
            return Path(named).expanduser()
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "argmine"

    def as_dict(self) -> dict[str, Any]:
        """Return the knobs by name, as the manifest records them."""
        return asdict(self)
