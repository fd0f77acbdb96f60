"""Races, beside runs that train one after another, and beside one run on the screen."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from gdtui.session import opening
from gdtui.settings import Display, Recipe, Settings
from tests.benchmarks.probing import probe
from tests.benchmarks.table import Row, alternate, row

ALPHAS = 0.001, 0.01, 0.1, 1.0
EPOCHS = 25_000


def race() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "run.jsonl"))
        for told, save in (("", None), (", saved", path)):
            ours, theirs = alternate(lambda save=save: together(save), lambda save=save: one_by_one(save), 7)
            yield row(f"a race of 4 beside four runs, 250×2{told}", ours, theirs, "epochs/s", "≥ 0.8")
    options = "--speed", "10", "--fps", "10", "--epochs", "200"
    six = probe(8, *options, "--race", "0.01,0.02,0.05,0.1,momentum,adam")
    one = probe(8, *options)
    yield row("bytes a frame, a race of 6 beside one run", *(c["bytes"] / c["frames"] for c in (six, one)), "B", "≤ 2")
    yield row(
        "CPU a frame, a race of 6 beside one run", *(1000 * c["cpu"] / c["frames"] for c in (six, one)), "ms", "≤ 2"
    )


def together(save: str | None) -> float:
    """Epochs a second, of all, as a front end has them trained."""
    return trained(ALPHAS, save)


def one_by_one(save: str | None) -> float:
    return len(ALPHAS) / sum(1 / trained((alpha,), save) for alpha in ALPHAS)


def trained(alphas: tuple[float, ...], save: str | None) -> float:
    first = Settings(epochs=EPOCHS, init="zeros", alpha=alphas[0])
    rivals = [Recipe(alpha=alpha).settled(EPOCHS) for alpha in alphas[1:]]
    session = opening.begin(first, Display(speed=math.inf), save, force=True, rivals=rivals)
    begun = time.perf_counter()
    while not session.is_over:
        session.turn()
    rate = len(alphas) * EPOCHS / (time.perf_counter() - begun)
    session.close()
    return rate
