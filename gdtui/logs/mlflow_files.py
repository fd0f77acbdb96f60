"""MLflow's store in a folder (`mlruns`): a run is a folder in it, with a file a metric."""

from __future__ import annotations

import os
import re
import time
from typing import ClassVar

import numpy as np

from gdtui.logs.blocks import Blocks
from gdtui.logs.file_reader import FileReader
from gdtui.logs.rows import Rows

ABOUT, METRICS = "meta.yaml", "metrics"
FINISHED, FAILED, KILLED = "3", "4", "5"
AT_ONCE = 0.3
"""Seconds in which metrics are read before what they say is shown."""


class MLflowFiles(FileReader):
    """See `gdtui.logs.rows.Reader`."""

    format: ClassVar[str] = "MLflow's folders"

    def _begin_reading(self) -> None:
        super()._begin_reading()
        self._blocks: dict[str, Blocks] = {}
        """By the metric's name, how far its file has been read."""
        self.failure = ""

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        return os.path.isfile(os.path.join(path, ABOUT)) and os.path.isdir(os.path.join(path, METRICS))

    @classmethod
    def runs(cls, path: str) -> list[str]:
        """One, by its name and that of its experiment, if it has one."""
        run = _about(path).get("run_name", "")
        experiment = _about(os.path.dirname(os.path.abspath(path))).get("name", "")
        return [run and "/".join(filter(None, (experiment, run)))]

    def called(self) -> str:
        return self.runs(self.path)[0]

    def read(self) -> list[Rows]:
        status = _about(self.path).get("status")
        self.is_over = status in (FINISHED, FAILED, KILLED)
        self.failure = "its status is FAILED" if status == FAILED else ""
        found = self._read_on()
        if found is None:
            self._begin_reading()
            found = self._read_on() or []
        return found

    def _read_on(self) -> list[Rows] | None:
        """What is new; None where a file is not the one any more that has been read."""
        folder, begun, found = os.path.join(self.path, METRICS), time.monotonic(), list[Rows]()
        paths = sorted(os.path.join(inside, name) for inside, _, names in os.walk(folder) for name in names)
        names = {os.path.relpath(path, folder).replace(os.sep, "/"): path for path in paths}
        if not {*self._blocks} <= {*names}:
            return None
        self.has_more = False
        for name, path in names.items():
            self.has_more = bool(found) and time.monotonic() - begun > AT_ONCE
            if self.has_more:
                break
            blocks = self._blocks.setdefault(name, Blocks())
            if os.path.getsize(path) == blocks.whole:
                continue
            with open(path, "rb") as file:
                if not blocks.are_in(file):
                    return None
                table = [row for block in blocks.read(file) for row in self._rows(block, name, blocks.count)]
            if table:
                found.append(Rows(("step", "time", name), np.array(table)))
        return found

    def _rows(self, block: bytes, name: str, before: int) -> list[tuple[float, float, float]]:
        """The steps, times and values in whole lines of a metric, of which so many came before."""
        rows = []
        for number, line in enumerate(block.splitlines(), before + 1):
            try:
                at, value, *rest = map(float, line.split())
                (step,) = rest or (0.0,)
                rows.append((step, at / 1000, value))
            except ValueError:
                self._skip(f"{name}: line {number} is not a time, a value and a step")
        return rows


def _about(folder: str) -> dict[str, str]:
    """What stands in a folder's description, a line each; nothing where there is none, or it is no text."""
    try:
        with open(os.path.join(folder, ABOUT), encoding="utf-8") as file:
            found = re.findall(r"^(\w+): *(.*?) *$", file.read(2**16), re.MULTILINE)
    except (OSError, ValueError):
        return {}
    return {name: value[1:-1].replace("''", "'") if value[:1] in ("'", '"') else value for name, value in found}
