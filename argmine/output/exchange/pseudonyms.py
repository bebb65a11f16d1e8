"""An Analysis for others to read: authors as keyed pseudonyms, user names in texts masked, permalinks dropped.

A pseudonym is HMAC-SHA-256 (RFC 2104) of the name, under a key that lies in the run folder and enters no export. An
author has the same pseudonym in every export of the run, and nobody without the key can test a guess. Posts, claims and
groups get pseudonyms too, since their identifiers lead to the author; times are cut to the day. The words themselves
remain: whoever searches the web for a sentence may find it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from argmine import tables
from argmine.errors import RunError
from argmine.output.exchange.masking import MASK, MaskedText, Masker, mask
from argmine.output.exchange.material import Material, records
from argmine.output.folder import KEY

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from argmine.analysis import Analysis

_KEY_BYTES = 32
_KEPT_OF_MANIFEST = ("argmine", "coverage", "codebook", "encoder", "groups", "versions", "counts")

_KEPT_OF_SETTINGS = ("unit", "languages", "model", "stance_threshold", "side_threshold", "seed")


def run_key(folder: Path) -> bytes:
    """Return the run's key, made at the first call; raise RunError where the file is damaged or cannot be written."""
    path = folder / KEY
    try:
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(_KEY_BYTES) + "\n")
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise RunError(f"{path}: cannot be read or written: {error.strerror or error}.") from error
    except ValueError as error:
        raise RunError(f"{path}: not a key. Put the right file back; a new one would give new pseudonyms.") from error
    if len(key) != _KEY_BYTES:
        raise RunError(f"{path}: a key of {len(key)} bytes for {_KEY_BYTES}. Put the right file back.")
    return key


def known_key(folder: Path) -> bytes | None:
    """Return the run's key, or None where none has been made; raise RunError where the file is damaged."""
    return run_key(folder) if (folder / KEY).exists() else None


def pseudonym(key: bytes, kind: str, name: str) -> str:
    """Return the pseudonym of a name: its kind and 64 bits of the keyed hash.

    >>> pseudonym(b"k" * 32, "author", "ann") == pseudonym(b"k" * 32, "author", "ann")
    True
    """
    message = f"{kind}\0{name}".encode()
    return f"{kind}-{hmac.new(key, message, hashlib.sha256).hexdigest()[:16]}"


def pseudonymous(analysis: Analysis, key: bytes) -> Material:
    """Return the Analysis ready for others: row i of every table is about the same thing as row i of the original.

    Offsets are those of the masked texts, so that `post.text[start:end]` still is the claim; masked posts are named.
    """
    source = analysis.manifest["source"]
    addresses = [*analysis.posts["url"].dropna(), str(source["url"] or ""), str(source["name"])]
    masker = Masker.of([*analysis.posts["author"].dropna(), *analysis.quotations["source_author"].dropna()], addresses)
    texts = {
        post_id: mask(text, masker)
        for post_id, text in zip(analysis.posts["post_id"], analysis.posts["text"], strict=True)
    }
    cloak = _Cloak(key, texts, masker)
    claims = cloak.claims(analysis.claims)
    names = dict(zip(analysis.claims["claim_id"], claims["claim_id"], strict=True))
    stances = analysis.stances.assign(claim_id=analysis.stances["claim_id"].map(names))
    quotes = cloak.quotes(analysis.quotes, names)
    manifest = {name: analysis.manifest[name] for name in _KEPT_OF_MANIFEST if name in analysis.manifest}
    manifest["settings"] = {name: analysis.manifest["settings"][name] for name in _KEPT_OF_SETTINGS}
    manifest["coder"] = {"name": analysis.manifest["coder"]["name"]}
    title = mask(str(source["title"] or ""), masker).text
    manifest["source"] = {"name": MASK, "title": title, "url": None, "format": source["format"], "sha256": ""}
    cloaked = replace(
        analysis,
        posts=cloak.posts(analysis.posts),
        quotations=cloak.quotations(analysis.quotations),
        claims=claims.assign(duplicate_of=claims["duplicate_of"].map(names)),
        stances=tables.conform(stances, tables.STANCES),
        clusters=cloak.clusters(analysis.clusters),
        quotes=quotes,
        manifest=manifest,
    )
    masked = {pseudonym(key, "post", post_id) for post_id, found in texts.items() if found.spans}
    return Material(cloaked, frozenset(masked), "pseudonymous")


class _Cloak:
    """Turns each table into its cloaked form, row by row."""

    def __init__(self, key: bytes, texts: dict[str, MaskedText], masker: Masker) -> None:
        self.key, self.texts, self.masker = key, texts, masker

    def name(self, kind: str, value: Any) -> str | None:
        return pseudonym(self.key, kind, value) if isinstance(value, str) else None

    def names(self, kind: str, values: pd.Series) -> pd.Series:
        return values.astype(object).map(lambda value: self.name(kind, value))

    def posts(self, posts: pd.DataFrame) -> pd.DataFrame:
        cloaked = posts.assign(
            post_id=self.names("post", posts["post_id"]),
            thread_id=self.names("thread", posts["thread_id"]),
            parent_id=self.names("post", posts["parent_id"]),
            author=self.names("author", posts["author"]),
            created_at=posts["created_at"].dt.floor("D"),
            url=None,
            text=[self.texts[post_id].text for post_id in posts["post_id"]],
        )
        return tables.conform(cloaked, tables.POSTS)

    def quotations(self, quotations: pd.DataFrame) -> pd.DataFrame:
        cloaked = self._moved(quotations, "post_id", "start", "end")
        cloaked = self._moved(cloaked, "source_post_id", "source_start", "source_end").assign(
            post_id=self.names("post", quotations["post_id"]),
            source_post_id=self.names("post", quotations["source_post_id"]),
            source_author=self.names("author", quotations["source_author"]),
        )
        return tables.conform(cloaked, tables.QUOTATIONS)

    def claims(self, claims: pd.DataFrame) -> pd.DataFrame:
        cloaked = self._moved(claims, "post_id", "start", "end")
        cloaked = cloaked.assign(
            text=self._texts(cloaked),
            post_id=self.names("post", claims["post_id"]),
            cluster_id=self.names("group", claims["cluster_id"]),
        )
        return tables.conform(cloaked.assign(claim_id=_unique_ids(cloaked)), tables.CLAIMS)

    def quotes(self, quotes: pd.DataFrame, claim_ids: dict[str, str]) -> pd.DataFrame:
        cloaked = self._moved(quotes, "post_id", "start", "end")
        cloaked = cloaked.assign(
            text=self._texts(cloaked),
            claim_id=quotes["claim_id"].map(claim_ids),
            post_id=self.names("post", quotes["post_id"]),
            cluster_id=self.names("group", quotes["cluster_id"]),
            author=self.names("author", quotes["author"]),
            url=None,
        )
        return tables.conform(cloaked, tables.QUOTES)

    def clusters(self, clusters: pd.DataFrame) -> pd.DataFrame:
        cloaked = clusters.assign(
            cluster_id=self.names("group", clusters["cluster_id"]),
            name=[mask(name, self.masker).text for name in clusters["name"]],
            keyphrases=[mask(phrases, self.masker).text for phrases in clusters["keyphrases"]],
        )
        return tables.conform(cloaked, tables.CLUSTERS)

    def _moved(self, rows: pd.DataFrame, post: str, start: str, end: str) -> pd.DataFrame:
        """Return the rows with the offsets of the masked texts; post ids are still the original ones."""
        moved = rows.astype({start: object, end: object})
        for number, row in enumerate(records(rows[[post, start, end]])):
            text = self.texts.get(row[post])
            if text and row[start] is not None:
                moved.at[rows.index[number], start] = text.place(int(row[start]))
                moved.at[rows.index[number], end] = text.place(int(row[end]), end=True)
        return moved

    def _texts(self, moved: pd.DataFrame) -> list[str]:
        columns = (moved[name] for name in ("post_id", "start", "end"))
        return [self.texts[post_id].text[start:end] for post_id, start, end in zip(*columns, strict=True)]


def _unique_ids(claims: pd.DataFrame) -> list[str]:
    """Return post and start of each claim; a claim that starts inside the same mask as another gets one mark more."""
    ids: list[str] = []
    taken: set[str] = set()
    for post_id, start in zip(claims["post_id"], claims["start"], strict=True):
        found = f"{post_id}:{start}"
        while found in taken:
            found += "+"
        taken.add(found)
        ids.append(found)
    return ids
