"""Sandgrad: deep learning whose optimizer sees one gradient per domain.

combine  one gradient per domain into one direction
train    a network, with records, as `sandgrad train` does
read_run the files of a run, as dicts and arrays

sandgrad computes in float32, sandgrad64 in float64. docs/python.md has examples.
"""
from ._engine import (BusyError, DataError, DiskError, DivergedError, Error, InternalError, MissingError,
                      NonFiniteError, ResourceError, UsageError, __version__, combine, dtype, read_run,
                      settings, train)

__all__ = ["BusyError", "DataError", "DiskError", "DivergedError", "Error", "InternalError", "MissingError",
           "NonFiniteError", "ResourceError", "UsageError", "combine", "dtype", "read_run", "settings",
           "train"]
