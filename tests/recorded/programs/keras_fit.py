"""Keras: its progress bars (`verbose=1`, also in `stdout.txt` through a pipe), its lines (`verbose=2`), and CSVLogger,
cut short by an append."""

import json

import keras
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale

keras.utils.set_random_seed(0)
rows, labels = load_breast_cancer(return_X_y=True)
model = keras.Sequential([keras.Input((30,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.SGD(0.05), loss="binary_crossentropy", metrics=["accuracy"])
histories = {}
for verbose, epochs in ((1, 6), (2, 8)):
    history = model.fit(
        scale(rows),
        labels,
        batch_size=64,
        epochs=epochs,
        validation_split=0.25,
        verbose=verbose,
        callbacks=[keras.callbacks.CSVLogger("training.csv", append=verbose == 2)],
    )
    histories[f"verbose={verbose}"] = history.history
with open("oracle.json", "w") as file:
    json.dump(histories, file)
