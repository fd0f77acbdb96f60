"""The article's training loop, without its printing: the baseline for throughput."""

from __future__ import annotations

import numpy as np


def sigmoid_activation(x):
    return 1.0 / (1 + np.exp(-x))


def article_loop(X, y, W, epochs, alpha=0.01):
    """The loop as the article has it, X with its column of ones; returns the losses, and changes W."""
    history = []
    for _ in range(epochs):
        preds = sigmoid_activation(X.dot(W))
        error = preds - y
        history.append(np.sum(error**2))
        gradient = X.T.dot(error) / X.shape[0]
        W += -alpha * gradient
    return history
