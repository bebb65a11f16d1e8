"""The network that reads borders and kinds, and the pipeline that ships."""

import numpy as np
import pytest
import spacy

from argmine.errors import ArgmineError
from argmine.split import component
from argmine.split.component import FACTORY, MODEL, pipeline
from argmine.split.features import N_FEATURES, tokens
from argmine.split.network import KINDS_READ, Network, random_weights


@pytest.fixture(scope="module")
def network():
    return Network(random_weights(32, 500))


@pytest.fixture(scope="module")
def read():
    nlp = spacy.blank("en")
    return [tokens(nlp.tokenizer(text)) for text in ("It is fair. But is it legal?", "", "No!\n\nNever \n mind ", "ok")]


def test_tokens_hold_the_offsets_of_what_is_no_space(read):
    text = "No!\n\nNever \n mind "
    assert [text[start:end] for start, end in zip(read[2].starts, read[2].ends, strict=True)] == [
        "No",
        "!",
        "Never",
        "mind",
    ]
    assert read[2].features.shape == (4, N_FEATURES)


def test_a_text_is_read_alike_alone_and_among_others(network, read):
    together = network.states(read)
    for text, states in zip(read, together, strict=True):
        assert states.shape == (len(text.starts), 32)
        np.testing.assert_allclose(states, network.states([text])[0], atol=1e-5)


def test_kinds_are_probabilities(network, read):
    states = network.states(read)[0]
    kinds = network.kinds(states, np.array([[0, 4], [4, 9], [0, 1]]))
    assert kinds.shape == (3, len(KINDS_READ))
    np.testing.assert_allclose(kinds.sum(axis=1), 1, atol=1e-6)
    alone = network.kinds(states, np.array([[4, 9]]))
    np.testing.assert_allclose(kinds[1], alone[0], atol=1e-6)


def test_the_trained_network_in_torch_computes_the_same():
    import torch

    from argmine.learn.corpora import lay, read_claims
    from argmine.learn.segmenter import LABELLED, example
    from argmine.learn.segmenter_net import TrainedNetwork, batch

    torch.manual_seed(0)
    keys = np.sort(np.random.default_rng(0).integers(0, 2**63, 50).astype(np.uint64))
    net = TrainedNetwork(np.random.default_rng(1).normal(size=(51, 8)).astype(np.float32), 16, 0.1).eval()
    nlp = spacy.blank("en")
    examples = [example(nlp, lay(document), document) for document in read_claims(LABELLED / "test.jsonl")[:3]]
    with torch.no_grad():
        borders = torch.sigmoid(net(batch(examples, keys))[0]).numpy()
    weights = {
        name: value.astype(np.float32) if name != "word_keys" else value for name, value in net.export(keys).items()
    }
    ours = Network(weights)
    states = ours.states([examples[0].tokens])[0]
    np.testing.assert_allclose(ours.borders(states), borders[: len(states)], atol=1e-3)


def test_the_shipped_pipeline_sets_sentence_starts_and_is_small():
    nlp, _ = pipeline()
    doc = nlp("I moved here last year. The rent was too high, esp. since then.")
    assert [sentence.text for sentence in doc.sents] == [
        "I moved here last year.",
        "The rent was too high, esp. since then.",
    ]
    assert sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file()) < 20_000_000


def test_nothing_that_ships_is_a_pickle():
    for path in MODEL.rglob("*"):
        assert path.suffix not in (".pkl", ".pickle", ".pt", ".bin") or path.stat().st_size <= 1


def test_weights_that_are_not_those_of_the_card_are_refused(tmp_path, monkeypatch):
    import shutil

    shutil.copytree(MODEL, tmp_path / "segmenter")
    with (tmp_path / "segmenter" / FACTORY / component.WEIGHTS).open("ab") as weights:
        weights.write(b"x")
    monkeypatch.setattr(component, "MODEL", tmp_path / "segmenter")
    pipeline.cache_clear()
    try:
        with pytest.raises(ArgmineError, match="sha256"):
            pipeline()
    finally:
        pipeline.cache_clear()
