"""Tables from Parquet files, which pyarrow reads."""

from contextlib import suppress
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gdtui.data.dataset import DataError
from gdtui.data.table import Table
from gdtui.settings import DataSettings

PART = 2**14
"""Rows that are read at a time."""
TEXTS = ("string", "large_string", "string_view")
"""What pyarrow calls texts."""
INDEX = "__index_level_"
"""How the names begin that pandas gives to columns of an index without a name."""


def read_parquet(where: str, file: BinaryIO, settings: DataSettings) -> Table:
    """The table in a Parquet file.

    Raises:
        DataError: it cannot be read, or pyarrow is not installed.
    """
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise DataError(f"{where}: reading Parquet needs pyarrow: pip install 'gdtui[parquet]'") from None
    try:
        found = ParquetFile(file)
        return _read(where, found, settings)
    except (ArrowException, OSError, NotImplementedError) as error:
        raise DataError(f"{where}: cannot be read: {' '.join(str(error).split())}") from None


def _read(where: str, file: Any, settings: DataSettings) -> Table:
    names, rows = _names(file.schema_arrow), file.metadata.num_rows
    if not names:
        raise DataError(f"{where}: has no columns")
    table = Table(where, ["" if name.startswith(INDEX) else name for name in names], settings)
    table.check_room(rows)
    places = sorted({table.target_place, *(column.place for column in table.features)})
    at = 1
    for batch in file.iter_batches(PART, columns=[names[place] for place in places]):
        parts = {place: _values(batch.column(names[place])) for place in places}
        table.add_arrays(parts, range(at, at + len(batch)))
        at += len(batch)
    return table


def _names(schema: Any) -> list[str]:
    """The names of all columns: first those that are pandas' index, which it writes last here, and first in CSV."""
    index: list[Any] = []
    with suppress(ValueError, LookupError, TypeError):  # it is no JSON, or of another kind
        index = [*schema.pandas_metadata["index_columns"]]
    names: list[str] = schema.names
    return sorted(names, key=lambda name: name not in index and not name.startswith(INDEX))


def _values(column: Any) -> NDArray[Any] | str:
    """Numbers, NaN where there is none; texts, and dates as those; or what the values are instead."""
    import pyarrow as arrow
    from pyarrow import types

    kind = column.type.value_type if types.is_dictionary(column.type) else column.type
    is_number = types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    if is_number or types.is_null(kind):
        numbers: NDArray[Any] = column.cast(arrow.float64(), safe=False).to_numpy(zero_copy_only=False)
        return numbers
    if types.is_date(kind) or types.is_timestamp(kind) or str(kind) in TEXTS:
        return np.array(column.cast(arrow.string()).to_pylist(), dtype=object)
    return str(kind)
