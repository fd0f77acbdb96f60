"""A file of four times the memory allowed is trained on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.mapped import write_npy

MB = 2**20
ALLOWED = 40 * MB
"""Beside what the program and its threads take before it reads."""

PROGRAM = """
import json, re, resource, sys
from pathlib import Path
from threading import Barrier, Thread

import numpy as np
import scipy.special
import gdtui.data.rows
from gdtui.data.dataset import dataset
from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.settings import DataSettings, Settings

def status(name):
    return 1024 * int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

gdtui.data.rows.DRAWN = 2**18
warm = dataset("", np.random.default_rng(0).normal(size=(50_000, 30)), np.arange(50_000) % 2)
Run(Settings(epochs=9), warm).advance(9)  # threads have their stacks then
ready = Barrier(2)
both = [Thread(target=lambda: (ready.wait(), warm.X[:, 1:].T @ warm.X)) for _ in range(2)]
[one.start() for one in both], [one.join() for one in both]  # and OpenBLAS a buffer for each of two at once
del warm
most = status("VmData") + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_DATA, (most, most))
try:
    load(DataSettings(sys.argv[1], mapped=False))
except (ValueError, MemoryError) as error:
    refused = str(error)
run = Run(Settings(epochs=3, alpha=0.1, seed=1), load(DataSettings(sys.argv[1], test_size=0.1)))
run.advance(3)
print(json.dumps([refused, type(run.data.X).__name__, run.done, status("VmData"), most]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_it_is_trained_on_and_in_memory_it_is_refused(tmp_path: Path) -> None:
    write_npy(tmp_path / "t.npy", 4 * ALLOWED)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "t.npy"), str(ALLOWED)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    refused, kind, epochs, used, most = json.loads(done.stdout)
    assert refused.startswith(f"{tmp_path}/t.npy: does not fit into memory; give a shorter table")
    assert (kind, epochs) == ("MappedRows", 3)
    assert used < most
