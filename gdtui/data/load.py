"""Where a data set comes from: the built-in ones, or a CSV file."""

from dataclasses import replace

import numpy as np

from gdtui.data.builtin import built_in
from gdtui.data.csv_file import read_csv
from gdtui.data.dataset import DataError, Dataset
from gdtui.settings import BUILT_IN_SETS, TWO_FEATURE_SETS, DataSettings


def load(settings: DataSettings | str = "blobs") -> Dataset:
    """The data that `settings` (or a name, or a path of a CSV file, or ``-`` for standard input) asks for.

    Raises:
        DataError: it cannot be had, or cannot be learnt from.
    """
    if isinstance(settings, str):
        settings = DataSettings(settings)
    is_made_up = settings.source in TWO_FEATURE_SETS
    if settings.noise is not None and not is_made_up:
        raise DataError("--noise applies to blobs, moons, circles and xor only")
    loaded = built_in(settings) if settings.source in BUILT_IN_SETS else read_csv(settings)
    if not is_made_up:
        loaded = _subset(loaded, settings)
    if not np.isfinite(loaded.X).all():
        raise DataError(f"{loaded.name}: values became infinite; give a smaller --noise")
    if len(np.unique(loaded.y)) < 2:
        raise DataError(
            f"--samples {settings.samples} leaves rows of one class only; take more, or another --data-seed"
        )
    return standardize(loaded) if settings.is_standardized else loaded


def standardize(data: Dataset) -> Dataset:
    """Each feature brought to mean 0 and (population) standard deviation 1.

    Raises:
        DataError: a feature is constant, so that its deviation is 0.
    """
    X = data.X.copy()
    features = X[:, 1:]
    with np.errstate(all="ignore"):
        spread = np.ptp(features, axis=0)
        mean, deviation = features.mean(axis=0), features.std(axis=0)
        features -= mean
        features /= deviation
    for name, width, column in zip(data.feature_names, spread, features.T, strict=True):
        if width == 0:
            raise DataError(
                f"{data.name}: feature '{name}' is constant, so it cannot be standardised; "
                "leave it out with --features, or give --no-standardize"
            )
        if not np.isfinite(column).all():
            raise DataError(
                f"{data.name}: feature {name!r} cannot be standardised: its values are too close or too far"
            )
    return replace(data, X=X, standardized=True)


def _subset(data: Dataset, settings: DataSettings) -> Dataset:
    """`--samples` of a set that has its own rows: as many of them, drawn by `--data-seed`, in their order."""
    if settings.samples is None or settings.samples == len(data):
        return data
    if settings.samples > len(data):
        raise DataError(f"--samples {settings.samples} is more than the {len(data)} rows of {data.name}")
    rows = np.random.default_rng(settings.seed).permutation(len(data))[: settings.samples]
    rows.sort()
    return replace(data, X=np.ascontiguousarray(data.X[rows]), y=data.y[rows])
