"""What `gdtui advise` and `gdtui range` are asked about: a run that could be begun, or one that was saved."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING, NamedTuple

from gdtui.options import Parser, add_run, settings_from
from gdtui.race_options import racers_of
from gdtui.settings import BUILT_IN_SETS, EMPTY, TABLES, Recipe

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.data.dataset import Dataset
    from gdtui.types import Floats


class Asked(NamedTuple):
    """What is asked about.

    Attributes:
        at: what the weights are called; `weights` are shape (size,).
        epoch: whose step would be the next.
    """

    data: Dataset
    loss: str
    recipe: Recipe
    weights: Floats
    at: str
    epoch: int = 1

    @property
    def told(self) -> list[tuple[str, str]]:
        """The data and the descent, in lines that begin with a word each."""
        from gdtui.runs.recipes import recipe_told

        data, count = self.data, len(self.data.feature_names)
        features = "1 feature" if count == 1 else f"{count:,} features"
        followed = ", which follows the cross-entropy's gradient" if self.loss == "article" else ""
        return [
            ("data", f"{data.name}: {len(data):,} rows, {features}, {len(data.class_names)} classes"),
            ("descent", f"{self.loss}{followed}; {recipe_told(self.recipe) or 'plain steps'}"),
        ]


def in_columns(lines: list[tuple[str, str]]) -> list[str]:
    """Lines that begin with a word each, with the rest below one another."""
    width = max(len(name) for name, _ in lines) + 2
    return [f"{name:<{width}}{text}" for name, text in lines]


def asked_of(parser: Parser, arguments: list[str]) -> Asked:
    """What these arguments of a command ask about. Raises ValueError where that cannot be had."""
    parser.add_argument("run", metavar="RUN.jsonl", nargs="?", help="a saved run: as of its last state")
    add_run(parser)
    options = parser.parse_args(arguments)
    if options.run is None:
        return _of_options(options)
    if options.run in BUILT_IN_SETS or options.run.lower().endswith(TABLES):
        parser.error(f"{options.run} is no saved run; data is named with --data {shlex.quote(options.run)}")
    if options != parser.parse_args([options.run]):
        parser.error(f"{options.run} says itself how it was trained; give no other options")
    return _of_file(options.run)


def _of_options(options: argparse.Namespace) -> Asked:
    from gdtui.data.dataset import DataError
    from gdtui.data.load import load
    from gdtui.learning.weights import initial_weights, start_told

    settings, _ = racers_of(settings_from(options), ())
    if settings.data.source == EMPTY:
        raise DataError(f"{EMPTY} is an empty plane: there is nothing yet to learn from")
    data = load(settings.data)
    weights = initial_weights(settings.init, data.units * data.X.shape[1], settings.seed, data.units)
    at = f"at the start ({start_told(weights, settings.seed)})"
    return Asked(data, settings.loss, settings.recipe, weights, at)


def _of_file(path: str) -> Asked:
    from gdtui.session.opening import watch
    from gdtui.session.session import Session
    from gdtui.settings import Display

    session = watch(path, Display())
    if not isinstance(session, Session):
        raise ValueError(f"{path}: holds no more than losses, and nothing can be tried without data and weights")
    shown = session.snapshot()
    session.close()
    if shown.missing:
        raise ValueError(f"{path}: nothing can be tried without the data: {shown.missing}")
    at = f"after epoch {shown.shown.epoch:,}" if shown.is_over else f"at epoch {shown.shown.epoch:,}"
    return Asked(shown.data, shown.run.settings.loss, shown.recipe, shown.shown.weights, at, max(1, shown.shown.epoch))
