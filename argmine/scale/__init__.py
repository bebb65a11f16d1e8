"""Archives: the same stages, partition by partition, on this machine or on Ray Data."""

from argmine.scale.opened import Archive, open_archive
from argmine.scale.run import archive

__all__ = ["Archive", "archive", "open_archive"]
