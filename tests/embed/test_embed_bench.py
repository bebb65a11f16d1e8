"""The benchmark prints every line of its table, and its texts have the lengths of claims."""

import statistics

from argmine.evaluate import bench_embed


def test_the_table_has_every_line(monkeypatch):
    monkeypatch.setattr(bench_embed, "BATCH_SIZES", (8,))
    monkeypatch.setattr(bench_embed, "CEILING_S", 0.1)
    table = bench_embed.run(10, "cpu", 1)
    for line in ("encode(), defaults", "argmine, float32", "ceiling: products, float32", "ceiling: tokenizer alone"):
        assert f"\n{line}" in table
    assert "x the first" in table
    fields = next(line for line in table.split("\n") if line.startswith("argmine, float32")).split()
    assert float(fields[6]) > 0.999_999


def test_texts_are_as_long_as_claims():
    texts = bench_embed.sample_texts(2_000, [f"word{number}" for number in range(5_000)])
    assert len(set(texts)) == 2_000
    assert 22 <= statistics.median(len(text.split()) for text in texts) <= 28
    assert texts == bench_embed.sample_texts(2_000, [f"word{number}" for number in range(5_000)])
