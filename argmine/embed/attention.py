"""Attention inside each text of a packed batch, and nowhere across.

Texts of one length lie side by side, so a run of them is one dense product: no mask, no padding, and a text's result is
the same whatever else the batch holds. Where the device has a kernel for sequences of many lengths, one call does all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from argmine.embed.batches import Batch
    from argmine.embed.devices import Device

    Bias = Callable[[int], torch.Tensor]
    # From queries, keys and values, shape (n_rows, 3 dim), to attended values, shape (n_rows, dim). Rows beyond the
    # batch's tokens become zero.
    Attend = Callable[[torch.Tensor], torch.Tensor]
    Attention = Callable[[Batch, int, Bias | None], Attend]


def choose_attention(device: Device, *, biased: bool) -> Attention:
    """Return the quickest attention of a device: it takes a batch, the heads and a bias, and serves all layers."""
    if device.has_varlen and not biased:
        return varlen
    return products_by_length if device.prefers_products else fused_by_length


def fused_by_length(batch: Batch, heads: int, bias: Bias | None = None) -> Attend:
    """Return the attention of a batch by one fused kernel for each length.

    `bias(length)` is added to the scores, shape (1, heads, length, length).
    """
    import torch.nn.functional as F  # noqa: N812

    groups = list(batch.groups())

    def attend(qkv: torch.Tensor) -> torch.Tensor:
        out, size = _blank(qkv, heads)
        for begin, count, length in groups:
            rows = slice(begin, begin + count * length)
            query, key, value = qkv[rows].view(count, length, 3, heads, size).permute(2, 0, 3, 1, 4)
            mixed = F.scaled_dot_product_attention(query, key, value, bias(length) if bias else None)
            out[rows].view(count, length, heads, size).copy_(mixed.transpose(1, 2))
        return out

    return attend


def products_by_length(batch: Batch, heads: int, bias: Bias | None = None) -> Attend:
    """Return the attention of a batch by two products for each length: quicker in bfloat16 on a CPU for short texts."""
    import torch

    groups = list(batch.groups())

    def attend(qkv: torch.Tensor) -> torch.Tensor:
        out, size = _blank(qkv, heads)
        for begin, count, length in groups:
            rows = slice(begin, begin + count * length)
            parts = qkv[rows].view(count, length, 3, heads, size).permute(2, 0, 3, 1, 4).contiguous()
            query, key, value = parts.view(3, count * heads, length, size)
            scores = torch.bmm(query, key.transpose(1, 2)).mul_(size**-0.5)
            if bias is not None:
                scores.view(count, heads, length, length).add_(bias(length))
            mixed = torch.bmm(torch.softmax(scores, -1), value)
            out[rows].view(count, length, heads, size).copy_(mixed.view(count, heads, length, size).transpose(1, 2))
        return out

    return attend


def varlen(batch: Batch, heads: int, bias: Bias | None = None) -> Attend:
    """Return the attention of a batch by one flash kernel for sequences of many lengths. It takes no bias."""
    import numpy as np
    import torch
    from torch.nn.attention.varlen import varlen_attn

    assert bias is None
    n_tokens, longest = len(batch.ids), int(batch.lengths[-1])
    starts = torch.from_numpy(np.concatenate([[0], np.cumsum(batch.lengths)]).astype(np.int32))
    on_device: dict[torch.device, torch.Tensor] = {}

    def attend(qkv: torch.Tensor) -> torch.Tensor:
        if qkv.device not in on_device:
            on_device[qkv.device] = starts.to(qkv.device)
        places = on_device[qkv.device]
        out, size = _blank(qkv, heads)
        query, key, value = qkv[:n_tokens].view(n_tokens, 3, heads, size).unbind(1)
        mixed = varlen_attn(query, key, value, places, places, longest, longest)
        assert isinstance(mixed, torch.Tensor)
        out[:n_tokens] = mixed.reshape(n_tokens, -1)
        return out

    return attend


def _blank(qkv: torch.Tensor, heads: int) -> tuple[torch.Tensor, int]:
    """Return zeros for the attended values, shape (n_rows, dim), and the size of a head."""
    import torch

    dim = qkv.shape[1] // 3
    return torch.zeros(len(qkv), dim, dtype=qkv.dtype, device=qkv.device), dim // heads
