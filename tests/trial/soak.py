"""Soak: a run is trained at full speed and saved for as long as there is time; then its file is opened again."""

from __future__ import annotations

import re
import signal
import tempfile
import time
from pathlib import Path

from tests.terminal.harness import GDTUI
from tests.trial.stage import Stage, leave, until, was_left_well
from tests.trial.story import Part, Rules, Tally, promise
from tests.trial.writers import whole_lines

ENDLESS = ("--epochs", "1000000000000", "--speed", "max")
GROWTH = 10
"""Megabytes by which memory may differ between the second quarter of the time and the last."""
SETTLES = 60.0
"""Seconds until the curve of a run at full speed, the log and all that is imported have their size: no growth is looked
for in a shorter soak."""
MEMORY = 200
"""Megabytes that a file may take to be opened again."""
SECONDS = 2
"""The processor's time that it may take to its first screen."""


def story(seed: int, rules: Rules, tally: Tally) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "run.jsonl")
        _train(path, rules, tally)
        for command in ("watch", "resume"):
            try:
                _opened(command, path, rules, tally)
            except AssertionError as error:
                tally.failed(seed, str(error), getattr(error, "detail", ""))


def _train(path: Path, rules: Rules, tally: Tally) -> None:
    with Stage([*GDTUI, *ENDLESS, "--save", str(path)]) as stage:
        stage.wait_for("epoch #")
        began, taken = time.monotonic(), []
        while time.monotonic() < began + rules.soak:
            until(lambda: stage.has_ended, rules.soak / 40)
            promise(not stage.has_ended, "it ended by itself", stage.screen_text())
            taken.append(stage.memory())
        code = leave(stage, signal.SIGTERM, rules)
        promise(code == 143, f"the exit code at SIGTERM is {code}")
        was_left_well(stage)
    quarter = len(taken) // 4
    tally.note("memory while it trains, MB", max(taken))
    tally.tried += last_epoch(path)
    growth = max(taken[-quarter:]) - max(taken[quarter : 2 * quarter])
    promise(
        growth < GROWTH or rules.soak < 4 * SETTLES,
        f"memory grew by {growth:.0f} MB, to {taken[-1]:.0f}, in {rules.soak:.0f} s",
    )


def last_epoch(path: Path) -> int:
    """The last that is in a file."""
    line = next(line for line in reversed(whole_lines(path).splitlines()) if line.startswith(b'{"epoch"'))
    return int(line.partition(b":")[2].partition(b",")[0])


def _opened(command: str, path: Path, rules: Rules, tally: Tally) -> None:
    """The first screen of the file, and what it takes."""
    last = last_epoch(path)
    slowly = ["--speed", "1"] if command == "resume" else []  # or its first lines are gone before they are seen
    with Stage([*GDTUI, command, str(path), *slowly]) as stage:
        limit, told = 30 * rules.patience, re.compile(rf"#{last},|going on after epoch {last}\b")
        seen = until(lambda: told.search(stage.screen_text()) or stage.has_ended, limit)
        took, memory = stage.seconds(), stage.memory("VmHWM")
        what = f"{command} of {last:,} epochs"
        promise(seen, f"{what}: its last epoch is not shown in {limit:g} s, with {memory:.0f} MB", stage.screen_text())
        tally.note(f"{command}, MB", memory)
        tally.note(f"{command}, s", took)
        stage.send("ctrl+c")
        promise(until(lambda: stage.has_ended, 5 * rules.patience), f"{what}: ctrl+c does not end it")
        was_left_well(stage)
    promise(memory < MEMORY, f"{what}: {memory:.0f} MB are taken, and {took:.1f} s")
    promise(took < SECONDS * rules.patience / 2, f"{what}: takes {took:.1f} s of the processor")


SOAK = Part("soak", "epochs", story, ["reopen"])
