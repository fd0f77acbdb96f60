"""TensorFlow: Keras' TensorBoard callback, and `tf.summary.scalar` with several types; all scalars are tensors here."""

import json

import keras
import tensorflow as tf
from _accumulated import accumulated
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale

rows, labels = load_breast_cancer(return_X_y=True)
model = keras.Sequential([keras.Input((30,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.SGD(0.05), loss="binary_crossentropy", metrics=["accuracy"])
board = keras.callbacks.TensorBoard("runs", write_graph=False, profile_batch=0)
model.fit(scale(rows), labels, batch_size=64, epochs=12, validation_split=0.25, verbose=0, callbacks=[board])
with tf.summary.create_file_writer("runs/types").as_default():
    for step in range(5):
        for kind in (tf.float16, tf.bfloat16, tf.float64, tf.int32, tf.int64):
            tf.summary.scalar(f"as/{kind.name}", tf.cast(1000.5 - step * 10.25, kind), step)
        tf.summary.scalar("nan", float("nan"), step)
        tf.summary.histogram("weights", model.get_weights()[0], step)
with open("oracle.json", "w") as file:
    json.dump(accumulated("runs"), file)
