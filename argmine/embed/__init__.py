"""Texts to unit vectors: an encoder, a store on disk, and one function that uses both."""

from argmine.embed.devices import describe_device
from argmine.embed.embedding import embed
from argmine.embed.encoder import Encoder, load_encoder
from argmine.embed.store import Store, open_store

__all__ = ["Encoder", "Store", "describe_device", "embed", "load_encoder", "open_store"]
