"""A loop over epochs, and one over batches in it, with tqdm's bars and their postfix."""

import json

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale
from tqdm import tqdm, trange

rows, labels = load_breast_cancer(return_X_y=True)
X, W, losses = scale(rows), np.zeros(30), []
with trange(1, 41, desc="training", mininterval=0) as epochs:
    for epoch in epochs:
        p = 1 / (1 + np.exp(-X @ W))
        W -= 0.1 * X.T @ (p - labels) / len(X)
        loss = float(-np.mean(np.log(np.where(labels, p, 1 - p))))
        epochs.set_postfix(loss=loss, acc=float(np.mean((p >= 0.5) == labels)), refresh=epoch % 4 == 0)
        losses.append(loss)
batches = []
for epoch in range(3):
    bar = tqdm(range(0, len(X), 32), desc=f"Epoch {epoch}", mininterval=0)
    for start in bar:
        x, y = X[start : start + 32], labels[start : start + 32]
        p = 1 / (1 + np.exp(-x @ W))
        W -= 0.1 * x.T @ (p - y) / len(x)
        bar.set_postfix(loss=f"{-np.mean(np.log(np.where(y, p, 1 - p))):.4f}")
    batches.append(float(-np.mean(np.log(np.where(y, p, 1 - p)))))
with open("oracle.json", "w") as file:
    json.dump({"loss": losses, "last batch": batches}, file)
