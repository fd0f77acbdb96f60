"""`gdtui check-gradient`: the gradient by differences against the one by formula."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gdtui.options import Parser, add_run, settings_from
from gdtui.settings import Settings
from gdtui.text import tell

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.analysis.differences import Compared, Function, Point
    from gdtui.data.dataset import Dataset

ABOUT = """\
Check the gradient by differences, as the article does: (L(W + h) − L(W)) / h for each weight (forward), and
(L(W + h) − L(W − h)) / 2h (central), against the formula: how far off they are, also with other h, and how slow.
All options of training are taken; the weights are those that it would begin with."""
EPILOG = """\
exit codes: 0 the central difference and the formula agree (to 1e-5 with the best h, or to the last digits of the
loss), 1 they do not, 2 bad usage or data."""
MOST = {1: 10, 2: 3}
"""Weights in a table, by how many tables there are; of more, those of the largest errors."""
NAME, COLUMNS = 18, (14, 15, 10, 14, 9)
"""Columns of a name, of the formula's, and of both differences with their errors."""


class Checked(NamedTuple):
    """A function, its gradients, and the errors over h."""

    function: Function
    found: Compared
    points: list[Point]


def run(arguments: list[str]) -> int:
    parser = Parser("gdtui check-gradient", ABOUT, EPILOG)
    add_run(parser)
    parser.set_defaults(sample_size=0)
    settings = settings_from(parser.parse_args(arguments))
    from gdtui.analysis.differences import agrees, compared, functions, sample_of, swept
    from gdtui.data.load import load
    from gdtui.learning.weights import initial_weights
    from gdtui.session.snapshot import NO_POINTS

    data = load(settings.data)
    if not len(data):
        raise ValueError(f"{NO_POINTS}: on the screen they are added by hand")
    weights = initial_weights(settings.init, data.units * data.X.shape[1], settings.seed, data.units)
    sizes = [10.0**-exponent for exponent in range(1, 13)]
    every, some = (functions(rows, settings.loss, settings.recipe) for rows in (data, sample_of(data)))
    checked = [
        Checked(one, compared(one, weights), [*swept(of_some, weights, sizes)])
        for one, of_some in zip(every, some, strict=True)
    ]
    if not all(math.isfinite(one.found.loss) for one in checked):
        raise ValueError("the loss is not finite at these weights; --init gives others")
    agree = all(agrees(one.found, one.points) for one in checked)
    for line in lines(settings, data, checked, agree):
        tell(line)
    return int(not agree)


def lines(settings: Settings, data: Dataset, checked: list[Checked], agree: bool) -> Iterator[str]:
    """What is printed."""
    from gdtui.analysis.differences import apart_told, caveats, swept_told

    start = settings.init if isinstance(settings.init, str) else "given"
    start = f"drawn by seed {settings.seed}" if start == "uniform" else start
    yield f"{data.name}, {len(data):,} rows, weights {start}"
    for number, one in enumerate(checked, 1):
        use = "" if len(checked) == 1 else (", which is printed", ", which is followed")[number - 1]
        yield ""
        yield from _table(data, f"gradient of {one.function.title}{use}", one.found, MOST[len(checked)])
    *printed, followed = checked
    yield from _times(followed.found)
    for one in printed:
        yield from apart_told(data, one.found.analytic, followed.found.analytic)
    yield ""
    yield swept_told(data)
    yield from _sweep(followed.points)
    yield from caveats(data, settings.loss, settings.recipe, followed.found.weights)
    yield "differences and formula agree" if agree else "differences and formula do not agree"


def _table(data: Dataset, title: str, found: Compared, most: int) -> Iterator[str]:
    from gdtui.analysis.differences import errors, largest
    from gdtui.charts.chart import cells_of, shortened
    from gdtui.data.dataset import names_of_weights, weight_told

    names, chosen = names_of_weights(data), largest(found, most)
    left_out = "" if len(chosen) == len(names) else f", the {len(chosen)} largest errors of {len(names)}"
    yield title + left_out
    yield _row("", "formula", "forward", "error", "central", "error")
    both = [(numeric, errors(numeric, found.analytic)) for numeric in (found.forward, found.central)]
    for number in chosen:
        name = shortened(weight_told(*names[number]), NAME)
        cells = (text for one, off in both for text in (f"{one[number]:.7g}", f"{off[number]:.0e}"))
        yield _row(name + " " * (NAME - len(cells_of(name))), f"{found.analytic[number]:.7g}", *cells)


def _times(found: Compared) -> Iterator[str]:
    from gdtui.analysis.differences import time_told

    counts, seconds = found.evaluations, found.seconds
    factors = [one / seconds[0] for one in seconds]
    times = [f"{factor:,.{1 if factor < 100 else 0}f} ×" for factor in factors]
    yield _row("losses computed", str(counts[0]), str(counts[1]), "", str(counts[2]))
    yield _row("time", time_told(seconds[0]), time_told(seconds[1]), times[1], time_told(seconds[2]), times[2])


def _sweep(points: list[Point]) -> Iterator[str]:
    from gdtui.analysis.differences import BEST_TOLD

    for name, values in zip(("h", "forward", "central"), zip(*points, strict=True), strict=True):
        yield f"{name:<8}" + "".join(f"{_power(value):>6}" for value in values)
    yield BEST_TOLD


def _power(value: float) -> str:
    """One digit and the exponent: 3e-8."""
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def _row(name: str, *cells: str) -> str:
    return f"{name:<{NAME}}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, COLUMNS, strict=False))
