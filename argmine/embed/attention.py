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
    Attention = Callable[[torch.Tensor, Batch, int, Bias | None], torch.Tensor]


def choose_attention(device: Device, *, biased: bool) -> Attention:
    """Return the quickest attention of a device."""
    if device.has_varlen and not biased:
        return varlen
    return products_by_length if device.prefers_products else fused_by_length


def fused_by_length(qkv: torch.Tensor, batch: Batch, heads: int, bias: Bias | None = None) -> torch.Tensor:
    """Return attended values, shape (n_rows, dim), by one fused kernel for each length; qkv has shape (n_rows, 3 dim).

    `bias(length)` is added to the scores, shape (1, heads, length, length). Rows beyond the batch's tokens are zero.
    """
    import torch.nn.functional as F  # noqa: N812

    out, size = _blank(qkv, heads)
    for begin, count, length in batch.groups():
        rows = slice(begin, begin + count * length)
        query, key, value = qkv[rows].view(count, length, 3, heads, size).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, bias(length) if bias else None)
        out[rows].view(count, length, heads, size).copy_(mixed.transpose(1, 2))
    return out


def products_by_length(qkv: torch.Tensor, batch: Batch, heads: int, bias: Bias | None = None) -> torch.Tensor:
    """Return what `fused_by_length` does, by two batched products: quicker in bfloat16 on a CPU for short texts."""
    import torch

    out, size = _blank(qkv, heads)
    for begin, count, length in batch.groups():
        rows = slice(begin, begin + count * length)
        parts = qkv[rows].view(count, length, 3, heads, size).permute(2, 0, 3, 1, 4).contiguous()
        query, key, value = parts.view(3, count * heads, length, size)
        scores = torch.bmm(query, key.transpose(1, 2)).mul_(size**-0.5)
        if bias is not None:
            scores.view(count, heads, length, length).add_(bias(length))
        mixed = torch.bmm(torch.softmax(scores, -1), value)
        out[rows].view(count, length, heads, size).copy_(mixed.view(count, heads, length, size).transpose(1, 2))
    return out


def varlen(qkv: torch.Tensor, batch: Batch, heads: int, bias: Bias | None = None) -> torch.Tensor:
    """Return what `fused_by_length` does, by one flash kernel for sequences of many lengths. It takes no bias."""
    import torch
    from torch.nn.attention.varlen import varlen_attn

    size = qkv.shape[1] // 3 // heads
    n_tokens = len(batch.ids)
    ends = torch.zeros(len(batch.lengths) + 1, dtype=torch.int32)
    torch.cumsum(torch.from_numpy(batch.lengths), 0, dtype=torch.int32, out=ends[1:])
    ends = ends.to(qkv.device, non_blocking=True)
    longest = int(batch.lengths[-1])
    query, key, value = qkv[:n_tokens].view(n_tokens, 3, heads, size).unbind(1)
    out, _ = _blank(qkv, heads)
    mixed = varlen_attn(query, key, value, ends, ends, longest, longest)
    assert isinstance(mixed, torch.Tensor)
    out[:n_tokens] = mixed.reshape(n_tokens, -1)
    return out


def _blank(qkv: torch.Tensor, heads: int) -> tuple[torch.Tensor, int]:
    import torch

    dim = qkv.shape[1] // 3
    return torch.zeros(len(qkv), dim, dtype=qkv.dtype, device=qkv.device), dim // heads
