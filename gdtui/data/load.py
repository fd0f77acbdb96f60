"""Where a data set comes from: the built-in ones, or a table in a file."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from gdtui.data.arrays import read_npy, read_npz
from gdtui.data.builtin import built_in
from gdtui.data.csv_file import read_csv
from gdtui.data.dataset import DataError, Dataset
from gdtui.data.edits import edited
from gdtui.data.empty import empty_plane
from gdtui.data.parquet import read_parquet
from gdtui.data.preparing import prepared
from gdtui.data.progress import PROGRESS
from gdtui.data.source import opened
from gdtui.data.split import split
from gdtui.data.table import Table
from gdtui.data.troubles import few
from gdtui.settings import BUILT_IN_SETS, EMPTY, TWO_FEATURE_SETS, DataSettings
from gdtui.text import listed
from gdtui.types import Floats

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
    loaded = built_in(settings) if settings.source in BUILT_IN_SETS else prepared(_read(settings))
    if not np.isfinite(loaded.X).all():
        remedy = "give a smaller --noise" if settings.noise is not None else "they are too large to be learnt from"
        raise DataError(f"{loaded.name}: values became infinite; {remedy}")
    empty = np.flatnonzero(np.bincount(loaded.y.astype(int), minlength=len(loaded.class_names)) == 0)
    if len(empty):
        classes = len(loaded.class_names)
        leaves = "rows of one class only" if classes == 2 else f"no rows of class {loaded.class_names[empty[0]]}"
        raise DataError(f"--samples {settings.samples} leaves {leaves}; take more, or another --data-seed")
    if settings.test_size:
        loaded = split(loaded, settings.test_size, settings.seed)
    if settings.is_standardized:
        loaded = standardize(loaded, settings.source in BUILT_IN_SETS)
    return edited(loaded, settings.edits)


def _read(settings: DataSettings) -> Table:
    """The table in a file, or on standard input."""
    where = "standard input" if settings.source == "-" else settings.source
    reader = READERS.get(Path(settings.source).suffix.lower(), read_csv)
    with opened(settings.source) as file:
        return reader(where, file, settings)


def standardize(data: Dataset, takes_constants: bool = False) -> Dataset:
    """Each feature brought to mean 0 and (population) standard deviation 1; those of the test set are moved alike.

    Args:
        takes_constants: whether a feature that is constant becomes 0, as the corners of all digits do.

    Raises:
        DataError: a feature is constant, so that its deviation is 0.
    """
    X, test = data.X.copy(), data.test
    moved = [X] if test is None else [X, test.X.copy()]
    features = X[:, 1:]
    with np.errstate(all="ignore"):
        spread = np.ptp(features, axis=0)
        mean, deviation = features.mean(axis=0), features.std(axis=0)
        if takes_constants:
            mean[spread == 0], deviation[spread == 0] = features[0, spread == 0], 1.0
        for rows in moved:
            rows[:, 1:] -= mean
            rows[:, 1:] /= deviation
    if not spread.all() and not takes_constants:
        raise DataError(f"{data.name}: {_constant(data.feature_names, spread)}")
    for place, name in enumerate(data.feature_names, 1):
        if not all(np.isfinite(rows[:, place]).all() for rows in moved):
            raise DataError(
                f"{data.name}: feature {name!r} cannot be standardised: its values are too close or too far"
            )
    test = None if test is None else replace(test, X=moved[1], standardized=True)
    return replace(data, X=X, standardized=True, test=test, means=mean, deviations=deviation)


def _constant(names: tuple[str, ...], spread: Floats) -> str:
    """What to say of features of no spread."""
    constant = [name for name, width in zip(names, spread, strict=True) if not width]
    shown = few([*map(repr, constant)])
    what = f"features {shown} are constant, so they" if len(constant) > 1 else f"feature {shown} is constant, so it"
    out = f"leave out what is with --drop {listed(constant)}, or " if len(constant) < len(names) else ""
    return f"{what} cannot be standardised; {out}give --no-standardize"
