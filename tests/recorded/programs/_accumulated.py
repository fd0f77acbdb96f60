"""What TensorBoard itself reads in event files."""

import os
from collections.abc import Callable

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.util import tensor_util


def accumulated(folder: str, array_of: Callable = tensor_util.make_ndarray) -> dict:
    """A folder's runs, each with its scalars, each a list of [step, time, value as text]; `array_of` reads a tensor."""
    runs: dict = {}
    for inside, _, files in sorted(os.walk(folder)):
        if any("tfevents" in name for name in files):
            read = event_accumulator.EventAccumulator(inside, {"scalars": 0, "tensors": 0}, purge_orphaned_data=False)
            read.Reload()
            tags = runs[os.path.relpath(inside, folder)] = {}
            for tag in read.Tags()["scalars"]:
                tags[tag] = [[event.step, event.wall_time, repr(event.value)] for event in read.Scalars(tag)]
            for tag in read.Tags()["tensors"]:
                values = [(event, array_of(event.tensor_proto)) for event in read.Tensors(tag)]
                plugin = read.SummaryMetadata(tag).plugin_data.plugin_name
                if plugin == "scalars":
                    tags[tag] = [[event.step, event.wall_time, repr(float(value))] for event, value in values]
    return runs
