"""Tables from NumPy's files."""

import zipfile
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gdtui.data.dataset import DataError
from gdtui.data.source import memory
from gdtui.data.table import SHORTER, Table
from gdtui.settings import DataSettings

Array = NDArray[Any]
PART = 2**14
"""Rows that are taken in at a time."""


def read_npy(where: str, file: BinaryIO, settings: DataSettings) -> Table:
    """The table in an array of two dimensions, whose last column is the target, y. Raises DataError."""
    _check_size(where, file.seek(0, 2))
    file.seek(0)
    found = _loaded(where, file)
    if not isinstance(found, np.ndarray) or found.ndim != 2 or found.shape[1] < 2:
        shape = "" if not isinstance(found, np.ndarray) else f", not of shape {found.shape}"
        raise DataError(f"{where}: holds no array of rows of two or more columns{shape}")
    return _table(where, settings, found[:, :-1], found[:, -1])


def read_npz(where: str, file: BinaryIO, settings: DataSettings) -> Table:
    """The table in the arrays X, of shape (rows, features), and y, of shape (rows,). Raises DataError."""
    try:
        with zipfile.ZipFile(file) as archive:
            sizes = {part.filename: part.file_size for part in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise DataError(f"{where}: cannot be read: {error}") from None
    _check_size(where, sizes.get("X.npy", 0) + sizes.get("y.npy", 0))
    file.seek(0)
    found = _loaded(where, file)
    X, y = (_loaded_part(where, found, name) for name in "Xy")
    if X.ndim != 2 or y.shape != X.shape[:1] or not X.shape[1]:
        raise DataError(f"{where}: X has shape {X.shape} and y {y.shape}; (rows, features) and (rows,) are needed")
    return _table(where, settings, X, y)


def _check_size(where: str, size: int) -> None:
    if size > memory():
        raise DataError(f"{where}: does not fit into memory; {SHORTER}")


def _loaded(where: str, file: BinaryIO) -> Any:
    try:
        return np.load(file, allow_pickle=False)
    except MemoryError:
        raise
    except Exception as error:  # a file that is spoilt can make it raise almost anything
        raise DataError(f"{where}: cannot be read: {_line(error)}") from None


def _loaded_part(where: str, found: Any, name: str) -> Array:
    try:
        return np.asarray(found[name])
    except MemoryError:
        raise
    except KeyError:
        raise DataError(f"{where}: holds no array {name}; the arrays X and y are needed") from None
    except Exception as error:  # see above
        raise DataError(f"{where}: array {name} cannot be read: {_line(error)}") from None


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _table(where: str, settings: DataSettings, X: Array, y: Array) -> Table:
    """The table of the columns x1, x2, … and y."""
    table = Table(where, [*(f"x{number + 1}" for number in range(X.shape[1])), "y"], settings)
    table.check_room(len(X))
    for at in range(0, len(X), PART):
        rows = range(at + 1, 1 + min(at + PART, len(X)))
        part = slice(at, at + PART)
        columns = (_plain(values) for values in (*X[part].T, y[part]))
        table.add_arrays(dict(enumerate(columns)), rows)
    return table


def _plain(values: Array) -> Array | str:
    """Numbers and texts as they are, also dates, which are told as such; of others, what they are."""
    if values.dtype.kind in "Mm":
        return values.astype(str)
    return values if values.dtype.kind in "biufUO" else str(values.dtype)
