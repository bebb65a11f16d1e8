"""Attention within each text: every kernel against the textbook's, on batches of mixed lengths."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from argmine.embed import attention
from argmine.embed.batches import Batch, cut
from argmine.embed.tokens import Window

HEADS, SIZE = 3, 8


def batch_of(lengths):
    ordered = np.sort(np.array(lengths, np.int64))
    return Batch(np.arange(len(ordered)), np.zeros(int(ordered.sum()), np.int32), ordered)


def textbook(qkv, batch, bias=None):
    out, begin = torch.zeros(len(qkv), HEADS * SIZE), 0
    for length in batch.lengths.tolist():
        query, key, value = qkv[begin : begin + length].float().view(length, 3, HEADS, SIZE).permute(1, 2, 0, 3)
        scores = query @ key.transpose(1, 2) / SIZE**0.5
        scores = scores + bias(length)[0].float() if bias else scores
        out[begin : begin + length] = (scores.softmax(-1) @ value).transpose(0, 1).reshape(length, -1)
        begin += length
    return out


@settings(max_examples=30, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    spare=st.integers(0, 5),
    biased=st.booleans(),
    dtype=st.sampled_from([torch.float32, torch.bfloat16]),
    kernel=st.sampled_from([attention.fused_by_length, attention.products_by_length]),
)
def test_kernels_agree_with_the_textbook(lengths, spare, biased, dtype, kernel):
    torch.manual_seed(0)
    batch = batch_of(lengths)
    qkv = torch.randn(len(batch.ids) + spare, 3 * HEADS * SIZE).to(dtype)
    table = torch.randn(1, HEADS, 40, 40).to(dtype)
    bias = (lambda length: table[:, :, :length, :length]) if biased else None
    found = kernel(batch, HEADS, bias)(qkv).float()
    tolerance = 1e-5 if dtype == torch.float32 else 0.15
    torch.testing.assert_close(found, textbook(qkv, batch, bias), atol=tolerance, rtol=0)


def test_the_call_for_many_lengths_at_once(monkeypatch):
    """The flash kernel is CUDA's; here a stand-in with its signature shows that it gets what it should."""
    varlen_module = pytest.importorskip("torch.nn.attention.varlen")

    def stand_in(query, key, value, starts, key_starts, longest, longest_key):
        assert starts.dtype == torch.int32 and torch.equal(starts, key_starts)
        assert longest == longest_key == int((starts[1:] - starts[:-1]).max())
        qkv = torch.stack([query, key, value], 1).reshape(len(query), -1)
        lengths = (starts[1:] - starts[:-1]).tolist()
        return textbook(qkv, batch_of(lengths)).view(len(query), HEADS, SIZE)

    monkeypatch.setattr(varlen_module, "varlen_attn", stand_in)
    batch = batch_of([3, 1, 7, 7, 20])
    qkv = torch.randn(64, 3 * HEADS * SIZE)
    expected = attention.fused_by_length(batch, HEADS)(qkv)
    torch.testing.assert_close(attention.varlen(batch, HEADS)(qkv), expected, atol=1e-5, rtol=0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_flash_kernel_agrees_with_the_textbook():
    batch = batch_of([3, 1, 7, 7, 20, 200])
    qkv = torch.randn(256, 3 * HEADS * 32, device="cuda", dtype=torch.bfloat16)
    found = attention.varlen(batch, HEADS)(qkv)
    expected = attention.fused_by_length(batch, HEADS)(qkv.float())
    torch.testing.assert_close(found.float(), expected, atol=3e-2, rtol=0)


@settings(max_examples=60, deadline=None)
@given(lengths=st.lists(st.integers(1, 50), min_size=1, max_size=60), budget=st.integers(1, 200))
def test_batches_hold_every_token_once_within_the_budget(lengths, budget):
    starts = np.concatenate([[0], np.cumsum(lengths)])
    window = Window(100, np.arange(starts[-1], dtype=np.int32), starts)
    rows = []
    for batch in cut(window, budget):
        assert len(batch.ids) == batch.lengths.sum()
        assert len(batch.ids) <= budget or len(batch.rows) == 1
        expected = [np.arange(starts[row - 100], starts[row - 99]) for row in batch.rows]
        np.testing.assert_array_equal(batch.ids, np.concatenate(expected))
        steps = [np.arange(len(part)) for part in expected]
        np.testing.assert_array_equal(batch.positions(), np.concatenate(steps))
        rows.extend(batch.rows.tolist())
        if len(batch.rows) > 1:
            first, second = batch.halves()
            np.testing.assert_array_equal(np.concatenate([first.ids, second.ids]), batch.ids)
            np.testing.assert_array_equal(np.concatenate([first.rows, second.rows]), batch.rows)
            assert (len(first.ids), len(second.ids)) == (first.lengths.sum(), second.lengths.sum())
    assert sorted(rows) == list(range(100, 100 + len(lengths)))
