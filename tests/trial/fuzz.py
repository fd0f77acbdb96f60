"""Fuzz: whatever is in a file, an option or the input, gdtui says a clear line, if any, and ends with a known code."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tests.trial import monkey
from tests.trial.inputs import KINDS
from tests.trial.story import Part, Rules, Tally

FEW = 5
"""Inputs in a story, which is a process, where each takes seconds."""
LIMIT = 5
"""Seconds that an input may take, in multiples of the patience with a key."""
ROOT = Path(__file__).parents[2]
SHOWN = 1500
"""Characters of an input that are shown of one that failed."""


def story(seed: int, rules: Rules, tally: Tally) -> None:
    kinds = rules.allowed("fuzz", [*KINDS, "terminal"])
    kind = kinds[seed % len(kinds)]
    if kind == "terminal":
        gestures = rules.allowed("monkey", ["keys", "garbage", "reports", "absurd-reports", "not-utf-8", "paste"])
        monkey.play(seed, rules, tally, ["train", "max"], gestures)
        return
    _feed(kind, seed, FEW if kind in ("gaps", "large") else rules.inputs, rules, tally)


def _feed(kind: str, seed: int, count: int, rules: Rules, tally: Tally) -> None:
    """Have inputs of one kind fed to gdtui in a process that has limits of its own."""
    given, errors = "", ""
    command = [sys.executable, "-m", "tests.trial.fuzzer", kind, str(seed), str(count), *rules.left_out]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = _lines(process.stdout)
        while True:
            try:
                line = lines.get(timeout=LIMIT * rules.patience + (0 if given else 60))  # it begins with its imports
            except queue.Empty:
                process.kill()
                tally.failed(seed, f"{kind}: an input takes more than {LIMIT * rules.patience:g} s", given[:SHOWN])
                return
            if line is None:
                errors = process.stderr.read()
                break
            told = json.loads(line)
            given = told.get("input", given)
            tally.tried += "input" in told
            if "failure" in told:
                tally.failed(seed, told["failure"], given[:SHOWN])
    if process.returncode:
        tally.failed(seed, f"{kind}: the process ended with {process.returncode}", f"{given[:SHOWN]}\n{errors[-3000:]}")


def _lines(pipe: IO[str]) -> queue.Queue[str | None]:
    """The lines as they come, and None at the end."""
    found: queue.Queue[str | None] = queue.Queue()

    def read(source: Iterator[str]) -> None:
        for line in source:
            found.put(line)
        found.put(None)

    threading.Thread(target=read, args=(pipe,), daemon=True).start()
    return found


CHECKS = ["control-characters", "odd-tapes", "far-epochs", "option-is-dashes"]
FUZZ = Part("fuzz", "inputs", story, [*KINDS, "terminal", *CHECKS])
