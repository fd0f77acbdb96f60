"""What the tests hold the code against: the article's own script, finite differences, a clock that obeys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.datasets import make_blobs

from gdtui.data.dataset import dataset
from gdtui.learning.kernel import Kernel
from gdtui.learning.objective import objective_named

START = np.array([0.5, 0.5, 0.5])


def article_blobs():
    """The article's data: (design matrix with a column of ones in front, labels)."""
    X, y = make_blobs(n_samples=250, n_features=2, centers=2, cluster_std=1.05, random_state=20)
    return np.c_[np.ones(X.shape[0]), X], y


def article_losses(alpha: float, epochs: int, start=START) -> list[float]:
    """The loop of "Gradient descent with Python" (Rosebrock, 2016), written here again from the article, with
    given weights in place of its random ones."""
    X, y = article_blobs()
    W = np.array(start, dtype=float)
    loss_history = []
    for _ in np.arange(0, epochs):
        preds = 1.0 / (1 + np.exp(-X.dot(W)))
        error = preds - y
        loss_history.append(np.sum(error**2))
        gradient = X.T.dot(error) / X.shape[0]
        W += -alpha * gradient
    return loss_history


def article_run(X: np.ndarray, y: np.ndarray, start: np.ndarray, alphas: list[float]):
    """The same loop on other data, with an alpha for each epoch: the losses, and the weights before each step and
    after the last."""
    W = np.array(start, dtype=float)
    losses, weights = [], [W.copy()]
    for alpha in alphas:
        error = 1.0 / (1 + np.exp(-X.dot(W))) - y
        losses.append(float(np.sum(error**2)))
        W += -alpha * (X.T.dot(error) / X.shape[0])
        weights.append(W.copy())
    return losses, weights


def finite_difference(f: Callable[[np.ndarray], float], weights: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Central differences of `f`, with an error of the order h²."""
    return np.array([(f(weights + h * e) - f(weights - h * e)) / (2 * h) for e in np.eye(len(weights))])


def noisy(rows: int = 40, features: int = 2, seed: int = 1):
    """A small set that no line separates."""
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(rows, features))
    y = (X.sum(axis=1) + generator.normal(size=rows) > 0).astype(float)
    y[:2] = 0.0, 1.0
    return dataset("noisy", X, y)


def kernel_of(data, loss: str = "article") -> Kernel:
    return Kernel(data.X, data.y, objective_named(loss))


class TickingKernel(Kernel):
    """A kernel whose every evaluation takes one second of its own clock."""

    now = 0.0

    def loss_gradient(self, weights, gradient):
        self.now += 1.0
        return super().loss_gradient(weights, gradient)

    def clock(self) -> float:
        return self.now
