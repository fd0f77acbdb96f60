"""Rows that stay on the disk: a file of four times the memory allowed is trained on, and read beside that.

``python -m tests.benchmarks.mapped OUT FILE LIMIT`` is the part that has no more memory than that.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import numpy as np

from tests.benchmarks.table import Row, alternate, row

ALLOWED = 2**29
"""Bytes of memory that can be written to, whatever they are used for (`RLIMIT_DATA`)."""
FEATURES, AT_ONCE = 30, 100_000


def mapped() -> Iterator[Row]:
    for end, write in ((".npy", write_npy), (".parquet", write_parquet)):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as folder:
            path, out = Path(folder, f"rows{end}"), Path(folder, "out.json")
            write(path, 4 * ALLOWED)
            command = [sys.executable, "-m", __name__, str(out), str(path), str(ALLOWED)]
            subprocess.run(command, check=True)
            found = json.loads(out.read_text())
        what = f"{found['rows']:,}×{FEATURES} {end}"
        yield f"{what}, 4 × the memory allowed", f"{found['peak'] / 1e6:.0f} MB", "", "", "≤ 300 MB"
        yield f"{what}, until it is laid out", f"{found['loaded']:.3g} s", "", "", ""
        for name, theirs in found["read"].items():
            yield row(f"{what}, against {name}", found["epochs"][name], theirs, "rows/s", "≥ 0.7")


def parts(rows: int) -> Iterator[np.ndarray]:
    chance = np.random.default_rng(0)
    for at in range(0, rows, AT_ONCE):
        part = chance.normal(size=(min(AT_ONCE, rows - at), FEATURES + 1))
        part[:, -1] = part[:, 0] > 0
        yield part


def write_npy(path: Path, size: int) -> None:
    rows = size // (8 * (FEATURES + 1))
    with path.open("wb") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": (rows, FEATURES + 1)}
        np.lib.format.write_array_header_1_0(file, header)
        for part in parts(rows):
            file.write(part.data)


def write_parquet(path: Path, size: int) -> None:
    import pyarrow as arrow
    from pyarrow.parquet import ParquetWriter

    rows, names = size // (8 * (FEATURES + 1)), [*(f"x{place}" for place in range(FEATURES)), "y"]
    schema = arrow.schema([(name, arrow.float64()) for name in names])
    with ParquetWriter(path, schema) as writer:
        for part in parts(rows):
            writer.write_table(arrow.table(dict(zip(names, part.T, strict=True)), schema))


def main() -> None:
    out, path, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    from gdtui.data.load import load
    from gdtui.runs.run import Run
    from gdtui.settings import DataSettings, Settings

    peak, is_over = [0], Event()
    Thread(target=watch, args=(peak, is_over), daemon=True).start()
    begun = time.perf_counter()
    data = load(DataSettings(path))
    loaded = time.perf_counter() - begun
    run = Run(Settings(epochs=10**6, alpha=0.1), data)
    run.advance(1)

    found: dict[str, dict[str, float]] = {"epochs": {}, "read": {}}
    ways = {"decoding it": (decode, False)} if path.endswith(".parquet") else {"reading it, not cached": (read, True)}
    for name, (way, is_cold) in {"reading it": (read, False), **ways}.items():

        def theirs(way: Callable[[str], None] = way, is_cold: bool = is_cold) -> float:
            if is_cold:
                with open(path, "rb") as file:
                    forget(file.fileno())
            begun = time.perf_counter()
            way(path)
            return len(data) / (time.perf_counter() - begun)

        def ours(is_cold: bool = is_cold) -> float:
            if is_cold:
                room = data.X._room
                room._map.madvise(mmap.MADV_DONTNEED)
                forget(room._file.fileno())
            begun = time.perf_counter()
            run.advance(1)
            return len(data) / (time.perf_counter() - begun)

        found["epochs"][name], found["read"][name] = alternate(ours, theirs, 5)
    is_over.set()
    Path(out).write_text(json.dumps({**found, "peak": peak[0], "rows": len(data), "loaded": loaded}))


def watch(peak: list[int], is_over: Event) -> None:
    """Remember the most memory that is in use beside mapped files."""
    while not is_over.wait(0.01):
        lines = Path("/proc/self/status").read_text().splitlines()
        peak[0] = max(peak[0], 1024 * next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")))


def forget(file: int) -> None:
    """Keep nothing of a file in memory, so that it has to be read from the disk."""
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)


def read(path: str) -> None:
    piece = memoryview(bytearray(2**20))
    with open(path, "rb", buffering=0) as file:
        while file.readinto(piece):
            pass


def decode(path: str) -> None:
    from pyarrow.parquet import ParquetFile

    for _ in ParquetFile(path, pre_buffer=False, buffer_size=2**20).iter_batches(4096):
        pass


if __name__ == "__main__":
    main()
