"""How fast the encoder is: beside sentence-transformers in the same run, and under the two ceilings of the machine."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.embed.devices import Device, choose_device, one_thread, synchronize
from argmine.embed.embedding import embed
from argmine.embed.encoder import WINDOW, Encoder, load_encoder
from argmine.embed.packed import PackedModel
from argmine.embed.store import open_store
from argmine.embed.tokens import load_tokenizer, tokenize, tokenize_ahead
from argmine.embed.weights import Recipe, find_model, load_weights, read_recipe
from argmine.errors import EncoderError
from argmine.settings import Settings

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

# Words of a claim: half have fewer than 25, one in twenty more than 70.
MEDIAN_WORDS = 25
SPREAD = 0.62
# Tokens that stand for no word of the language come first in the vocabulary.
FIRST_WORD = 1_996
BATCH_SIZES = (16, 32, 64, 128, 256, 1_024, 4_096)
# Texts on which a batch size is tried before the race.
TRIAL = 256
CEILING_S = 2.0
LIBRARY = "encode(), defaults"


@dataclass(frozen=True)
class Contender:
    """One way to embed the texts: what it is called, how it is run, and the precision of its products."""

    name: str
    run: Callable[[list[str]], NDArray[np.float32]]
    precision: str


def run(n: int = 2_000, device: str = "auto", rounds: int = 5, model: str = "all-MiniLM-L6-v2") -> str:
    """Return a table of speeds: every contender `rounds` times in turn over n texts, medians, ratios round by round.

    The ceilings are measured in the same run: the tokenizer alone, and the model's matrix products alone. Raise
    EncoderError for a model that the packed path does not cover.
    """
    settings = Settings(device=device, model=model)
    folder = find_model(model, offline=False)
    recipe = read_recipe(folder)
    if recipe is None:
        raise EncoderError(f"model {model}: the packed path does not cover it, so there is nothing to compare.")
    tokenizer = load_tokenizer(folder, recipe)
    texts = sample_texts(n, words_of(tokenizer))
    n_tokens = len(tokenize(tokenizer, texts).ids)
    contenders = [*_library(folder, settings, texts), *_ours(settings)]
    for contender in contenders:
        contender.run(texts[:TRIAL])
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    vectors: dict[str, NDArray[np.float32]] = {}
    for _ in range(rounds):
        for contender in contenders:
            begin = time.perf_counter()
            vectors[contender.name] = contender.run(texts)
            times[contender.name].append(time.perf_counter() - begin)
    ceilings = {
        precision: _product_ceiling(recipe, folder, replace(choose_device(settings), precision=precision))
        for precision in {contender.precision: None for contender in contenders}
    }
    tokenizing = _tokenizer_ceiling(tokenizer, texts)
    lines = [_line("", "claims/s", "tokens/s", "ratio", "min cosine", "of products", "of tokenizer")]
    for contender in contenders:
        speed = n / statistics.median(times[contender.name])
        ratio = statistics.median(base / own for base, own in zip(times[LIBRARY], times[contender.name], strict=True))
        cosine = float((vectors[LIBRARY] * vectors[contender.name]).sum(1).min())
        rate = speed * n_tokens / n
        lines.append(
            _line(
                contender.name,
                f"{speed:,.0f}",
                f"{rate:,.0f}",
                f"{ratio:.2f}x",
                f"{cosine:.7f}",
                f"{rate / ceilings[contender.precision]:.0%}",
                f"{speed / tokenizing:.1%}",
            )
        )
    for precision, rate in ceilings.items():
        lines.append(_line(f"ceiling: products, {precision}", f"{rate * n / n_tokens:,.0f}", f"{rate:,.0f}"))
    lines.append(_line("ceiling: tokenizer alone", f"{tokenizing:,.0f}", f"{tokenizing * n_tokens / n:,.0f}"))
    lines.append(_line("second run, from the store", *_second_run(texts, load_encoder(settings), rounds)))
    chosen = choose_device(settings)
    words = [len(text.split()) for text in texts]
    head = (
        f"{n:,} texts, {statistics.median(words):.0f} words at the median, {np.percentile(words, 95):.0f} at the 95th "
        f"percentile, {n_tokens / n:.0f} tokens on average; {_name(chosen)}; median of {rounds} interleaved rounds"
    )
    return "\n".join([head, "", *lines])


def sample_texts(n: int, vocabulary: list[str], seed: int = 0) -> list[str]:
    """Return n distinct texts of claim length: words drawn by Zipf's law from a vocabulary in order of frequency.

    One word in seven is two joined, as rare words are: it takes several tokens.
    """
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, len(vocabulary) + 1)
    lengths = np.clip(random.lognormal(np.log(MEDIAN_WORDS), SPREAD, n).astype(int), 2, 400)
    drawn = random.choice(len(vocabulary), int(lengths.sum()) + 1, p=weights / weights.sum())
    words = np.array(vocabulary, dtype=object)[drawn]
    rare = random.random(len(words) - 1) < 1 / 7
    words[:-1][rare] += words[1:][rare]
    ends = np.cumsum(lengths)
    return [
        f"{' '.join(words[end - length : end])} {row}."
        for row, (end, length) in enumerate(zip(ends, lengths, strict=True))
    ]


def words_of(tokenizer: Any) -> list[str]:
    """Return the whole words of a tokenizer's vocabulary, in its order, which is by frequency."""
    by_number = sorted(tokenizer.get_vocab().items(), key=lambda pair: pair[1])
    return [word for word, number in by_number if number >= FIRST_WORD and word.isalpha()]


def _ours(settings: Settings) -> list[Contender]:
    exact, fast = load_encoder(replace(settings, precision="exact")), load_encoder(settings)
    return [
        Contender(f"argmine, {encoder.precision}", encoder.encode, encoder.precision)
        for encoder in ([exact] if fast.precision == exact.precision else [exact, fast])
    ]


def _library(folder: Path, settings: Settings, texts: list[str]) -> list[Contender]:
    """Return sentence-transformers as it comes, and at its best batch size and, on a GPU, its best type."""
    from sentence_transformers import SentenceTransformer

    device = choose_device(settings)
    plain = SentenceTransformer(str(folder), device=device.name)

    def contender(name: str, model: Any, size: int, precision: str) -> Contender:
        def encode(batch: list[str]) -> NDArray[np.float32]:
            found = model.encode(batch, batch_size=size, show_progress_bar=False, normalize_embeddings=True)
            return np.asarray(found, np.float32)

        return Contender(name, encode, precision)

    models = {"float32": plain}
    if device.pins:
        models[device.precision] = SentenceTransformer(str(folder), device=device.name).to(device.dtype)
    trial = texts if device.pins else texts[:TRIAL]
    best, best_s = contender(LIBRARY, plain, 32, "float32"), float("inf")
    for precision, model in models.items():
        for size in BATCH_SIZES:
            if size > len(trial):
                continue
            candidate = contender(f"encode(), batch {size}, {precision}", model, size, precision)
            begin = time.perf_counter()
            candidate.run(trial)
            if time.perf_counter() - begin < best_s:
                best, best_s = candidate, time.perf_counter() - begin
    return [contender(LIBRARY, plain, 32, "float32"), best]


def _product_ceiling(recipe: Recipe, folder: Path, device: Device) -> float:
    """Return the tokens a second that the model's matrix products alone reach, in the packed path's own form."""
    import torch

    model = PackedModel(recipe, load_weights(folder), device)
    n_rows = min(device.token_budget(recipe.bytes_per_token), 1 << 16)
    rows = torch.zeros(n_rows, recipe.dim, dtype=device.dtype, device=device.name).normal_()
    count = _repeat(device, lambda: model.products(rows))
    return count * n_rows


def _repeat(device: Device, action: Callable[[], torch.Tensor]) -> float:
    """Return how many times a second the action runs, on as many workers as the device has."""
    import torch

    def worker() -> float:
        with torch.inference_mode():
            action()
            synchronize(device)
            begin, done = time.perf_counter(), 0
            while time.perf_counter() - begin < CEILING_S:
                action()
                synchronize(device)
                done += 1
            return done / (time.perf_counter() - begin)

    workers = device.workers if not device.pins else 1
    with ThreadPoolExecutor(workers, initializer=one_thread, initargs=(device,)) as pool:
        return sum(future.result() for future in [pool.submit(worker) for _ in range(workers)])


def _tokenizer_ceiling(tokenizer: Any, texts: list[str]) -> float:
    begin, done = time.perf_counter(), 0
    while time.perf_counter() - begin < CEILING_S:
        for window in tokenize_ahead(tokenizer, texts, WINDOW):
            done += len(window.lengths)
    return done / (time.perf_counter() - begin)


def _second_run(texts: list[str], encoder: Encoder, rounds: int) -> tuple[str, str, str]:
    """Return claims/s of a run over a stored corpus, nothing, and the ratio to the run that stored it."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        times = []
        for _ in range(rounds + 1):
            begin = time.perf_counter()
            embed(texts, encoder, store=store)
            times.append(time.perf_counter() - begin)
    again = statistics.median(times[1:])
    return f"{len(texts) / again:,.0f}", "", f"{times[0] / again:.0f}x the first"


def _name(device: Device) -> str:
    import torch

    return f"{device.name}, {device.workers} workers, torch {torch.__version__}"


def _line(name: str, *cells: str) -> str:
    return f"{name:<36}" + "".join(f"{cell:>14}" for cell in cells).rstrip()
