"""Other steps than plain ones, beside straightforward loops that take the same, as one would write them in NumPy, with
the loss over all rows each epoch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.settings import DataSettings, Settings
from gdtui.types import Floats
from tests.benchmarks.table import Row, alternate, row

EPOCHS = 10_000


def steps() -> Iterator[Row]:
    blobs, iris = load("blobs"), load(DataSettings("iris", classes=("all",)))
    one_hot, few = np.eye(3)[iris.y.astype(int)], EPOCHS // 5
    beside = {
        "momentum, 250×2": (ours(EPOCHS, optimizer="momentum"), by(momentum, blobs.X, blobs.y, EPOCHS)),
        "adam, 250×2": (ours(EPOCHS, optimizer="adam"), by(adam, blobs.X, blobs.y, EPOCHS)),
        "batches of 32, 250×2": (ours(few, batch_size=32), by(batches, blobs.X, blobs.y, few)),
        "softmax, 150×4, 3 classes": (ours(EPOCHS, iris, loss="cross-entropy"), by(softmax, iris.X, one_hot, EPOCHS)),
    }
    for name, pair in beside.items():
        yield row(f"{name}, beside a loop", *alternate(*pair, 9), "epochs/s", "≥ 1.1")
    for name, goal in (("adam, 250×2", "≥ 0.7"), ("batches of 32, 250×2", "≥ 0.2")):
        yield row(f"{name}, beside plain steps", *alternate(beside[name][0], ours(EPOCHS), 9), "epochs/s", goal)


def ours(epochs: int, data: Dataset | None = None, **how: object) -> Callable[[], float]:
    """Measures epochs a second of a run with its history."""

    def measure() -> float:
        training = Run(Settings(epochs=epochs, init="zeros", **how), data or load("blobs"))
        begun = time.perf_counter()
        training.advance(epochs)
        return epochs / (time.perf_counter() - begun)

    return measure


def by(loop: Callable[[Floats, Floats, int], object], X: Floats, y: Floats, epochs: int) -> Callable[[], float]:
    """The same of a loop."""

    def measure() -> float:
        begun = time.perf_counter()
        loop(X, y, epochs)
        return epochs / (time.perf_counter() - begun)

    return measure


def measured(X: Floats, y: Floats, W: Floats) -> tuple[float, Floats]:
    error = 1 / (1 + np.exp(-X.dot(W))) - y
    return np.sum(error**2), X.T.dot(error) / len(X)


def momentum(X: Floats, y: Floats, epochs: int) -> list[float]:
    W, v, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for _ in range(epochs):
        loss, gradient = measured(X, y, W)
        losses.append(loss)
        v = 0.9 * v + gradient
        W = W - 0.01 * v
    return losses


def adam(X: Floats, y: Floats, epochs: int) -> list[float]:
    W, m, s, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for t in range(1, epochs + 1):
        loss, gradient = measured(X, y, W)
        losses.append(loss)
        m = 0.9 * m + 0.1 * gradient
        s = 0.999 * s + 0.001 * gradient**2
        W = W - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
    return losses


def batches(X: Floats, y: Floats, epochs: int) -> list[float]:
    W, losses, generator = np.zeros(X.shape[1]), [], np.random.default_rng(0)
    for _ in range(epochs):
        losses.append(measured(X, y, W)[0])
        order = generator.permutation(len(X))
        for at in range(0, len(X), 32):
            rows = order[at : at + 32]
            W = W - 0.01 * measured(X[rows], y[rows], W)[1]
    return losses


def softmax(X: Floats, one_hot: Floats, epochs: int) -> list[float]:
    W, losses = np.zeros((X.shape[1], one_hot.shape[1])), []
    for _ in range(epochs):
        z = X.dot(W)
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[one_hot == 1])))
        W = W - 0.01 * X.T.dot(p - one_hot) / len(X)
    return losses
