"""Coordinates from vectors: a few dimensions to group in, and two to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

N_NEIGHBOURS = 15
N_GROUPING_DIMENSIONS = 5
MOST_DISTANCES = 8_000_000
"""Distances that are held at a time."""


def nearest_neighbours(vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return indices and cosine distances of each row's k nearest rows, itself first; both of shape (n, k). Exact."""
    import numpy as np

    n = len(vectors)
    indices = np.empty((n, k), dtype=np.int32)
    distances = np.empty((n, k), dtype=np.float32)
    block = max(1, MOST_DISTANCES // max(n, 1))
    for start in range(0, n, block):
        rows = slice(start, min(start + block, n))
        distance = np.clip(1.0 - vectors[rows] @ vectors.T, 0.0, 2.0)
        distance[np.arange(rows.stop - start), np.arange(start, rows.stop)] = -1.0
        nearest = np.argpartition(distance, k - 1, axis=1)[:, :k]
        near = np.take_along_axis(distance, nearest, axis=1)
        order = np.lexsort((nearest, near), axis=1)
        indices[rows] = np.take_along_axis(nearest, order, axis=1)
        distances[rows] = np.maximum(np.take_along_axis(near, order, axis=1), 0.0)
    return indices, distances


def principal_axes(vectors: np.ndarray) -> np.ndarray:
    """Return the first two principal components, shape (n, 2), for threads too small for anything else."""
    import numpy as np

    n = len(vectors)
    if n < 3:
        return np.column_stack([np.arange(n, dtype=float), np.zeros(n)])
    centred = vectors.astype(float) - vectors.mean(axis=0)
    left, singular, _ = np.linalg.svd(centred, full_matrices=False)
    axes = left[:, :2] * singular[:2]
    largest = np.abs(axes).argmax(axis=0)
    return np.asarray(axes * np.sign(axes[largest, [0, 1]]))


def umap_layout(
    vectors: np.ndarray, neighbours: tuple[np.ndarray, np.ndarray], n_dimensions: int, seed: int
) -> np.ndarray:
    """Return UMAP coordinates on the given exact neighbours, shape (n, n_dimensions) (McInnes and others 2018).

    It starts from principal components, which do as well (Kobak and Linderman 2021): the eigenvectors of UMAP's default
    start come from a solver that draws numbers of its own, and differ from run to run.
    """
    import warnings

    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its notes about the seed and the neighbours, which we chose on purpose
        model = _umap()(
            n_neighbors=neighbours[0].shape[1],
            n_components=n_dimensions,
            min_dist=0.0 if n_dimensions > 2 else 0.15,
            metric="cosine",
            random_state=seed,
            init="pca",
            n_jobs=1,
            precomputed_knn=(*neighbours, None),
        )
        return np.asarray(model.fit_transform(vectors), dtype=float)


def _umap() -> Any:
    """Return the UMAP class, told to keep its compiled functions on disk.

    UMAP compiles for about 16 s at its first call in every process; kept on disk (numba finds a writable place), this
    happens once a machine. The results are the same.
    """
    import umap
    from numba.core.dispatcher import Dispatcher

    for module in (umap.umap_, umap.layouts, umap.utils, umap.spectral):
        for function in vars(module).values():
            if isinstance(function, Dispatcher) and function.py_func.__module__ == module.__name__:
                function.enable_caching()
    return umap.UMAP
