"""The recorded logs of real programs (tests/recorded), and reading them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from gdtui.logs.rows import Reader
from gdtui.types import Floats

LOGS = Path(__file__).parent / "recorded" / "logs"


def oracle(name: str) -> Any:
    """What a program's library says itself of the metrics."""
    return json.loads((LOGS / name / "oracle.json").read_text())


def unpacked(name: str, inside: str, into: Path) -> Path:
    """A copy of a store that is kept compressed."""
    path = into / Path(inside).name.removesuffix(".gz")
    path.write_bytes(gzip.decompress((LOGS / name / inside).read_bytes()))
    return path


def metrics(reader: Reader, polls: int = 1) -> dict[str, Floats]:
    """What so many reads bring, by the metric's name: its steps, times and values, shape (n, 3)."""
    parts: dict[str, list[Floats]] = {}
    for _ in range(polls):
        for rows in reader.read():
            *along, name = rows.names
            assert along == ["step", "time"]
            assert rows.said is None
            parts.setdefault(name, []).append(rows.table)
    return {name: np.concatenate(tables) for name, tables in parts.items()}


def assert_same(found: dict[str, Floats], expected: dict[str, list[list[Any]]]) -> None:
    """The same metrics with the same numbers, to the bit; NaN is NaN."""
    assert sorted(found) == sorted(expected)
    for name, table in found.items():
        np.testing.assert_array_equal(table, np.array([[float(cell) for cell in row] for row in expected[name]]), name)
