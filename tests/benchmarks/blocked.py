"""gdtui with everything at once, and how long its screen's thread was away at the longest.

``python -m tests.benchmarks.blocked OUT.json`` trains 300,000 rows of 30 features, saved into a file, while keys come
that travel, fork, go from branch to branch, restart, show the table and all views, and change how it looks. A task
asks to be woken every 2 ms; how much later it is woken is how long a key would have waited.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path

from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter
from gdtui.session.session import Session
from gdtui.settings import Display, Settings
from gdtui.tui.app import GdtuiApp
from gdtui.tui.workspace import Workspace
from tests.benchmarks.probe import wide

WAKES = 0.002
UNTIL = 60.0
"""Seconds from the first epoch shown."""
KEYS = [
    *(b" ", b"\x1b[D", b"\x1b[1;2D", b"f", b"t", b"l", b"\x1b[H", b"f", b"b", b"\x1b[A", b"\x1b[B", b"b", b"n", b"n"),
    *(b"p", b"p", b"\x1b[F", b" ", b"i", b"?", b"\x1b", b"a", b"\x1b", b"+", b"m", b"m", b"\x0c", b"s"),
    *(b"2", b"]", b"l", b"2", b"{", b"]", b"3", b"4", b"]", b"X", b"4", b"5", b"5", b"v", b"5", b"6", b"6", b"z", b"z"),
    *(b"2", b"c", b"\x1b[1;2C", b"\r", b"c", b"1", b"v", b"1"),
]


class Watched(GdtuiApp):
    """Looks at the clock again and again."""

    def __init__(self, out: Path, *arguments) -> None:
        super().__init__(*arguments)
        self.out = out
        self.late: list[float] = []

    def on_mount(self) -> None:
        self.run_worker(self._watch())

    async def _watch(self) -> None:
        while self.board.snapshot is None or not self.board.snapshot.done:
            await asyncio.sleep(WAKES)
        begun = time.perf_counter()
        while time.perf_counter() - begun < UNTIL:
            asked = time.perf_counter()
            await asyncio.sleep(WAKES)
            self.late.append(time.perf_counter() - asked - WAKES)
        late = sorted(self.late)
        found = {"longest": late[-1], "p999": late[int(0.999 * len(late))], "keys": self.board.snapshot.asked}
        self.out.write_text(json.dumps(found))
        self.exit(0)


def main() -> None:
    out = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # some keys save files

        def begin() -> Session:
            settings = Settings(epochs=1_000_000)
            run = Run(settings, wide(300_000))
            writer = RunWriter(str(Path(folder, "run.jsonl")), run)
            return Session([run], run, Display(speed=float("inf")), writer)

        Watched(out, begin, Workspace("blocked"), Display()).run()


if __name__ == "__main__":
    main()
