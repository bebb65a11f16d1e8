"""Vectors to groups and a map: which claims say similar things, without the codebook."""

from argmine.cluster.stage import Clustering, cluster

__all__ = ["Clustering", "cluster"]
