"""analyze(): the stages in order. The table of contents of the package."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

import argmine
from argmine.errors import SettingsError
from argmine.settings import DEFAULT_MODEL, Settings

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from argmine.analysis import Analysis
    from argmine.codebook import Codebook
    from argmine.embed.encoder import Encoder
    from argmine.read import Columns, Discussion
    from argmine.stance import Encoders

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, what is done and what there is to do."""

_VERSIONED = ("torch", "spacy", "numpy", "pandas", "scikit-learn", "scipy", "umap-learn", "hdbscan", "tokenizers")


def analyze(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    codebook: Codebook | str | os.PathLike[str] | None = None,
    columns: Columns | None = None,
    format: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    **changes: Any,
) -> Analysis:
    """Return the Analysis of a URL, a file or a DataFrame.

    `codebook` is a Codebook, the path of one, or nothing for the built-in; `columns` names a table's columns where
    their names do not tell; `format` is one that `argmine formats` lists, where the content should not decide; a knob
    of `Settings` may be given by its own name, as in `analyze(path, seed=7)`. Raise an ArgmineError that says what to
    do where the source, the codebook or a knob is wrong.
    """
    from argmine.analysis import Analysis
    from argmine.cluster import cluster
    from argmine.codebook import BUILT_IN, Codebook, load_codebook
    from argmine.embed import embed, load_encoder, open_store
    from argmine.quotes import choose_quotes, failed_quotes
    from argmine.read import Columns, read
    from argmine.split import split
    from argmine.stance import code, load_coder

    settings = _with_changes(settings or Settings(), changes)
    if not isinstance(codebook, Codebook):
        codebook = load_codebook(str(codebook or BUILT_IN))
    coder = load_coder(settings, codebook)
    clock = _Clock(progress)

    with clock.stage("read") as report:
        discussion = read(source, settings, columns=columns or Columns(), format=format, progress=report)
    posts = discussion.posts
    with clock.stage("split") as report:
        claims, quotations = split(posts, discussion.markup, settings, progress=report)
    with clock.stage("embed") as report:
        encoder = load_encoder(settings)
        vectors = embed(claims["text"].tolist(), encoder, store=open_store(), progress=report)
    encoders = encoders_of(encoder, settings)
    with clock.stage("code") as report:
        stances = code(claims, posts, vectors, codebook, coder, encoders, settings, report)
    with clock.stage("cluster"):
        authors = claims[["post_id"]].merge(posts[["post_id", "author"]], on="post_id", how="left")["author"]
        grouped, said_of_them = vectors_to_group(claims["text"].tolist(), vectors, encoders, settings)
        clustering = cluster(claims, grouped, authors, settings)
    claims = clustering.claims
    with clock.stage("choose quotes"):
        quotes = choose_quotes(posts, claims, stances, clustering.clusters, vectors, settings.quotes_per_list)

    analysis = Analysis(
        posts=posts,
        quotations=quotations,
        claims=claims,
        stances=stances,
        clusters=clustering.clusters,
        quotes=quotes,
        vectors=vectors,
        codebook=codebook,
        manifest={
            "argmine": argmine.__version__,
            "source": _describe_source(discussion),
            "coverage": {"line": discussion.coverage.line(), **discussion.coverage.as_dict()},
            "settings": settings.as_dict(),
            "codebook": {"sha256": codebook.sha256, **codebook.as_dict()},
            "encoder": {
                name: getattr(encoder, name) for name in ("name", "sha256", "dim", "device", "precision", "path")
            },
            "coder": coder.describe(codebook),
            "groups": {
                "method": f"{clustering.method}, on {said_of_them}",
                "sweep": [choice.as_dict() for choice in clustering.sweep],
                "themes": [theme.as_dict() for theme in clustering.themes],
            },
            "versions": versions(),
            "timing": clock.as_dict(),
        },
    )
    checked = failed_quotes(posts, claims) + failed_quotes(posts, quotes)
    return replace(analysis, manifest=analysis.manifest | {"counts": count_run(analysis, checked)})


def plan_coding(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    codebook: Codebook | str | os.PathLike[str] | None = None,
    columns: Columns | None = None,
    format: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> str:
    """Return what coding a source would ask of a server: claims, calls, tokens. Nothing is asked; see `analyze`."""
    from argmine.codebook import BUILT_IN, Codebook, load_codebook
    from argmine.read import Columns, read
    from argmine.split import split
    from argmine.stance import load_coder, plan

    settings = settings or Settings()
    if not isinstance(codebook, Codebook):
        codebook = load_codebook(str(codebook or BUILT_IN))
    coder = load_coder(settings, codebook)
    clock = _Clock(progress)
    with clock.stage("read") as report:
        discussion = read(source, settings, columns=columns or Columns(), format=format, progress=report)
    with clock.stage("split") as report:
        claims, _ = split(discussion.posts, discussion.markup, settings, progress=report)
    planned = plan(claims, discussion.posts, codebook, coder, settings)
    return str(planned) if planned else f"{settings.coder}: runs on this machine and asks no server: 0 calls, 0 tokens"


def _with_changes(settings: Settings, changes: dict[str, Any]) -> Settings:
    known = settings.as_dict()
    for name in changes:
        if name not in known:
            raise SettingsError(f"there is no setting {name!r}; settings are {', '.join(known)}.")
    return replace(settings, **changes)


def encoders_of(encoder: Encoder, settings: Settings) -> Encoders:
    """Return what a coder embeds with: the claims' encoder, and any in a folder; known vectors come from the store."""
    from argmine.embed import embed, load_encoder, load_pair_model, open_store
    from argmine.stance import Encoders

    def encode_with(encoder: Encoder) -> Callable[[Sequence[str]], np.ndarray]:
        return lambda texts: embed(texts, encoder, store=open_store())

    @cache
    def of_folder(folder: Path) -> Callable[[Sequence[str]], np.ndarray]:
        return encode_with(load_encoder(replace(settings, model=str(folder))))

    return Encoders(encode_with(encoder), of_folder, partial(load_pair_model, settings=settings), encoder.sha256)


def vectors_to_group(
    texts: Sequence[str], vectors: np.ndarray, encoders: Encoders, settings: Settings
) -> tuple[np.ndarray, str]:
    """Return the unit vectors to group claims by, shape (n, dim), and what they are, in words.

    They are those of the encoder of points. Whoever names a model wants that model's opinion of what is alike: then
    they are the claims' own `vectors`.
    """
    from argmine.models import POINTS, shipped

    if settings.model == DEFAULT_MODEL:
        tuned = "vectors tuned to lay sentences that make the same point close together"
        return encoders.of_folder(shipped(POINTS))(texts), tuned
    return vectors, f"the vectors of {settings.model}"


def _describe_source(discussion: Discussion) -> dict[str, Any]:
    return {
        "name": discussion.source,
        "title": discussion.title,
        "url": discussion.url,
        "format": discussion.format,
        "sha256": discussion.sha256,
    }


def count_run(analysis: Analysis, failed: int) -> dict[str, Any]:
    """Return the run's counts. A claim that repeats another is in `duplicates` and in no other count of claims."""
    posts, claims = analysis.posts, analysis.claims
    opinions = posts[(posts["status"] == "ok") & (posts["text"] != "")]
    once = claims[claims["duplicate_of"].isna()]
    kinds = once["kind"].value_counts()
    counted = analysis.counted_claims()
    coded = [*analysis.manifest["settings"]["languages"].split(","), "und"]
    foreign = ~once["language"].isin(coded) & (once["kind"] != "quote")
    in_a_frame = int(counted["claim_id"].isin(analysis.stances["claim_id"]).sum())
    return {
        "posts": len(posts),
        "posts_with_text": len(opinions),
        "authors": int(opinions["author"].nunique()),
        "posts_of_unknown_author": int(opinions["author"].isna().sum()),
        "claims": len(counted),
        "kinds": {kind: int(count) for kind, count in kinds.sort_index().items()},
        "duplicates": int(claims["duplicate_of"].notna().sum()),
        "claims_in_other_languages": int(foreign.sum()),
        "claims_in_a_frame": in_a_frame,
        "share_in_a_frame": round(in_a_frame / len(counted), 4) if len(counted) else 0.0,
        "claims_in_a_group": int(counted["cluster_id"].notna().sum()),
        "quotes_checked": len(claims) + len(analysis.quotes),
        "quotes_failed": failed,
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that numbers depend on."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in _VERSIONED}


class _Clock:
    """Times each stage and passes its progress on under the stage's name."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.started = datetime.now(UTC)
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """Yield the stage's own progress callback, which takes what is done and what there is to do."""
        begin = time.perf_counter()

        def report(done: int, total: int) -> None:
            if self.progress:
                self.progress(name, done, total)

        if self.progress:
            self.progress(name, 0, 0)
        yield report
        if self.progress:
            self.progress(name, 1, 1)
        self.seconds[name] = round(time.perf_counter() - begin, 3)

    def as_dict(self) -> dict[str, Any]:
        stamp = "%Y-%m-%dT%H:%M:%SZ"
        return {
            "started_at": self.started.strftime(stamp),
            "finished_at": datetime.now(UTC).strftime(stamp),
            "seconds": self.seconds,
        }
