"""Tables from Parquet files, which pyarrow reads."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gdtui.data.dataset import DataError
from gdtui.data.table import Table
from gdtui.settings import DataSettings

PART = 2**14
"""Rows that are read at a time."""
BUFFER = 2**20
"""Bytes of a column that are read at a time."""
TEXTS = ("string", "large_string", "string_view")
"""What pyarrow calls texts."""
INDEX = "__index_level_"
"""How the names begin that pandas gives to columns of an index without a name."""


def read_parquet(where: str, file: BinaryIO, settings: DataSettings) -> Table:
    """The table in a Parquet file. Raises DataError as `parquet_file`."""
    with telling(where):
        return _read(where, parquet_file(where, file), settings)


def parquet_file(where: str, file: BinaryIO) -> Any:
    """The file, as pyarrow has it. Raises DataError where it cannot be read, or pyarrow is not installed."""
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise DataError(f"{where}: reading Parquet needs pyarrow: pip install 'gdtui[parquet]'") from None
    with telling(where):
        found = ParquetFile(file, buffer_size=BUFFER, pre_buffer=False)  # else whole row groups are in memory
        if not found.schema_arrow.names:
            raise DataError(f"{where}: has no columns")
        return found


@contextmanager
def telling(what: str) -> Iterator[None]:
    """Raises DataError, which says what cannot be read, in the place of pyarrow's errors."""
    from pyarrow import ArrowException

    try:
        yield
    except DataError:
        raise
    except (ArrowException, OSError, NotImplementedError, ValueError) as error:  # names that are no UTF-8, say
        raise DataError(f"{what}: cannot be read: {' '.join(str(error).split())}") from None


def _read(where: str, file: Any, settings: DataSettings) -> Table:
    names, shown = names_of(file.schema_arrow)
    table = Table(where, shown, settings)
    table.check_room(file.metadata.num_rows)
    places = sorted({table.target_place, *(column.place for column in table.features)})
    at = 1
    for batch in file.iter_batches(PART, columns=[names[place] for place in places]):
        parts = {place: values_of(batch.column(names[place])) for place in places}
        table.add_arrays(parts, range(at, at + len(batch)))
        at += len(batch)
    return table


def names_of(schema: Any) -> tuple[list[str], list[str]]:
    """The names of all columns: first those that are pandas' index, which it writes last here, and first in CSV; and
    the same without the names that it gives to an index without one."""
    index: list[Any] = []
    with suppress(ValueError, LookupError, TypeError):  # it is no JSON, or of another kind
        index = [*schema.pandas_metadata["index_columns"]]
    names = sorted(schema.names, key=lambda name: name not in index and not name.startswith(INDEX))
    return names, ["" if name.startswith(INDEX) else name for name in names]


def values_of(column: Any) -> NDArray[Any] | str:
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
