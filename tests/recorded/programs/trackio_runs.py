"""trackio's SQLite store: two runs of one project, with NaN."""

import json
import math
import os
import sqlite3
from pathlib import Path

import trackio

kept: dict = {}
for name, alpha in (("fast", 0.1), ("slow", 0.01)):
    trackio.init(project="unit", name=name, config={"alpha": alpha})
    for step in range(20):
        loss = math.exp(-alpha * step)
        row = {"train/loss": math.nan if step == 5 else loss, "epoch": step // 2}
        if step % 4 == 3:
            row["val/loss"] = 1.1 * loss
        trackio.log(row)
        kept.setdefault(name, []).append({key: repr(value) for key, value in row.items()})
    trackio.finish()
store = next(Path(os.environ["TRACKIO_DIR"]).rglob("unit.db"))
with sqlite3.connect(store) as connection:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
with open("oracle.json", "w") as file:
    json.dump(kept, file)
