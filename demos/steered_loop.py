"""A training loop of one's own that gdtui watches and steers: logistic regression on two moons.

python demos/steered_loop.py            # in one terminal
gdtui watch moons.jsonl                 # in another: space pauses, ↑↓ change alpha, + adds epochs, E E ends it
"""

import sys
import time

import numpy as np

from gdtui import log


def two_moons(rows, rng):
    """Two half circles that reach into each other, with the squares and the product of their two features."""
    angle, label = rng.uniform(0, np.pi, rows), rng.integers(0, 2, rows)
    x = np.where(label, 1 - np.cos(angle), np.cos(angle)) + rng.normal(0, 0.15, rows)
    y = np.where(label, 0.5 - np.sin(angle), np.sin(angle)) + rng.normal(0, 0.15, rows)
    return np.column_stack([np.ones(rows), x, y, x * x, x * y, y * y, x**3]), label


def loss_and_accuracy(features, label, weights):
    p = 1 / (1 + np.exp(-features @ weights))
    return -np.mean(np.log(np.where(label, p, 1 - p))), np.mean((p >= 0.5) == label)


rng = np.random.default_rng(0)
features, label = two_moons(1000, rng)
others, their_label = two_moons(500, rng)
weights = np.zeros(features.shape[1])

path = sys.argv[1] if len(sys.argv) > 1 else "moons.jsonl"
alpha = float(sys.argv[2]) if len(sys.argv) > 2 else 0.05
run = log(path, alpha=alpha, epochs=2000)
epoch = 0
while epoch < run.epochs and not run.should_stop:
    run.wait()
    epoch += 1
    p = 1 / (1 + np.exp(-features @ weights))
    weights -= run.alpha * features.T @ (p - label) / len(label)
    loss, accuracy = loss_and_accuracy(features, label, weights)
    val_loss, val_accuracy = loss_and_accuracy(others, their_label, weights)
    run({"train/loss": loss, "val/loss": val_loss, "train/acc": accuracy, "val/acc": val_accuracy}, epoch=epoch)
    time.sleep(0.05)  # as if there were more to do
