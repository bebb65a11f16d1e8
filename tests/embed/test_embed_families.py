"""Encoders that are not the default: random small ones of each family, against sentence-transformers."""

import json
import shutil

import numpy as np
import pytest
from embed_texts import sentences

from argmine.embed import describe_device, load_encoder
from argmine.embed.weights import WEIGHTS, WORD_VECTORS, find_model
from argmine.errors import EncoderError
from argmine.settings import DEFAULT_MODEL, Settings

TEXTS = [*sentences(60, seed=3, longest=50), *sentences(5, seed=4, longest=120), "", "theft"]


def settings_for(folder, precision="exact"):
    return Settings(model=str(folder), device="cpu", precision=precision, offline=True)


def theirs(folder, texts=TEXTS):
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu").encode(texts, show_progress_bar=False)


@pytest.mark.parametrize(
    ("family", "pooling", "prompt", "path"),
    [
        ("bert", "mean", None, "packed"),
        ("bert", "cls", None, "packed"),
        ("bert", "max", None, "packed"),
        ("bert", "mean", "the firm: ", "packed"),
        ("xlm-roberta", "mean", None, "packed"),
        ("mpnet", "mean", None, "packed"),
        ("mpnet", "cls", "again ", "packed"),
        ("bert", "lasttoken", None, "sentence-transformers"),
        ("distilbert", "mean", None, "sentence-transformers"),
    ],
)
def test_vectors_are_those_of_sentence_transformers(small_model, family, pooling, prompt, path):
    folder = small_model(family, pooling, prompt)
    encoder = load_encoder(settings_for(folder))
    assert encoder.path == describe_device(settings_for(folder))["path"] == path
    assert (encoder.max_tokens, encoder.dim) == (64, 32)
    vectors = encoder.encode(TEXTS)
    assert (vectors * theirs(folder)).sum(1).min() >= 0.999_999
    np.testing.assert_array_equal(vectors[:20], encoder.encode(TEXTS[:20]) if path == "packed" else vectors[:20])


@pytest.mark.parametrize("family", ["bert", "mpnet"])
def test_fast_precision_stays_close(small_model, family):
    folder = small_model(family)
    vectors = load_encoder(settings_for(folder, "auto")).encode(TEXTS)
    assert (vectors * theirs(folder)).sum(1).min() >= 0.999


def test_fingerprints_tell_apart_what_differs(small_model, tmp_path):
    folders = [small_model("bert"), small_model("bert", "cls"), small_model("bert", "mean", "the firm: ")]
    encoders = [load_encoder(settings_for(folder)) for folder in folders]
    assert len({encoder.fingerprint for encoder in encoders}) == 3
    copy = shutil.copytree(folders[0], tmp_path / "copy")
    assert load_encoder(settings_for(copy)).fingerprint == encoders[0].fingerprint


def test_word_vectors_can_be_those_of_the_default_model(tmp_path):
    from safetensors.numpy import load_file, save_file

    default = find_model(DEFAULT_MODEL, offline=True)
    folder = shutil.copytree(default, tmp_path / "tuned", copy_function=shutil.copyfile)
    tensors = load_file(folder / WEIGHTS)
    own = {name: tensor for name, tensor in tensors.items() if not name.startswith("embeddings.")}
    assert len(own) < len(tensors)
    save_file(own, folder / WEIGHTS)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {WORD_VECTORS: DEFAULT_MODEL}), encoding="utf-8")
    vectors = load_encoder(settings_for(folder)).encode(TEXTS[:9])
    np.testing.assert_array_equal(vectors, load_encoder(settings_for(default)).encode(TEXTS[:9]))


def test_a_model_in_a_folder_of_its_own_is_run_by_the_library(small_model, tmp_path):
    whole, folder = small_model("bert"), tmp_path / "nested"
    (folder / "0_Transformer").mkdir(parents=True)
    for path in whole.iterdir():
        nested = path.is_file() and path.name not in ("modules.json", "config_sentence_transformers.json")
        target = folder / "0_Transformer" / path.name if nested else folder / path.name
        shutil.copytree(path, target) if path.is_dir() else shutil.copy(path, target)
    modules = json.loads((folder / "modules.json").read_text())
    modules[0]["path"] = "0_Transformer"
    (folder / "modules.json").write_text(json.dumps(modules))
    encoder = load_encoder(settings_for(folder))
    assert encoder.path == "sentence-transformers"
    assert (encoder.encode(TEXTS) * theirs(whole)).sum(1).min() >= 0.999_999


def test_a_padding_token_left_out_is_the_familys_own(small_model, tmp_path):
    folder = shutil.copytree(small_model("xlm-roberta"), tmp_path / "short")
    config = json.loads((folder / "config.json").read_text())
    assert config.pop("pad_token_id") == 1
    (folder / "config.json").write_text(json.dumps(config))
    whole = load_encoder(settings_for(small_model("xlm-roberta")))
    np.testing.assert_array_equal(load_encoder(settings_for(folder)).encode(TEXTS), whole.encode(TEXTS))


def test_a_pickle_is_refused(small_model, tmp_path):
    folder = shutil.copytree(small_model("bert"), tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(EncoderError, match=r"has no model.safetensors. Other formats can run code"):
        load_encoder(settings_for(folder))


def test_a_pickled_part_is_refused(small_model, tmp_path):
    folder = shutil.copytree(small_model("distilbert"), tmp_path / "pickled")
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(EncoderError, match=r"pytorch_model.bin is a pickle"):
        load_encoder(settings_for(folder))


def test_an_unknown_name_is_said_without_a_connection():
    with pytest.raises(EncoderError, match="'nobody/no-such-model' is no folder and is not in the hub's cache"):
        load_encoder(Settings(model="nobody/no-such-model", offline=True))


def test_a_broken_model_is_said(small_model, tmp_path):
    folder = shutil.copytree(small_model("distilbert"), tmp_path / "broken")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "no-such-type"}))
    with pytest.raises(EncoderError, match="sentence-transformers cannot load"):
        load_encoder(settings_for(folder))
