"""Each view in front: what its frames cost, how soon it is there, and how long a look at another epoch takes."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator

from gdtui.session.commands import GoTo
from gdtui.session.session import Session
from gdtui.settings import Display, Settings
from gdtui.tui.bindings import NUMBERS
from tests.benchmarks.probe import begun, wide
from tests.benchmarks.probing import probe
from tests.benchmarks.table import Row, row
from tests.drawings import view_named

SIZE = 58, 22
"""Cells of a chart at 120×40."""
STILL = "landscape", "bowl"
OPTIONS = "--speed", "10", "--fps", "10", "--epochs", "200"


def frames_of(plain_bytes: float, plain_cpu: float) -> Iterator[Row]:
    """Beside those of a plain app."""
    for name in NUMBERS:
        cost = probe(6, *OPTIONS, "--view", name)
        goal = "≤ 0.05" if name in STILL else "≤ 0.10"
        yield row(f"bytes a frame, {name} in front", cost["bytes"] / cost["frames"], plain_bytes, "B", goal)
        yield row(
            f"CPU a frame, {name} in front", 1000 * cost["cpu"] / cost["frames"], 1000 * plain_cpu, "ms", "≤ 0.30"
        )


def soon() -> Iterator[Row]:
    """How soon a landscape is there, of few rows and of many."""
    settings = Settings(epochs=200, init="zeros")
    few, many = begun(settings, Display(), None, 0), begun(settings, Display(), wide(), 0)
    for session, told, coarse, fine in ((few, "250×2", 0.3, 1.0), (many, "1,000,000×30", 3.0, None)):
        session.pull(10)
        first, last = drawn(session)
        yield f"first landscape, {told}", f"{first:.3g} s", "", "", f"≤ {coarse} s"
        if fine is not None:
            yield f"fine landscape, {told}", f"{last:.3g} s", "", "", f"≤ {fine} s"
    seconds, options = 8, ("--epochs", "1000000000", "--speed", "max", "--wide")
    rates = [
        cost["epochs"] / cost["wall"]
        for cost in (probe(seconds, *options, "--view", name) for name in ("landscape", "loss"))
    ]
    yield row("max in the TUI, the landscape beside the loss, 1,000,000×30", *rates, "epochs/s", "≥ 0.9")


def drawn(session: Session) -> tuple[float, float]:
    """Seconds until a landscape is first seen, and until there is nothing more to come."""
    view, snapshot, began, first = view_named("landscape"), session.snapshot(), time.perf_counter(), 0.0
    blank = view.draw(snapshot, *SIZE)
    while view.is_busy or not first:
        time.sleep(0.005)
        if not first and (view.draw(snapshot, *SIZE).grounds != blank.grounds).sum() > SIZE[0]:
            first = time.perf_counter() - began
    view.draw(snapshot, *SIZE)
    return first, time.perf_counter() - began


def travel() -> Iterator[Row]:
    """A look at any epoch of a run of a million."""
    session = begun(Settings(epochs=10, init="zeros"), Display(), None, 1_000_000)
    for name in NUMBERS:
        view, moments = view_named(name), random.Random(0)
        view.draw(session.snapshot(), *SIZE)
        while view.is_busy:
            time.sleep(0.01)
        taken = []
        for _ in range(60):
            session.do(GoTo(moments.randint(1, 1_000_000)))
            began = time.perf_counter()
            session.turn()
            snapshot = session.snapshot()
            view.titles(snapshot)
            view.draw(snapshot, *SIZE)
            taken.append(time.perf_counter() - began)
        late = statistics.quantiles(taken, n=20, method="inclusive")[-1]
        yield f"to any of 1,000,000 epochs, {name} in view, p95", f"{late:.3g} s", "", "", "≤ 0.2 s"
