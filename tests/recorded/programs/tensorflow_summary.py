"""TensorFlow: Keras' TensorBoard callback, and scalars of all types, as the contents of tensors and in lists."""

import json

import keras
import tensorflow as tf
from _accumulated import accumulated
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale
from tensorboard.plugins.scalar import metadata

KINDS = (
    *(tf.float16, tf.bfloat16, tf.float32, tf.float64, tf.bool),
    *(tf.int8, tf.int16, tf.int32, tf.int64, tf.uint8, tf.uint16, tf.uint32, tf.uint64),
)

rows, labels = load_breast_cancer(return_X_y=True)
model = keras.Sequential([keras.Input((30,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.SGD(0.05), loss="binary_crossentropy", metrics=["accuracy"])
board = keras.callbacks.TensorBoard("runs", write_graph=False, profile_batch=0)
model.fit(scale(rows), labels, batch_size=64, epochs=12, validation_split=0.25, verbose=0, callbacks=[board])
shown = metadata.create_summary_metadata(display_name="", description="")
with tf.summary.create_file_writer("runs/types").as_default():
    for step in range(4):
        for kind in KINDS:
            value = tf.cast(1 if kind in (tf.bool, tf.int8) else 100.5 + step * 10.25, kind)
            tf.summary.write(f"as/{kind.name}", value, step, shown)
        tf.summary.scalar("nan", float("nan"), step)
        tf.summary.histogram("weights", model.get_weights()[0], step)
with tf.Graph().as_default():
    writer = tf.compat.v1.summary.FileWriter("runs/lists")
    for step in range(3):
        summary = tf.compat.v1.Summary()
        for kind in KINDS:
            value = 0 if step == 2 else 1 if kind == tf.bool else 7.5 + 110 * step - 100 * kind.is_floating
            tensor = tf.make_tensor_proto(kind.as_numpy_dtype(value), dtype=kind)
            added = summary.value.add(tag=f"as/{kind.name}", tensor=tensor)
            added.metadata.ParseFromString(shown.SerializeToString())
        summary.value.add(tag="simple", simple_value=step)
        writer.add_summary(summary, step)
    writer.close()
with open("oracle.json", "w") as file:
    json.dump(accumulated("runs", tf.make_ndarray), file)
