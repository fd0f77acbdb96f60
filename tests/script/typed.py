"""Somebody's training script, as a strict type checker sees it; it is not run."""

from typing import assert_type

from gdtui import DataError, Dataset, Log, Settings, load, log

run = log("run.jsonl", resume=True, alpha=0.1, epochs=10, batch_size=32)
assert_type(run, Log)
epoch = 0
while epoch < run.epochs and not run.should_stop:
    run.wait()
    epoch += 1
    assert_type(run.alpha, float)
    run(epoch=epoch, loss=0.1)
    run({"val/loss": 0.1}, epoch=epoch)
callbacks = [run.keras(), run.lightning()]
run.close()
with log(None) as nowhere:
    assert_type(nowhere, Log)
try:
    assert_type(load("blobs"), Dataset)
except DataError:
    assert_type(Settings(epochs=5).epochs, int)
