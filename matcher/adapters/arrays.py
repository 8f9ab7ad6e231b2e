"""Arrays of an index on disk: plain .npy files, read without copying where they are large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.errors import BrokenGeneration

SMALL = 1 << 16
"""Files up to this many bytes are read into memory; a mapping would cost more, and an empty array cannot be mapped."""


def write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """The array as a .npy file, which `read_array` reads; never a pickle."""
    np.save(path, array, allow_pickle=False)


def read_array(path: Path, dtype: npt.DTypeLike | tuple[npt.DTypeLike, ...], ndim: int = 1) -> npt.NDArray[Any]:
    """The array in the file, of this type or of one of several, memory-mapped read-only when large.

    Raises BrokenGeneration for any other content.
    """
    try:
        large = path.stat().st_size > SMALL
        array = np.load(path, mmap_mode="r" if large else None, allow_pickle=False)
    except (OSError, ValueError, EOFError) as wrong:
        raise broken(path.name) from wrong
    types = dtype if isinstance(dtype, tuple) else (dtype,)
    if not isinstance(array, np.ndarray) or array.dtype not in map(np.dtype, types) or array.ndim != ndim:
        raise broken(path.name)
    return np.asarray(array)  # a plain view: the memmap class makes every slice slower


def broken(name: str) -> BrokenGeneration:
    """The error for an index file that is missing, damaged, or does not fit the others."""
    return BrokenGeneration(f"索引文件 {name} 损坏或与其他文件不符,请重建索引", file=name)
