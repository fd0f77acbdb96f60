"""Where a data set comes from: the built-in ones, or a table in a file."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from gdtui.data.arrays import read_npy, read_npz
from gdtui.data.builtin import built_in
from gdtui.data.csv_file import read_csv
from gdtui.data.dataset import DataError, Dataset, check_classes
from gdtui.data.edits import edited
from gdtui.data.empty import empty_plane
from gdtui.data.parquet import read_parquet
from gdtui.data.preparing import prepared
from gdtui.data.progress import PROGRESS
from gdtui.data.scaling import standardize
from gdtui.data.source import opened
from gdtui.data.split import split
from gdtui.data.streaming import streamed
from gdtui.data.streams import STREAMS
from gdtui.data.table import Table
from gdtui.settings import BUILT_IN_SETS, EMPTY, TWO_FEATURE_SETS, DataSettings

READERS = {".npy": read_npy, ".npz": read_npz, ".parquet": read_parquet}
"""What reads a file, by the end of its name; all others are CSV."""


def load(settings: DataSettings | str = "blobs") -> Dataset:
    """The data that `settings` (or a name, or a path of a table, or ``-`` for standard input) asks for.

    Raises:
        DataError: it cannot be had, or cannot be learnt from.
    """
    if isinstance(settings, str):
        settings = DataSettings(settings)
    progress = PROGRESS.get()
    if progress is not None:
        progress.name = "standard input" if settings.source == "-" else settings.source
    is_made_up = settings.source in TWO_FEATURE_SETS
    if settings.noise is not None and not is_made_up:
        raise DataError("--noise applies to blobs, moons, circles and xor only")
    if settings.centers is not None and settings.source not in ("blobs", EMPTY):
        raise DataError("--centers applies to blobs and none only")
    if settings.source == EMPTY:
        return edited(empty_plane(settings), settings.edits)
    if settings.mapped is not False and (mapped := _mapped(settings)) is not None:
        return edited(_summed(mapped, settings.partitions), settings.edits)
    loaded = built_in(settings) if settings.source in BUILT_IN_SETS else prepared(_read(settings))
    if not np.isfinite(loaded.X).all():
        remedy = "give a smaller --noise" if settings.noise is not None else "they are too large to be learnt from"
        raise DataError(f"{loaded.name}: values became infinite; {remedy}")
    check_classes(loaded.class_names, loaded.y, settings)
    loaded = _summed(loaded, settings.partitions)
    if settings.test_size:
        loaded = split(loaded, settings.test_size, settings.seed)
    if settings.is_standardized:
        loaded = standardize(loaded, settings.source in BUILT_IN_SETS)
    return edited(loaded, settings.edits)


def _summed(data: Dataset, partitions: int) -> Dataset:
    """The same, whose sums are made so."""
    return data if data.partitions == partitions else replace(data, partitions=partitions)


def _mapped(settings: DataSettings) -> Dataset | None:
    """The data of a file whose rows stay on the disk, if they do. Raises DataError."""
    source, end = settings.source, Path(settings.source).suffix.lower()
    if source in BUILT_IN_SETS or end not in STREAMS:
        if settings.mapped:
            raise DataError(f"--mapped applies to {' and '.join(STREAMS)} files; save the table as one of them")
        return None
    if not Path(source).is_file():  # whoever reads it into memory says what is wrong
        return None
    with opened(source) as file:
        stream = STREAMS[end](source, file)
        if stream is None and settings.mapped:
            raise DataError(f"{source}: is no array of rows of numbers, which --mapped needs")
        if stream is None or not stream.rows:
            return None
        table = Table(source, stream.names, settings)
        if settings.mapped is None and table.has_room(stream.rows):
            return None
        return streamed(stream, table)


def _read(settings: DataSettings) -> Table:
    """The table in a file, or on standard input."""
    where = "standard input" if settings.source == "-" else settings.source
    reader = READERS.get(Path(settings.source).suffix.lower(), read_csv)
    with opened(settings.source) as file:
        return reader(where, file, settings)
