"""Features of one scale."""

from dataclasses import replace

import numpy as np

from gdtui.data.dataset import DataError, Dataset
from gdtui.data.troubles import few
from gdtui.text import listed
from gdtui.types import Floats


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
        raise DataError(f"{data.name}: {constant_told(data.feature_names, spread)}")
    for place, name in enumerate(data.feature_names, 1):
        if not all(np.isfinite(rows[:, place]).all() for rows in moved):
            raise DataError(f"{data.name}: {beyond_told(name)}")
    test = None if test is None else replace(test, X=moved[1], standardized=True)
    return replace(data, X=X, standardized=True, test=test, means=mean, deviations=deviation)


def constant_told(names: tuple[str, ...], spread: Floats) -> str:
    """What to say of features of no spread."""
    constant = [name for name, width in zip(names, spread, strict=True) if not width]
    shown = few([*map(repr, constant)])
    what = f"features {shown} are constant, so they" if len(constant) > 1 else f"feature {shown} is constant, so it"
    out = f"leave out what is with --drop {listed(constant)}, or " if len(constant) < len(names) else ""
    return f"{what} cannot be standardised; {out}give --no-standardize"


def beyond_told(name: str) -> str:
    """What to say of a feature that is not finite when it has been standardised."""
    return f"feature {name!r} cannot be standardised: its values are too close or too far"
