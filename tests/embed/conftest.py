"""Encoders, each loaded once: the default at both precisions, and small random ones of every family."""

import json
import warnings

import pytest
from embed_texts import VOCABULARY

from argmine.embed import load_encoder
from argmine.settings import Settings


@pytest.fixture(scope="session")
def exact():
    return load_encoder(Settings(device="cpu", precision="exact"))


@pytest.fixture(scope="session")
def fast():
    return load_encoder(Settings(device="cpu"))


@pytest.fixture(scope="session", params=["float32", "bfloat16"])
def encoder(request, exact, fast):
    if request.param == "bfloat16" and fast.precision != "bfloat16":
        pytest.skip("the processor computes no bfloat16")
    return exact if request.param == "float32" else fast


@pytest.fixture(scope="session")
def small_model(tmp_path_factory):
    """A maker of folders: small_model(family, pooling) is a random sentence-transformers model, saved."""
    made = {}

    def make(family, pooling="mean", prompt=None):
        if (family, pooling, prompt) not in made:
            folder = tmp_path_factory.mktemp(f"{family}-{pooling}")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                _save(folder, family, pooling, prompt)
            made[family, pooling, prompt] = folder
        return made[family, pooling, prompt]

    return make


def _save(folder, family, pooling, prompt):
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer, models
    from tokenizers import Tokenizer, pre_tokenizers, processors
    from tokenizers.models import WordLevel

    kinds = {
        "bert": (transformers.BertConfig, transformers.BertModel),
        "xlm-roberta": (transformers.XLMRobertaConfig, transformers.XLMRobertaModel),
        "mpnet": (transformers.MPNetConfig, transformers.MPNetModel),
        "distilbert": (transformers.DistilBertConfig, transformers.DistilBertModel),
    }
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", None, [("[CLS]", 2), ("[SEP]", 3)])
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    shape = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 32, "intermediate_size": 64}
    if family == "distilbert":
        shape = {"n_layers": 2, "n_heads": 4, "dim": 32, "hidden_dim": 64}
    config, model = kinds[family]
    torch.manual_seed(0)
    inner = model(config(vocab_size=len(VOCABULARY), max_position_embeddings=200, pad_token_id=1, **shape))
    with torch.no_grad():
        for tensor in inner.parameters():
            tensor.normal_(0, 0.5) if tensor.ndim > 1 else tensor.add_(torch.randn_like(tensor) * 0.1)
    inner.save_pretrained(folder / "inner")
    wrapped.save_pretrained(folder / "inner")
    transformer = models.Transformer(str(folder / "inner"), max_seq_length=64)
    pool = models.Pooling(32, pooling_mode=pooling)
    settings = {"prompts": {"query": prompt}, "default_prompt_name": "query"} if prompt else {}
    SentenceTransformer(modules=[transformer, pool, models.Normalize()], device="cpu", **settings).save(str(folder))
    assert json.loads((folder / "config.json").read_text())["model_type"] == family
