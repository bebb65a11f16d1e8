"""Vectors to groups and a map: which claims say similar things, without the codebook."""

from argmine.cluster.points import describe_vectors, point_vectors
from argmine.cluster.stage import Clustering, cluster

__all__ = ["Clustering", "cluster", "describe_vectors", "point_vectors"]
