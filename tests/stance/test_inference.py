"""The coder that asks an inference model: roles of labels, scores, and models that cannot answer."""

import json

import numpy as np
import pandas as pd
import pytest

from argmine import tables
from argmine.codebook import Codebook, Frame
from argmine.embed import load_pair_model
from argmine.errors import CoderError, EncoderError
from argmine.settings import Settings
from argmine.stance import Encoders, code, load_coder
from argmine.stance.inference import frame_scores, roles

BOOK = Codebook("made", (Frame("rent", "Rent", "cap rents"),))
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "cap", "rents", "never", "now", "the", "following", "is", "false", ":"]
THREE = {"0": "CONTRADICTION", "1": "neutral", "2": "Entailment"}


class Reader:
    """A model whose logits are given."""

    sha256 = "0" * 64

    def __init__(self, labels, answer):
        self.labels, self.answer, self.pairs = labels, answer, []

    def logits(self, pairs, progress):
        self.pairs += pairs
        progress(len(pairs), len(pairs))
        return np.array([self.answer(*pair) for pair in pairs], dtype="float32")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A tiny model with random weights, of the shape that inference models have."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "model_max_length": 32}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
        id2label={int(place): label for place, label in THREE.items()},
        label2id={label: int(place) for place, label in THREE.items()},
    )
    BertForSequenceClassification(config).save_pretrained(folder, safe_serialization=True)
    return folder


def run(reader, texts, name="nli:m"):
    posts = pd.DataFrame(
        [{"post_id": str(i), "thread_id": "t", "depth": 0, "status": "ok", "text": t} for i, t in enumerate(texts)]
    )
    claims = posts.assign(claim_id=posts["post_id"], start=0, end=1, kind="claim", language="en")
    claims, posts = tables.conform(claims, tables.CLAIMS), tables.conform(posts, tables.POSTS)
    settings = Settings(coder=name, offline=True)
    pairs = (lambda model: reader) if reader else (lambda model: load_pair_model(model, settings))
    encoders = Encoders(lambda texts: np.zeros((len(texts), 2)), lambda folder: None, pairs)
    coder = load_coder(settings)
    stances = code(claims, posts, np.zeros((len(texts), 2)), BOOK, coder, encoders, settings)
    return list(stances[["claim_id", "side"]].itertuples(index=False, name=None)), coder.describe(BOOK)


def test_three_labels_tell_pro_con_and_nothing():
    def answer(claim, proposition):
        return {"now": [0, 0, 9], "never": [9, 0, 0], "other": [0, 9, 0], "both": [9, 0, 9]}[claim]

    reader = Reader(("contradiction", "neutral", "entailment"), answer)
    found, described = run(reader, ["now", "never", "other", "both"])
    assert found == [("0", "pro"), ("1", "con"), ("3", "unclear")]
    assert reader.pairs[0] == ("now", "cap rents")
    assert described["labels"] == ["contradiction", "neutral", "entailment"]


def test_two_labels_are_asked_for_the_denial_too():
    def answer(claim, hypothesis):
        denied = hypothesis.startswith("The following is false")
        return [9, 0] if (claim == "never" and denied) or (claim == "now" and not denied) else [0, 9]

    reader = Reader(("entailment", "not_entailment"), answer)
    assert run(reader, ["now", "never", "other"])[0] == [("0", "pro"), ("1", "con")]
    assert reader.pairs[3] == ("now", "The following is false: cap rents")


def test_scores_are_probabilities():
    logits = np.random.default_rng(0).normal(size=(50, 3)).astype("float32") * 20
    scores = frame_scores(logits, {"entailment": 0, "neutral": 1, "contradiction": 2}, 50)
    assert ((scores.speaks >= 0) & (scores.speaks <= 1)).all()
    np.testing.assert_allclose(scores.sides.sum(axis=1), 1)


@pytest.mark.parametrize("labels", [("LABEL_0", "LABEL_1"), ("positive", "negative"), ("entailment", "neutral")])
def test_labels_that_do_not_tell_are_refused(labels):
    with pytest.raises(CoderError, match=labels[0]):
        roles(labels, "m")


def test_a_model_on_disk_is_read_in_any_order_and_batch(model):
    pairs = [("cap rents now", "cap rents"), ("never", "cap rents"), ("rents " * 60, "cap rents")]
    reader = load_pair_model(str(model), Settings(offline=True))
    assert reader.labels == ("CONTRADICTION", "neutral", "Entailment")
    logits = reader.logits(pairs)
    assert logits.shape == (3, 3)
    np.testing.assert_allclose(reader.logits(pairs[::-1])[::-1], logits, atol=1e-5)
    np.testing.assert_allclose(reader.logits(pairs[:1]), logits[:1], atol=1e-5)
    found, described = run(None, ["cap rents now", "never"], f"nli:{model}")
    assert described["sha256"] == reader.sha256
    assert len(described["sha256"]) == 64
    assert {side for _, side in found} <= {"pro", "con", "unclear"}


def test_a_model_without_an_answering_layer_is_refused():
    with pytest.raises(EncoderError, match="random"):
        load_pair_model("all-MiniLM-L6-v2", Settings(offline=True))


def test_a_pickle_and_a_model_that_is_not_there_are_refused(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(EncoderError, match="safetensors"):
        load_pair_model(str(tmp_path), Settings(offline=True))
    with pytest.raises(EncoderError, match="offline is set"):
        load_pair_model("nobody/no-such-model", Settings(offline=True))
