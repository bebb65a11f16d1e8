"""How to cite a report and how to make it again."""

from __future__ import annotations

import shlex
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from argmine.output.rendering import safe_url
from argmine.settings import Settings

if TYPE_CHECKING:
    from argmine.analysis import Analysis

_TEX = {sign: f"\\{sign}" for sign in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def source_title(analysis: Analysis) -> str:
    """Return the thread's title, or the file's name where it has none."""
    source = analysis.manifest["source"]
    return str(source["title"] or source_name(analysis))


def source_name(analysis: Analysis) -> str:
    """Return the source as it may be shown to others: an address, or a file's name without its folder."""
    name = str(analysis.manifest["source"]["name"])
    return name if safe_url(name) else PurePath(name).name or name


def plain_citation(analysis: Analysis) -> str:
    """Return the citation as one line of text."""
    manifest = analysis.manifest
    parts = [f"Stance report on “{source_title(analysis)}”."]
    if address := safe_url(manifest["source"]["url"]):
        parts.append(f"{address}.")
    parts.append(f"Made with argmine {manifest['argmine']}, codebook {analysis.codebook.name},")
    parts.append(f"input sha256 {manifest['source']['sha256']}.")
    return " ".join(parts)


def bibtex(analysis: Analysis) -> str:
    """Return the citation as a BibTeX entry. It names no date: add the day on which you read the thread."""
    manifest = analysis.manifest
    source = manifest["source"]
    fields = {"title": _tex(f"Stance report on “{source_title(analysis)}”")}
    if address := safe_url(source["url"]):
        fields["howpublished"] = rf"\url{{{address.translate({ord('{'): '%7B', ord('}'): '%7D'})}}}"
    fields["note"] = _tex(
        f"argmine {manifest['argmine']}, codebook {analysis.codebook.name}, input sha256 {source['sha256']}"
    )
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    return "\n".join([f"@misc{{argmine_{source['sha256'][:8]},", ",\n".join(lines), "}"])


def command(analysis: Analysis) -> str:
    """Return the command that makes the report again, with the settings that differ from the defaults."""
    name = analysis.manifest["source"]["name"]
    if name == "DataFrame":
        changes = "".join(f", {key}={value!r}" for key, value in changed_settings(analysis).items())
        return f'argmine.analyze(dataframe{changes}).report("out")'
    words = ["argmine", "report", source_name(analysis), "-o", "out"]
    for key, value in changed_settings(analysis).items():
        flag = f"--{key.replace('_', '-')}"
        words += [flag] if value is True else [flag, str(value)]
    if analysis.codebook.name != "ai_policy":
        words += ["--codebook", f"{analysis.codebook.name}.yaml"]
    return " ".join(shlex.quote(word) for word in words)


def changed_settings(analysis: Analysis) -> dict[str, Any]:
    """Return the run's settings that are not the defaults."""
    defaults = Settings().as_dict()
    return {name: value for name, value in analysis.manifest["settings"].items() if value != defaults.get(name)}


def _tex(text: str) -> str:
    return " ".join("".join(_TEX.get(sign, sign) for sign in text).split())
