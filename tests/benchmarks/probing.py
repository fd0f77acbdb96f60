"""What programs cost that run in a terminal for a while, as they tell it themselves."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.pty_run import Traffic, run


def probe(
    seconds: float, *options: str, columns: int = 120, rows: int = 40, far: Callable[..., Traffic] = run
) -> dict[str, float]:
    """Of gdtui, from its tenth frame on."""
    return of_module("tests.benchmarks.probe", str(seconds), *options, far=far, columns=columns, rows=rows)


def of_module(module: str, *options: str, far: Callable[..., Traffic] = run, **size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.json")
        traffic = far("-m", module, str(out), *options, seconds=240, **size)
        if not out.exists():
            raise SystemExit(f"{module} {options} wrote nothing; its last words: {traffic.pieces[-1:]}")
        return {**json.loads(out.read_text()), "total": traffic.total}
