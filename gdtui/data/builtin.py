"""The built-in data sets: the article's blobs, and scikit-learn's."""

from collections import Counter
from dataclasses import replace

import numpy as np

from gdtui.data.dataset import DataError, Dataset, column_numbers, dataset, sampled
from gdtui.settings import ALL, TWO_FEATURE_SETS, DataSettings
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
                has = "one target, and classes of its own"
                raise DataError(f"{option} does not apply to {settings.source}, which has {has}")
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
    n, seed, centers = settings.samples or 250, settings.seed, settings.centers or 2
    if n < max(4, centers):
        raise DataError(f"--samples {n} is too few; at least {max(4, centers)} are needed")
    noise = NOISES[settings.source] if settings.noise is None else settings.noise
    if settings.source == "blobs":
        return dataset("blobs", *blobs(n, noise, seed, centers), class_names=tuple(map(str, range(centers))))
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


def blobs(samples: int, spread: float, seed: int, centers: int = 2) -> tuple[Floats, np.ndarray]:
    """scikit-learn's `make_blobs` with so many centres in two features, to the last bit.

    Made here so that the default data needs no scikit-learn, whose import takes longer than everything else
    between the command and the first epoch on the screen. Returns features, shape (N, 2), and labels, shape (N,).
    """
    generator = np.random.RandomState(seed)
    centres = generator.uniform(-10.0, 10.0, size=(centers, 2))
    counts = [samples // centers + (number < samples % centers) for number in range(centers)]
    features = np.concatenate(
        [generator.normal(loc=centre, scale=spread, size=(n, 2)) for centre, n in zip(centres, counts, strict=True)]
    )
    order = np.arange(samples)
    generator.shuffle(order)
    return features[order], np.repeat(np.arange(centers), counts)[order]


def _real_set(settings: DataSettings) -> Dataset:
    from sklearn import datasets

    source = settings.source
    bunch = getattr(datasets, f"load_{source.replace('-', '_')}")()
    known = tuple(str(name) for name in bunch.target_names)
    wanted = settings.classes or (known[1:] if source == "iris" else known)
    classes = known if wanted == (ALL,) else wanted
    for name, times in Counter(classes).items():
        if name not in known:
            raise DataError(f"{source} has no class {name!r}; there are {', '.join(known)}")
        if times > 1:
            raise DataError(f"--classes names {name!r} twice")
    if len(classes) < 2:
        raise DataError(f"--classes names {classes[0]!r} only; two are needed")
    labels = np.array([classes.index(name) if name in classes else -1 for name in known])[bunch.target]
    chosen = labels >= 0
    names = tuple(str(name).removesuffix(" (cm)") for name in bunch.feature_names)
    return dataset(source, bunch.data[chosen], labels[chosen], names, classes)
