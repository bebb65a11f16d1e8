"""Texts to unit vectors: an encoder, a store on disk, and one function that uses both."""

from argmine.embed.embedding import embed
from argmine.embed.encoder import Encoder, describe_device, load_encoder
from argmine.embed.pairs import load_pair_model
from argmine.embed.store import Store, open_store

__all__ = ["Encoder", "Store", "describe_device", "embed", "load_encoder", "load_pair_model", "open_store"]
