"""How fast the encoder is: beside sentence-transformers in the same run, and under the two ceilings of the machine."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.embed.devices import Device, Precision, choose_device, synchronize, worker_threads
from argmine.embed.embedding import embed
from argmine.embed.encoder import WINDOW, Encoder, load_encoder
from argmine.embed.packed import prepare_product
from argmine.embed.store import open_store
from argmine.embed.tokens import load_tokenizer, tokenize, tokenize_ahead
from argmine.embed.weights import Recipe, find_model, read_recipe
from argmine.errors import EncoderError
from argmine.settings import DEFAULT_MODEL, Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Words of a claim: half have fewer than 25, one in twenty more than 70.
MEDIAN_WORDS = 25
SPREAD = 0.62
# Tokens that stand for no word of the language come first in the vocabulary.
FIRST_WORD = 1_996
BATCH_SIZES = (16, 32, 64, 128, 256, 1_024, 4_096)
# Texts on which a batch size is tried before the race, on a processor and on a GPU.
TRIAL, GPU_TRIAL = 256, 20_000
CEILING_S = 2.0
MOST_CEILING_ROWS = 1 << 16


HEADS = ("", "claims/s", "tokens/s", "to defaults", "to its best", "min cosine", "of products", "of tokenizer")


@dataclass(frozen=True)
class Contender:
    """One way to embed the texts: what it is called, how it is run, and the precision of its products."""

    name: str
    run: Callable[[list[str]], NDArray[np.float32]]
    precision: Precision


@dataclass(frozen=True)
class Race:
    """What a race gave: each contender's seconds, round by round, and its vectors, in the order of the contenders."""

    contenders: list[Contender]
    seconds: list[list[float]]
    vectors: list[NDArray[np.float32]]

    def ratio(self, base: int, number: int) -> float:
        """Return how many times faster a contender is than another: the median of the ratios of each round."""
        rounds = zip(self.seconds[base], self.seconds[number], strict=True)
        return statistics.median(slow / own for slow, own in rounds)


def run(n: int = 2_000, device: str = "auto", rounds: int = 5, model: str = DEFAULT_MODEL) -> str:
    """Return a table of speeds: every contender `rounds` times in turn over n texts; medians, ratios round by round.

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
    tokens = len(tokenize(tokenizer, texts).ids) / n
    race = _race([*_library(folder, settings, texts), *_ours(settings)], texts, rounds)
    chosen = choose_device(settings)
    products = {
        precision: _product_ceiling(recipe, replace(chosen, precision=precision))
        for precision in {contender.precision: None for contender in race.contenders}
    }
    tokenizing = _tokenizer_ceiling(tokenizer, texts)
    words = [len(text.split()) for text in texts]
    return "\n".join(
        [
            f"{n:,} texts; {statistics.median(words):.0f} words at the median, {np.percentile(words, 95):.0f} at the "
            f"95th percentile; {tokens:.0f} tokens on average",
            f"{chosen.name}, {chosen.workers} workers, torch {version('torch')}; median of {rounds} interleaved rounds",
            "",
            _line(*HEADS),
            *(_result(race, number, n, tokens, products, tokenizing) for number in range(len(race.contenders))),
            *(
                _line(f"ceiling: products, {precision}", f"{rate / tokens:,.0f}", f"{rate:,.0f}")
                for precision, rate in products.items()
            ),
            _line("ceiling: tokenizer alone", f"{tokenizing:,.0f}", f"{tokenizing * tokens:,.0f}"),
            _second_run(texts, load_encoder(settings), rounds),
        ]
    )


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


def _race(contenders: list[Contender], texts: list[str], rounds: int) -> Race:
    for contender in contenders:
        contender.run(texts[:TRIAL])
    race = Race(contenders, [[] for _ in contenders], [np.empty(0, np.float32) for _ in contenders])
    for _ in range(rounds):
        for number, contender in enumerate(contenders):
            begin = time.perf_counter()
            race.vectors[number] = contender.run(texts)
            race.seconds[number].append(time.perf_counter() - begin)
    return race


def _result(race: Race, number: int, n: int, tokens: float, products: dict[Precision, float], tokenizing: float) -> str:
    contender = race.contenders[number]
    speed = n / statistics.median(race.seconds[number])
    return _line(
        contender.name,
        f"{speed:,.0f}",
        f"{speed * tokens:,.0f}",
        f"{race.ratio(0, number):.2f}x",
        f"{race.ratio(1, number):.2f}x",
        f"{(race.vectors[0] * race.vectors[number]).sum(1).min():.7f}",
        f"{speed * tokens / products[contender.precision]:.0%}",
        f"{speed / tokenizing:.1%}",
    )


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

    def contender(name: str, model: Any, size: int, precision: Precision) -> Contender:
        def encode(batch: list[str]) -> NDArray[np.float32]:
            found = model.encode(batch, batch_size=size, show_progress_bar=False, normalize_embeddings=True)
            return np.asarray(found, np.float32)

        return Contender(name, encode, precision)

    models: dict[Precision, Any] = {"float32": plain}
    if device.pins:
        models[device.precision] = SentenceTransformer(str(folder), device=device.name).to(device.dtype)
    trial = texts[: GPU_TRIAL if device.pins else TRIAL]
    candidates = [
        contender(f"encode(), batch {size}, {precision}", other, size, precision)
        for precision, other in models.items()
        for size in BATCH_SIZES
        if size <= len(trial)
    ]
    return [
        contender("encode(), defaults", plain, 32, "float32"),
        min(candidates, key=lambda one: _seconds(one, trial)),
    ]


def _seconds(contender: Contender, texts: list[str]) -> float:
    begin = time.perf_counter()
    contender.run(texts)
    return time.perf_counter() - begin


def _product_ceiling(recipe: Recipe, device: Device) -> float:
    """Return the tokens a second that the model's matrix products alone reach, laid out as the packed path has them."""
    import torch

    n_rows = min(device.token_budget(recipe.bytes_per_token), MOST_CEILING_ROWS)
    shapes = [
        (3 * recipe.dim, recipe.dim),
        (recipe.dim, recipe.dim),
        (recipe.inner, recipe.dim),
        (recipe.dim, recipe.inner),
    ]
    products = [
        (prepare_product(torch.randn(shape) / shape[1] ** 0.5, torch.zeros(shape[0]), device), shape[1])
        for shape in shapes
    ]
    rows = {width: torch.randn(n_rows, width).to(device.name, device.dtype) for _, width in products}

    def all_layers() -> None:
        for _ in range(recipe.layers):
            for product, width in products:
                product(rows[width])

    return _repeat(device, all_layers) * n_rows


def _repeat(device: Device, action: Callable[[], None]) -> float:
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

    with worker_threads(device) as pool:
        return sum(future.result() for future in [pool.submit(worker) for _ in range(device.workers)])


def _tokenizer_ceiling(tokenizer: Any, texts: list[str]) -> float:
    begin, done = time.perf_counter(), 0
    while time.perf_counter() - begin < CEILING_S:
        for window in tokenize_ahead(tokenizer, texts, WINDOW):
            done += len(window.lengths)
    return done / (time.perf_counter() - begin)


def _second_run(texts: list[str], encoder: Encoder, rounds: int) -> str:
    """Return the line of a run over a stored corpus, with its ratio to the run that stored it."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        times = []
        for _ in range(rounds + 1):
            begin = time.perf_counter()
            embed(texts, encoder, store=store)
            times.append(time.perf_counter() - begin)
    again = statistics.median(times[1:])
    return _line("second run, from the store", f"{len(texts) / again:,.0f}", "", f"{times[0] / again:,.0f}x the first")


def _line(name: str, *cells: str) -> str:
    return (f"{name:<34}" + "".join(f"{cell:>14}" for cell in cells)).rstrip()
