"""A small static encoder, made of the default model's word vectors: for figures on how a run grows, not for results.

It has no attention and no context: a text's vector is the mean of its tokens' vectors. It is hundreds of times faster
than the model it is made of, so that what it costs to read, split, count and write is seen.
"""

from __future__ import annotations

from pathlib import Path

DIM = 128


def write_stand_in(folder: Path) -> Path:
    """Write the encoder into a folder, which `--model` then takes, and return the folder."""
    import numpy as np
    from safetensors import safe_open
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    from argmine.embed.weights import find_model
    from argmine.settings import DEFAULT_MODEL

    origin = find_model(DEFAULT_MODEL, offline=True)
    tokenizer = Tokenizer.from_file(str(origin / "tokenizer.json"))
    tokenizer.no_padding()
    with safe_open(origin / "model.safetensors", framework="numpy") as weights:
        (name,) = (key for key in weights.keys() if key.endswith("word_embeddings.weight"))  # noqa: SIM118 - no dict
        table = weights.get_tensor(name)
    centred = np.ascontiguousarray((table - table.mean(axis=0))[:, :DIM])
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=centred)]).save(str(folder))
    return folder
