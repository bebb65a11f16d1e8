"""The packed forward pass of BERT-like encoders: one row a token, no padding, attention within each text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.embed.attention import choose_attention

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from argmine.embed.attention import Attend
    from argmine.embed.batches import Batch
    from argmine.embed.devices import Device
    from argmine.embed.weights import Recipe

    Product = Callable[..., torch.Tensor]
    Weights = dict[str, torch.Tensor]
    Norm = tuple[torch.Tensor, torch.Tensor]

# Products of very few rows take other kernels, whose sums round otherwise: shorter batches are filled up to this.
LEAST_ROWS = 64
# Names of the attention's parts in a layer: query, key, value, output, and the normalisation after it.
_ATTENTION = {
    "mpnet": ("attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o", "attention.LayerNorm"),
}
_BERT_ATTENTION = (
    "attention.self.query", "attention.self.key", "attention.self.value",
    "attention.output.dense", "attention.output.LayerNorm",
)  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """The products and normalisations of one transformer layer."""

    qkv: Product
    out: Product
    out_norm: Norm
    up: Product
    down: Product
    down_norm: Norm


class PackedModel:
    """A BERT-like encoder whose weights lie ready for one device."""

    def __init__(self, recipe: Recipe, weights: Weights, device: Device) -> None:
        self.recipe = recipe
        self.device = device
        positions = weights["embeddings.position_embeddings.weight"][recipe.first_position :]
        if "embeddings.token_type_embeddings.weight" in weights:
            positions = positions + weights["embeddings.token_type_embeddings.weight"][0]
        self._words = weights["embeddings.word_embeddings.weight"].to(device.name)
        self._positions = positions[: recipe.max_tokens].to(device.name)
        self._first_norm = _norm(weights, "embeddings.LayerNorm", device, exact=True)
        self._layers = [_layer(weights, f"encoder.layer.{number}.", recipe, device) for number in range(recipe.layers)]
        self._bias = _relative_bias(weights, recipe, device)
        self._attention = choose_attention(device, biased=self._bias is not None)

    def vectors(self, batch: Batch) -> NDArray[np.float32]:
        """Return the batch's unit vectors, float32, shape (n_texts, dim)."""
        import torch

        with torch.inference_mode():
            hidden = self._embed(batch)
            attend = self._attention(batch, self.recipe.heads, self._bias)
            for layer in self._layers:
                hidden = self._forward(layer, hidden, attend)
            return self._pool(hidden, batch).cpu().numpy()

    def _embed(self, batch: Batch) -> torch.Tensor:
        """Return each token's first state, shape (n_rows, dim); rows beyond the batch's tokens only fill it up."""
        import torch
        import torch.nn.functional as F  # noqa: N812

        numbers = np.zeros((2, max(len(batch.ids), LEAST_ROWS)), np.int32)
        numbers[0, : len(batch.ids)], numbers[1, : len(batch.ids)] = batch.ids, batch.positions()
        host = torch.from_numpy(numbers)
        ids, positions = (host.pin_memory() if self.device.pins else host).to(self.device.name, non_blocking=True)
        states = F.embedding(ids, self._words) + F.embedding(positions, self._positions)
        return F.layer_norm(states, (self.recipe.dim,), *self._first_norm, self.recipe.epsilon).to(self.device.dtype)

    def _forward(self, layer: Layer, hidden: torch.Tensor, attend: Attend) -> torch.Tensor:
        import torch.nn.functional as F  # noqa: N812

        shape, epsilon = (self.recipe.dim,), self.recipe.epsilon
        hidden = F.layer_norm(layer.out(attend(layer.qkv(hidden)), hidden), shape, *layer.out_norm, epsilon)
        return F.layer_norm(layer.down(layer.up(hidden), hidden), shape, *layer.down_norm, epsilon)

    def _pool(self, hidden: torch.Tensor, batch: Batch) -> torch.Tensor:
        import torch
        import torch.nn.functional as F  # noqa: N812

        pool = _POOLS[self.recipe.pooling]
        pooled = [
            pool(hidden[begin : begin + count * length].view(count, length, -1).float())
            for begin, count, length in batch.groups()
        ]
        return F.normalize(torch.cat(pooled), dim=1)


_POOLS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "mean": lambda states: states.mean(1),
    "cls": lambda states: states[:, 0],
    "max": lambda states: states.amax(1),
}


def _layer(weights: Weights, prefix: str, recipe: Recipe, device: Device) -> Layer:
    import torch

    query, key, value, out, out_norm = (prefix + name for name in _ATTENTION.get(recipe.family, _BERT_ATTENTION))
    weight, bias = (
        torch.cat([weights[f"{name}.{part}"] for name in (query, key, value)]) for part in ("weight", "bias")
    )
    return Layer(
        qkv=prepare_product(weight, bias, device),
        out=prepare_product(*_pair(weights, out), device),
        out_norm=_norm(weights, out_norm, device),
        up=prepare_product(*_pair(weights, prefix + "intermediate.dense"), device, gelu=True),
        down=prepare_product(*_pair(weights, prefix + "output.dense"), device),
        down_norm=_norm(weights, prefix + "output.LayerNorm", device),
    )


def _pair(weights: Weights, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    return weights[name + ".weight"], weights[name + ".bias"]


def _norm(weights: Weights, name: str, device: Device, *, exact: bool = False) -> Norm:
    import torch

    weight, bias = (part.to(device.name, torch.float32 if exact else device.dtype) for part in _pair(weights, name))
    return weight, bias


def prepare_product(weight: torch.Tensor, bias: torch.Tensor, device: Device, *, gelu: bool = False) -> Product:
    """Return rows -> rows @ weight.T + bias, then GELU if asked for; a second argument is added to the result."""
    import torch
    import torch.nn.functional as F  # noqa: N812

    weight, bias = (part.to(device.name, device.dtype).contiguous() for part in (weight, bias))
    if device.prepacks:
        packed = torch.ops.mkldnn._reorder_linear_weight(weight, device.usual_rows)
        linear: Any = torch.ops.mkldnn._linear_pointwise

        def prepacked(rows: torch.Tensor, add: torch.Tensor | None = None) -> torch.Tensor:
            if add is not None:
                return linear.binary(rows, add, packed, bias, "add")  # type: ignore[no-any-return]
            return linear(rows, packed, bias, "gelu" if gelu else "none", [], "none")  # type: ignore[no-any-return]

        return prepacked

    def plain(rows: torch.Tensor, add: torch.Tensor | None = None) -> torch.Tensor:
        product = F.linear(rows, weight, bias)
        if add is not None:
            return product.add_(add)
        return F.gelu(product) if gelu else product

    return plain


def _relative_bias(weights: Weights, recipe: Recipe, device: Device) -> Callable[[int], torch.Tensor] | None:
    """Return length -> what MPNet adds to the scores for the distance between two tokens, or None for other families.

    The buckets of distance are those of T5 (Raffel et al. 2020): exact when near, logarithmic up to 128 tokens.
    """
    import torch

    if "encoder.relative_attention_bias.weight" not in weights:
        return None
    table = weights["encoder.relative_attention_bias.weight"]
    half = len(table) // 2
    exact = half // 2
    places = torch.arange(recipe.max_tokens)
    behind = places[:, None] - places[None, :]
    distance = behind.abs()
    far = exact + (torch.log(distance.clamp(min=1) / exact) / np.log(128 / exact) * (half - exact)).long()
    bucket = torch.where(distance < exact, distance, far.clamp(max=half - 1)) + (behind < 0) * half
    bias = table[bucket].permute(2, 0, 1)[None].to(device.name, device.dtype)
    return lambda length: bias[:, :, :length, :length]
