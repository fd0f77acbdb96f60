"""A run file, and writers that are killed one after the other: `python -m tests.trial.writers PATH SEED KILLS`.

Each writer is forked with all imports done, so that a kill takes some ten milliseconds. Prints how many were killed
before their time, then a line for each broken promise.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from random import Random

import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.data.edits import edited
from gdtui.data.load import load
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import kernel_for
from gdtui.learning.objective import objective_named
from gdtui.learning.weights import initial_weights
from gdtui.runs.events import Branch, Event, Forked, Switched
from gdtui.runs.reader import RunFile
from gdtui.runs.recipes import Recipes, difference
from gdtui.runs.reopen import settings_of
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter, continued
from gdtui.settings import OPTIMIZERS, SCHEDULES, DataEdit, DataSettings, Settings
from gdtui.types import Floats
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
        losses, weights = uninterrupted(settings, data, branch.recipes, begun(file.branches, number), last)
        rows = np.array(branch.epochs) - 1
        what = f"branch {number} of {len(file.branches)}, {last} epochs"
        promise(np.array(branch.losses).tobytes() == losses[rows].tobytes(), f"{what}: other losses than uninterrupted")
        promise(np.array(branch.weights).tobytes() == weights[rows].tobytes(), f"{what}: other weights")


def begun(branches: list[Branch], number: int) -> list[tuple[int, Branch]]:
    """The branches whose own epochs are among those of a branch, each with the first of them."""
    branch = branches[number]
    if branch.forked_at is None:
        return [(1, branch)]
    return [one for one in begun(branches, branch.parent) if one[0] <= branch.forked_at] + [(branch.forked_at, branch)]


def uninterrupted(
    settings: Settings, data: Dataset, recipes: Recipes, begun: list[tuple[int, Branch]], last: int
) -> tuple[Floats, Floats]:
    """The losses and weights of the first epochs, so many, of a branch that has these recipes, and begins so."""
    start = initial_weights(settings.init, data.units * data.X.shape[1], settings.seed, data.units)
    recipe, state, batches = settings.recipe, State(start), []
    descent = Descent(kernel_for(data, objective_named(settings.loss)), state, recipe, last)
    for epoch in sorted({epoch for epoch, _ in (*recipes, *begun) if epoch <= last} | {last + 1}):
        batches.append(descent.advance(epoch - 1 - descent.done))
        for branch in [branch for first, branch in begun if first == epoch]:
            state = descent.state if branch.begun_with is None else State(np.array(branch.begun_with), epoch - 1)
            kernel = kernel_for(edited(data, branch.edits), descent.kernel.objective)
            descent = Descent(kernel, state, descent.recipe, last)
        for recipe in [recipe for since, recipe in recipes if since == epoch]:
            descent.follow(recipe)
    return np.concatenate([one.losses for one in batches]), np.concatenate([one.weights for one in batches])


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
        elif act < 0.18 and run.done and len(branches) < 16:
            run, events = forked(chance, run, branches.index(run))
            branches.append(run)
        elif act < 0.23:
            run = chance.choice(branches)
            events = [Switched(branches.index(run))]
        elif run.done < MOST:
            events = [run.advance(chance.choice((1, 40, 1_000)))]
        else:
            events = run.set_epochs(run.epochs + 1)
            time.sleep(0.001)
        for event in events:
            writer.take(event)


def forked(chance: Random, run: Run, number: int) -> tuple[Run, list[Event]]:
    """A fork of a run, which has that number, by another alpha, and also from weights or on data changed by hand."""
    epoch = chance.randint(1, run.done + 1)
    chosen = [chance.gauss(0, 3) for _ in run.start] if chance.random() < 0.4 else None
    fork = run.forked(epoch, chance.choice(ALPHAS), weights=None if chosen is None else np.array(chosen))
    events: list[Event] = [Forked(epoch, number, difference(run.history.recipe_at(epoch), fork.recipe), chosen)]
    if chance.random() < 0.4:
        known = fork.settings.data.edits
        point = DataEdit(chance.randint(0, 1), features=(chance.gauss(0, 5), chance.gauss(0, 5)))
        flipped = DataEdit(chance.randint(0, 1), row=chance.randrange(250))
        events += fork.change(chance.choice(((*known, point), (*known, flipped, point), known[:-1])))
    return fork, events


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
    before = whole_lines(path)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until all is ready to take it
    child = os.fork()
    if not child:
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            steer(chance, str(path), not before)
        except KeyboardInterrupt:
            os._exit(130)
        except BaseException as error:
            print(f"a writer could not go on: {type(error).__name__}: {error}", flush=True)
        os._exit(1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
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
