"""tensorboardX: two runs with train/loss and val/loss, NaN among them, one that was gone on with in a second file,
`add_scalars` (a folder a line), and summaries that are no scalars."""

import json
import math
import time

import numpy as np
from _accumulated import accumulated
from tensorboardX import SummaryWriter

generator = np.random.default_rng(0)
for alpha, start, end in ((0.1, 0, 40), (0.01, 0, 20), (0.01, 20, 40)):
    with SummaryWriter(f"runs/alpha={alpha}") as writer:
        for step in range(start, end):
            loss = math.exp(-alpha * step) + 0.05 * generator.random()
            writer.add_scalar("train/loss", math.nan if step == 7 else loss, step)
            if step % 5 == 4:
                writer.add_scalar("val/loss", 1.1 * loss, step)
        writer.add_scalar("beyond", math.inf, end)
        if end == 40:
            writer.add_scalars("accuracy", {"train": 0.9, "test": 0.8}, end)
            writer.add_histogram("weights", generator.standard_normal(30), end)
            writer.add_text("note", "not a number", end)
    time.sleep(1.1)  # The files' names bear the second.
with open("oracle.json", "w") as file:
    json.dump(accumulated("runs"), file)
