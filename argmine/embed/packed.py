"""The packed forward pass of BERT-like encoders: one row a token, no padding, attention within each text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from argmine.embed.batches import Batch
    from argmine.embed.devices import Device
    from argmine.embed.weights import Recipe

# Products of fewer rows take another kernel, whose sums round differently: shorter batches are filled up to this.
LEAST_ROWS = 64

if TYPE_CHECKING:
    Product = Callable[..., torch.Tensor]


@dataclass(frozen=True)
class Layer:
    """The products and normalisations of one transformer layer."""

    qkv: Product
    out: Product
    up: Product
    down: Product
    norms: tuple[tuple[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


class PackedModel:
    """A BERT-like encoder whose weights lie ready for one device."""

    def __init__(self, recipe: Recipe, weights: dict[str, torch.Tensor], device: Device) -> None:
        self.recipe = recipe
        self.device = device
        self._words = weights["embeddings.word_embeddings.weight"].to(device.name)
        self._positions = (
            weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
        ).to(device.name)
        self._first_norm = self._norm(weights, "embeddings.LayerNorm", device.dtype)
        self._layers = [self._layer(weights, f"encoder.layer.{number}.") for number in range(recipe.layers)]

    def vectors(self, batch: Batch) -> NDArray[np.float32]:
        """Return the batch's unit vectors, float32, shape (n_texts, dim)."""
        import torch

        with torch.inference_mode():
            hidden = self._embed(batch)
            for layer in self._layers:
                hidden = self._forward(layer, hidden, batch)
            return self._pool(hidden, batch).cpu().numpy()

    def _embed(self, batch: Batch) -> torch.Tensor:
        import torch
        import torch.nn.functional as F  # noqa: N812

        n_tokens = len(batch.ids)
        n_rows = max(n_tokens, LEAST_ROWS)
        ids, positions = np.zeros(n_rows, np.int64), np.zeros(n_rows, np.int64)
        ids[:n_tokens] = batch.ids
        starts = np.cumsum(batch.lengths) - batch.lengths
        positions[:n_tokens] = np.arange(n_tokens) - np.repeat(starts, batch.lengths)
        rows = self._words[torch.from_numpy(ids).to(self.device.name)]
        rows += self._positions[torch.from_numpy(positions).to(self.device.name)]
        weight, bias = self._first_norm
        return F.layer_norm(rows, (self.recipe.dim,), weight.float(), bias.float(), self.recipe.epsilon).to(self.device.dtype)

    def _forward(self, layer: Layer, hidden: torch.Tensor, batch: Batch) -> torch.Tensor:
        import torch.nn.functional as F  # noqa: N812

        shape, epsilon = (self.recipe.dim,), self.recipe.epsilon
        attended = self._attend(layer.qkv(hidden), batch)
        hidden = F.layer_norm(layer.out(attended, hidden), shape, *layer.norms[0], epsilon)
        return F.layer_norm(layer.down(layer.up(hidden), hidden), shape, *layer.norms[1], epsilon)

    def _attend(self, qkv: torch.Tensor, batch: Batch) -> torch.Tensor:
        import torch
        import torch.nn.functional as F  # noqa: N812

        heads = self.recipe.heads
        size = self.recipe.dim // heads
        out = torch.zeros(len(qkv), self.recipe.dim, dtype=qkv.dtype, device=qkv.device)
        begin = 0
        for _, count, length in batch.groups():
            end = begin + count * length
            query, key, value = qkv[begin:end].view(count, length, 3, heads, size).permute(2, 0, 3, 1, 4)
            mixed = F.scaled_dot_product_attention(query, key, value)
            out[begin:end].view(count, length, heads, size).copy_(mixed.transpose(1, 2))
            begin = end
        return out

    def _pool(self, hidden: torch.Tensor, batch: Batch) -> torch.Tensor:
        import torch
        import torch.nn.functional as F  # noqa: N812

        pooled, begin = [], 0
        for _, count, length in batch.groups():
            rows = hidden[begin : begin + count * length].view(count, length, -1).float()
            pooled.append({"mean": rows.mean(1), "cls": rows[:, 0], "max": rows.amax(1)}[self.recipe.pooling])
            begin += count * length
        return F.normalize(torch.cat(pooled), dim=1)

    def _layer(self, weights: dict[str, torch.Tensor], prefix: str) -> Layer:
        import torch

        parts = [f"{prefix}attention.self.{part}." for part in ("query", "key", "value")]
        qkv = torch.cat([weights[part + "weight"] for part in parts]), torch.cat([weights[part + "bias"] for part in parts])
        names = (f"{prefix}attention.output.dense", f"{prefix}intermediate.dense", f"{prefix}output.dense")
        out, up, down = ((weights[name + ".weight"], weights[name + ".bias"]) for name in names)
        norms = (
            self._norm(weights, f"{prefix}attention.output.LayerNorm", self.device.dtype),
            self._norm(weights, f"{prefix}output.LayerNorm", self.device.dtype),
        )
        return Layer(self._product(*qkv), self._product(*out), self._product(*up, gelu=True), self._product(*down), norms)

    def _norm(self, weights: dict[str, torch.Tensor], name: str, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
        weight, bias = (weights[f"{name}.{part}"].to(self.device.name, dtype) for part in ("weight", "bias"))
        return weight, bias

    def _product(self, weight: torch.Tensor, bias: torch.Tensor, *, gelu: bool = False) -> Product:
        import torch
        import torch.nn.functional as F  # noqa: N812

        weight = weight.to(self.device.name, self.device.dtype).contiguous()
        bias = bias.to(self.device.name, self.device.dtype)
        if self.device.prepacks:
            packed = torch.ops.mkldnn._reorder_linear_weight(weight, 1_024)
            linear = torch.ops.mkldnn._linear_pointwise

            def prepacked(rows: torch.Tensor, add: torch.Tensor | None = None) -> torch.Tensor:
                if add is not None:
                    return linear.binary(rows, add, packed, bias, "add")  # type: ignore[no-any-return]
                return linear(rows, packed, bias, "gelu" if gelu else "none", [], "none")  # type: ignore[no-any-return]

            return prepacked

        def plain(rows: torch.Tensor, add: torch.Tensor | None = None) -> torch.Tensor:
            product = F.linear(rows, weight, bias)
            if add is not None:
                return product + add
            return F.gelu(product) if gelu else product

        return plain
