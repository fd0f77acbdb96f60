"""The built-in data sets: the article's blobs, and scikit-learn's."""

from dataclasses import replace

import numpy as np

from gdtui.data.dataset import DataError, Dataset, column_numbers, dataset, sampled
from gdtui.settings import TWO_FEATURE_SETS, DataSettings
from gdtui.types import Floats

NOISES = {"blobs": 1.05, "moons": 0.15, "circles": 0.08, "xor": 0.05}
"""How far the points of each set are spread, where nobody says."""


def built_in(settings: DataSettings) -> Dataset:
    """The built-in set that `settings.source` names. Raises DataError for an option that does not apply to it."""
    for value, option in (
        (settings.missing != "error", "--missing"), (settings.categorical, "--categorical"),
        (settings.decimal, "--decimal"),
    ):  # fmt: skip
        if value:
            raise DataError(f"{option} does not apply to {settings.source}, which has numbers only, and no gaps")
    if settings.source in TWO_FEATURE_SETS:
        for value, option in ((settings.target, "--target"), (settings.classes, "--classes")):
            if value is not None:
                raise DataError(f"{option} does not apply to {settings.source}, which has one target and two classes")
        data = _two_feature_set(settings)
    elif settings.target is not None:
        raise DataError(f"--target does not apply to {settings.source}, whose target is known")
    else:
        data = _real_set(settings)
    data = _of_columns(data, settings)
    if settings.source in TWO_FEATURE_SETS:
        return data
    rows = sampled(data.name, len(data), settings.samples, settings.seed)
    return data if rows is None else replace(data, X=data.X[rows], y=data.y[rows])


def _of_columns(data: Dataset, settings: DataSettings) -> Dataset:
    """The same with the features that are wanted."""
    names = list(data.feature_names)
    column_numbers(data.name, names, settings.drop, "--drop")
    wanted = tuple(name for name in settings.features or names if name not in settings.drop)
    if not wanted:
        raise DataError(f"{data.name}: has no column left; a feature is needed")
    if wanted == data.feature_names:
        return data
    columns = column_numbers(data.name, names, wanted)
    return dataset(data.name, data.features[:, columns], data.y, wanted, data.class_names)


def _two_feature_set(settings: DataSettings) -> Dataset:
    n, seed = settings.samples or 250, settings.seed
    if n < 4:
        raise DataError(f"--samples {n} is too few; at least 4 are needed")
    noise = NOISES[settings.source] if settings.noise is None else settings.noise
    if settings.source == "blobs":
        return dataset("blobs", *blobs(n, noise, seed))
    from sklearn import datasets  # over a second to import: only where it is needed

    if settings.source == "moons":
        features, labels = datasets.make_moons(n, noise=noise, random_state=seed)
    elif settings.source == "circles":
        features, labels = datasets.make_circles(n, noise=noise, factor=0.5, random_state=seed)
    else:
        generator = np.random.RandomState(seed)
        features = generator.uniform(-1, 1, size=(n, 2))
        labels = (features[:, 0] > 0) ^ (features[:, 1] > 0)
        features = features + generator.normal(scale=noise, size=(n, 2))
    return dataset(settings.source, features, labels)


def blobs(samples: int, spread: float, seed: int) -> tuple[Floats, np.ndarray]:
    """scikit-learn's `make_blobs` with two centres in two features, to the last bit.

    Made here so that the default data needs no scikit-learn, whose import takes longer than everything else
    between the command and the first epoch on the screen. Returns features, shape (N, 2), and labels, shape (N,).
    """
    generator = np.random.RandomState(seed)
    centres = generator.uniform(-10.0, 10.0, size=(2, 2))
    counts = (samples - samples // 2, samples // 2)
    features = np.concatenate(
        [generator.normal(loc=centre, scale=spread, size=(n, 2)) for centre, n in zip(centres, counts, strict=True)]
    )
    order = np.arange(samples)
    generator.shuffle(order)
    return features[order], np.repeat([0, 1], counts)[order]


def _real_set(settings: DataSettings) -> Dataset:
    from sklearn import datasets

    bunch = datasets.load_iris() if settings.source == "iris" else datasets.load_breast_cancer()
    known = [str(name) for name in bunch.target_names]
    classes = settings.classes or ((known[1], known[2]) if settings.source == "iris" else (known[0], known[1]))
    for name in classes:
        if name not in known:
            raise DataError(f"{settings.source} has no class {name!r}; there are {', '.join(known)}")
    if classes[0] == classes[1]:
        raise DataError(f"--classes names {classes[0]!r} twice")
    zero, one = (known.index(name) for name in classes)
    chosen = (bunch.target == zero) | (bunch.target == one)
    names = tuple(str(name).removesuffix(" (cm)") for name in bunch.feature_names)
    return dataset(settings.source, bunch.data[chosen], bunch.target[chosen] == one, names, classes)
