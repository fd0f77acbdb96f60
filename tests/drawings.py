"""What the tests of drawings share: data and histories to draw, and how to read a drawing again."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import numpy as np

from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.data.dataset import Dataset
from gdtui.learning.descent import Batch
from gdtui.learning.kernel import Kernel
from gdtui.learning.objective import objective_named
from gdtui.runs.history import History
from gdtui.session import opening
from gdtui.session.commands import Do
from gdtui.session.session import Session
from gdtui.session.snapshot import Snapshot
from gdtui.settings import DataSettings, Display, Recipe, Settings
from gdtui.views.view import View


def view_named(name: str) -> View:
    """A view of that name, as the app makes it."""
    view: View = getattr(import_module(f"gdtui.views.{name}"), f"{name.capitalize()}View")()
    return view


def dataset(features: np.ndarray, y: np.ndarray | None = None) -> Dataset:
    """A data set of these rows; classes alternate where none are given."""
    features = np.asarray(features, dtype=float)
    y = np.arange(len(features)) % 2 if y is None else np.asarray(y)
    names = tuple(f"x{index + 1}" for index in range(features.shape[1]))
    X = np.column_stack([np.ones(len(features)), features])
    return Dataset("test", X, y.astype(float), names, ("no", "yes"))


def clouds(seed: int = 0, rows: int = 60, features: int = 2) -> Dataset:
    """Two clouds of points."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, rows)
    return dataset(rng.normal(size=(rows, features)) + 3 * y[:, None], y)


def history_of(losses: np.ndarray, alphas: dict[int, float] | None = None, tested: np.ndarray | None = None) -> History:
    """A history with these losses; `alphas` are (first epoch: alpha), from epoch 1 on, `tested` the losses on the rows
    kept for testing."""
    losses = np.asarray(losses, dtype=float)
    kernel = Kernel(np.ones((2, 2)), np.array([0.0, 1.0]), objective_named("article"))
    starts = sorted({1: 0.01, **(alphas or {})}.items())
    history = History(kernel, Recipe(alpha=starts[0][1]), capacity=64)
    for (first, alpha), end in zip(starts, [*(first for first, _ in starts[1:]), len(losses) + 1], strict=True):
        part = losses[first - 1 : end - 1]
        history.steer(first, Recipe(alpha=alpha))
        tests = np.empty(0) if tested is None else np.asarray(tested, dtype=float)[first - 1 : end - 1]
        history.append(Batch(first, part, np.zeros((len(part), 2)), None, None, tested=tests))
    return history


def corner(chart: Chart) -> tuple[int, int]:
    """(row, column) where the axes meet."""
    rows, columns = np.nonzero(chart.chars == "└")
    return int(rows[0]), int(columns[0])


def dots(chart: Chart, role: Role) -> np.ndarray:
    """The braille dots of a role within the axes, four to a row of cells and two to a column."""
    bottom, left = corner(chart)
    chars, roles = chart.chars[:bottom, left + 1 :], chart.roles[:bottom, left + 1 :]
    field = np.zeros((4 * chars.shape[0], 2 * chars.shape[1]), dtype=bool)
    bits = {(0, 0): 0, (1, 0): 1, (2, 0): 2, (0, 1): 3, (1, 1): 4, (2, 1): 5, (3, 0): 6, (3, 1): 7}
    codes = np.vectorize(ord, otypes=[int])(chars) - 0x2800
    for (down, across), bit in bits.items():
        field[down::4, across::2] = (roles == role) & (codes >= 0) & (codes < 256) & (codes >> bit & 1).astype(bool)
    return field


def standing(settings: Settings, epochs: int = 0, rivals: Sequence[Recipe] = ()) -> Session:
    """A session that stands still after so many epochs."""
    session = opening.begin(settings, Display(), rivals=rivals)
    session.do(Do.PAUSE)
    session.turn()
    session.pull(epochs)
    return session


def without_data(folder: Path) -> Snapshot:
    """What is shown of a run file whose data is gone."""
    path = folder / "points.csv"
    path.write_text("a,y\n" + "".join(f"{row},{row // 3 % 2}\n" for row in range(12)))
    session = opening.begin(Settings(data=DataSettings(str(path)), epochs=3), Display(), str(folder / "run.jsonl"))
    session.pull(3)
    session.close()
    path.unlink()
    return opening.watch(str(folder / "run.jsonl"), Display()).snapshot()
