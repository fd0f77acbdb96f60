"""A run file, and writers that are killed one after the other: `python -m tests.trial.writers PATH SEED KILLS`.

Each writer is forked with all imports done, so that a kill takes some ten milliseconds. Prints how many were killed
before their time, then a line for each broken promise.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np

from gdtui.data.load import load
from gdtui.runs.events import Forked, Switched
from gdtui.runs.reader import RunFile
from gdtui.runs.recipes import difference
from gdtui.runs.reopen import settings_of
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter, continued
from gdtui.settings import OPTIMIZERS, SCHEDULES, DataSettings, Settings
from tests.trial.story import promise

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
MOST = 12_000
"""Epochs of a branch after which its writer rests: beyond 10,000 not all are kept."""
ALPHAS = (0.001, 0.02, 0.3)
PARTS = {
    "alpha": ALPHAS, "optimizer": OPTIMIZERS, "momentum": (0.5, 0.9), "batch_size": (None, 100), "l2": (0.0, 0.1),
    "l1": (0.0, 0.01), "schedule": SCHEDULES, "warmup": (0, 30),
}  # fmt: skip
"""Of a recipe, with what they are changed to."""


def whole_lines(path: Path) -> bytes:
    """What a file holds, as far as its lines are whole."""
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rfind(b"\n") + 1]


def same_bits(path: Path) -> None:
    """Every branch of a file has the bits that it has where nobody interrupts it. Raises BrokenPromiseError."""
    file = RunFile(str(path))
    settings = settings_of(file)
    data = load(settings.data)
    for number, branch in enumerate(file.branches):
        if not branch.epochs:
            continue
        last = branch.epochs[-1]
        run = Run(replace(settings, epochs=last + 1), data)
        batches = []
        for first, recipe in [*(change for change in branch.recipes if change[0] <= last), (last + 1, run.recipe)]:
            batches.append(run.advance(first - 1 - run.done))
            run.descent.follow(recipe)
        losses = np.concatenate([batch.losses for batch in batches])
        weights = np.concatenate([batch.weights for batch in batches])
        rows = np.array(branch.epochs) - 1
        what = f"branch {number} of {len(file.branches)}, {last} epochs"
        promise(np.array(branch.losses).tobytes() == losses[rows].tobytes(), f"{what}: other losses than uninterrupted")
        promise(np.array(branch.weights).tobytes() == weights[rows].tobytes(), f"{what}: other weights")


def steer(chance: Random, path: str, is_new: bool) -> None:
    """Train, steer, fork and go from branch to branch, until killed."""
    if is_new:
        run = Run(Settings(DataSettings("blobs"), 10**9, init=(0.5, 0.5, 0.5)), load("blobs"))
        branches, writer = [run], RunWriter(path, run, force=True)
    else:
        branches, run, writer = continued(path)
    while True:
        act = chance.random()
        if act < 0.1:
            part = chance.choice(list(PARTS))
            events = run.steer(**{part: chance.choice(PARTS[part])})
        elif act < 0.15 and run.done and len(branches) < 12:
            epoch, number = chance.randint(1, run.done), branches.index(run)
            before, run = run, run.forked(epoch, chance.choice(ALPHAS))
            branches.append(run)
            events = [Forked(epoch, number, difference(before.history.recipe_at(epoch), run.recipe))]
        elif act < 0.2:
            run = chance.choice(branches)
            events = [Switched(branches.index(run))]
        elif run.done < MOST:
            events = [run.advance(chance.choice((1, 40, 1_000)))]
        else:
            events = run.set_epochs(run.epochs + 1)
            time.sleep(0.001)
        for event in events:
            writer.take(event)


def _end(child: int, sign: signal.Signals) -> int:
    """Signal a writer until it has ended, and return its exit code. Python loses an interrupt that comes while it runs
    a callback of its garbage collector, which raises nothing."""
    while True:
        os.kill(child, sign)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.0005)


def _killed(chance: Random, path: Path) -> bool:
    """One writer, killed at a random moment; returns whether it was killed in its work."""
    before, child = whole_lines(path), os.fork()
    if not child:
        try:
            steer(chance, str(path), not before)
        except KeyboardInterrupt:
            os._exit(130)
        except BaseException as error:
            print(f"a writer could not go on: {type(error).__name__}: {error}", flush=True)
        os._exit(1)
    size, end = len(before) + chance.choice((0, 3_000, 60_000, 600_000)), time.monotonic() + chance.uniform(0, 0.3)
    while time.monotonic() < end and not (path.exists() and path.stat().st_size > size):
        time.sleep(chance.choice((0, 0.0005)))
    code = _end(child, chance.choice(SIGNALS))
    promise(whole_lines(path).startswith(before), "a line that was recorded is lost")
    return code != 1


def main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell has background jobs ignore
    path, chance, kills = Path(sys.argv[1]), Random(int(sys.argv[2])), int(sys.argv[3])
    number = 0
    try:
        for _ in range(kills):
            number += _killed(Random(chance.random()), path)
        if whole_lines(path):
            same_bits(path)
    except (AssertionError, ValueError) as error:
        print(error)
    print(number)


if __name__ == "__main__":
    main()
