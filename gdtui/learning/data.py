"""Data sets of two classes, and where they come from: scikit-learn's sets, or a CSV file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gdtui.learning.objective import Floats
from gdtui.settings import BUILT_IN_SETS, TWO_FEATURE_SETS, DataSettings

if TYPE_CHECKING:
    from gdtui.learning.kernel import Kernel
    from gdtui.learning.objective import Objective
    from gdtui.learning.plane import Plane


class DataError(ValueError):
    """Data that cannot be learnt from; the message is one line for the person who gave it."""


def printable(text: str) -> str:
    """The same without what a terminal would obey, such as escape codes, tabs and line ends."""
    return "".join(map(_harmless, text))


def _harmless(letter: str) -> str:
    if letter.isprintable() or "\udc80" <= letter <= "\udcff":  # the latter stand for bytes of a path
        return letter
    return " " if letter.isspace() else "�"


@dataclass(frozen=True)
class Dataset:
    """Rows of d features, each of class 0 or 1.

    Attributes:
        name: what to call it on the screen.
        X: the design matrix, shape (N, d + 1), C order; its first column is ones.
        y: labels, 0.0 or 1.0, shape (N,).
        feature_names: d names.
        class_names: what the labels 0 and 1 stand for.
        standardized: whether each feature was brought to mean 0 and standard deviation 1.
    """

    name: str
    X: Floats
    y: Floats
    feature_names: tuple[str, ...]
    class_names: tuple[str, str]
    standardized: bool = False

    def __len__(self) -> int:
        return len(self.y)

    @property
    def features(self) -> Floats:
        """The features alone, a view of shape (N, d)."""
        return self.X[:, 1:]

    @cached_property
    def plane(self) -> Plane:
        """Where the points are drawn."""
        from gdtui.learning.plane import Plane

        return Plane.of(self)

    def kernel(self, objective: Objective) -> Kernel:
        """An evaluation of an objective on this data; one for each thread that evaluates."""
        from gdtui.learning.kernel import WHOLE, BlockedKernel, Kernel

        if self.X.size <= WHOLE:
            return Kernel(self.X, self.y, objective)
        return BlockedKernel(self.X, self.y, objective, self._blocks)

    @cached_property
    def _blocks(self) -> list[Floats]:
        from gdtui.learning.kernel import blocks_of

        return blocks_of(self.X)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the design matrix and the labels, in hexadecimal: two equal data sets train alike."""
        sha = hashlib.sha256(np.ascontiguousarray(self.X).data)
        sha.update(np.ascontiguousarray(self.y).data)
        return sha.hexdigest()


def dataset(
    name: str,
    features: Floats,
    labels: Floats,
    feature_names: tuple[str, ...] | None = None,
    class_names: tuple[str, str] = ("0", "1"),
) -> Dataset:
    """A data set from features, shape (N, d), and labels 0 or 1, shape (N,)."""
    names = feature_names or tuple(f"x{i + 1}" for i in range(features.shape[1]))
    X = np.ones((len(features), features.shape[1] + 1))
    X[:, 1:] = features
    return Dataset(name, X, np.ascontiguousarray(labels, dtype=np.float64), names, class_names)


def load(settings: DataSettings | str = "blobs") -> Dataset:
    """The data that `settings` (or a name, or a path of a CSV file, or ``-`` for standard input) asks for.

    Raises:
        DataError: it cannot be had, or cannot be learnt from.
    """
    if isinstance(settings, str):
        settings = DataSettings(settings)
    if settings.source in BUILT_IN_SETS:
        loaded = _built_in(settings)
    else:
        from gdtui.learning.csv_file import read_csv

        if settings.noise is not None:
            raise DataError("--noise applies to blobs, moons, circles and xor only")
        loaded = read_csv(settings)
    if settings.source not in TWO_FEATURE_SETS:
        loaded = _subset(loaded, settings)
    if not np.isfinite(loaded.X).all():
        raise DataError(f"{loaded.name}: values became infinite; give a smaller --noise")
    if len(np.unique(loaded.y)) < 2:
        raise DataError(
            f"--samples {settings.samples} leaves rows of one class only; take more, or another --data-seed"
        )
    wanted = settings.standardize
    if wanted is None:
        wanted = settings.source not in TWO_FEATURE_SETS
    return standardize(loaded) if wanted else loaded


def standardize(data: Dataset) -> Dataset:
    """Each feature brought to mean 0 and (population) standard deviation 1.

    Raises:
        DataError: a feature is constant, so that its deviation is 0.
    """
    with np.errstate(all="ignore"):
        mean, deviation = data.features.mean(axis=0), data.features.std(axis=0)
        spread = np.ptp(data.features, axis=0)
    constant = [name for name, width in zip(data.feature_names, spread, strict=True) if width == 0]
    if constant:
        raise DataError(
            f"{data.name}: feature '{constant[0]}' is constant, so it cannot be standardised; "
            "leave it out with --features, or give --no-standardize"
        )
    X = data.X.copy()
    with np.errstate(all="ignore"):
        X[:, 1:] -= mean
        X[:, 1:] /= deviation
    for name, column in zip(data.feature_names, X[:, 1:].T, strict=True):
        if not np.isfinite(column).all():
            raise DataError(
                f"{data.name}: feature {name!r} cannot be standardised: its values are too close or too far"
            )
    return replace(data, X=X, standardized=True)


def _built_in(settings: DataSettings) -> Dataset:
    if settings.source in TWO_FEATURE_SETS:
        for value, option in ((settings.target, "--target"), (settings.classes, "--classes")):
            if value is not None:
                raise DataError(f"{option} does not apply to {settings.source}, which has one target and two classes")
        data = _two_feature_set(settings)
        return _pick_features(data, settings.features)
    if settings.noise is not None:
        raise DataError("--noise applies to blobs, moons, circles and xor only")
    if settings.target is not None:
        raise DataError(f"--target does not apply to {settings.source}, whose target is known")
    return _pick_features(_real_set(settings), settings.features)


def _two_feature_set(settings: DataSettings) -> Dataset:
    n = settings.samples or 250
    if n < 4:
        raise DataError(f"--samples {n} is too few; at least 4 are needed")
    noise, seed = settings.noise, settings.seed
    if settings.source == "blobs":
        return dataset("blobs", *blobs(n, 1.05 if noise is None else noise, seed))
    from sklearn import datasets  # over a second to import: only where it is needed

    if settings.source == "moons":
        features, labels = datasets.make_moons(n, noise=0.15 if noise is None else noise, random_state=seed)
    elif settings.source == "circles":
        spread = 0.08 if noise is None else noise
        features, labels = datasets.make_circles(n, noise=spread, factor=0.5, random_state=seed)
    else:
        generator = np.random.RandomState(seed)
        features = generator.uniform(-1, 1, size=(n, 2))
        labels = (features[:, 0] > 0) ^ (features[:, 1] > 0)
        features = features + generator.normal(scale=0.05 if noise is None else noise, size=(n, 2))
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


def _pick_features(data: Dataset, wanted: tuple[str, ...] | None) -> Dataset:
    if wanted is None:
        return data
    columns = column_numbers(data.name, list(data.feature_names), wanted)
    return dataset(data.name, data.features[:, columns], data.y, wanted, data.class_names)


def column_numbers(where: str, header: list[str], wanted: tuple[str, ...]) -> list[int]:
    """The places of the wanted columns in `header`. Raises DataError where one is missing or named twice."""
    for name in wanted:
        if name not in header:
            shown = ", ".join(header[:12]) + (", …" if len(header) > 12 else "")
            raise DataError(f"{where}: no such column: {name!r}; there are {shown}")
        if wanted.count(name) > 1:
            raise DataError(f"--features names {name!r} twice")
    return [header.index(name) for name in wanted]


def _subset(data: Dataset, settings: DataSettings) -> Dataset:
    """`--samples` of a set that has its own rows: as many of them, drawn by `--data-seed`, in their order."""
    if settings.samples is None or settings.samples == len(data):
        return data
    if settings.samples > len(data):
        raise DataError(f"--samples {settings.samples} is more than the {len(data)} rows of {data.name}")
    rows = np.random.default_rng(settings.seed).permutation(len(data))[: settings.samples]
    rows.sort()
    return replace(data, X=np.ascontiguousarray(data.X[rows]), y=data.y[rows])
