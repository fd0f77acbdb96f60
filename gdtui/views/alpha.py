"""Alpha over the epochs: as it was chosen, and what its schedule makes of it; also that to come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from gdtui.charts.roles import RUNS, Role
from gdtui.learning.schedule import alpha_at
from gdtui.recipe_options import RULES
from gdtui.runs.curve import KnownLosses
from gdtui.session.snapshot import Snapshot
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.views.curves import Branch, branches_of
from gdtui.views.lines import Line, LinesView, is_wide, path_of
from gdtui.views.loss_axes import last_epoch
from gdtui.views.view import Titles

SPREAD = 1000
"""Epochs that are looked at, beside those at which it was changed."""


class AlphaView(LinesView):
    """Alpha as the steps are taken with it; dotted, what is to come by today's recipe; and, where a schedule changes
    it, the alpha that was chosen."""

    def titles(self, snapshot: Snapshot) -> Titles:
        of = f"  ·  {snapshot.names[snapshot.front]}" if len(snapshot.names) > 1 else ""
        rule = f"α ← {RULES[snapshot.recipe.schedule]}" if snapshot.recipe.schedule != "constant" else ""
        return Titles(f"Alpha{self.scale_told(snapshot)}{of}", rule)

    def is_log(self, lines: Sequence[Line]) -> bool | None:
        paths = [[path.known()[1] for path in (line.path, line.to_come) if path is not None] for line in lines]
        return is_wide([np.concatenate(alphas) for alphas in paths])

    def lines(self, snapshot: Snapshot) -> list[Line]:
        longest = max(map(len, snapshot.curves))
        end = min(max(snapshot.epochs, longest), last_epoch(longest, snapshot.most_epochs))
        front, *behind = branches_of(snapshot, len(RUNS))
        lines = [_line(one, end, snapshot) for one in (front, *behind)]
        epochs, alphas, chosen = alphas_of(tuple(front.history.steered), end)
        if not behind and (alphas != chosen).any():
            path, to_come = _parted(epochs, chosen, len(front.history), snapshot.stop is None)
            lines.append(
                Line("chosen", Role.LABEL, path, front.epoch, math.nan, f"{snapshot.alpha:.4g}", to_come=to_come)
            )
        return lines


def _line(one: Branch, end: int, snapshot: Snapshot) -> Line:
    history = one.history
    epochs, alphas, _ = alphas_of(tuple(history.steered), end)
    path, to_come = _parted(epochs, alphas, len(history), one.goes_on)
    at = max(1, one.epoch)
    value = alpha_at(history.recipe_at(at), at)
    return Line(
        one.name if len(snapshot.names) > 1 else "α", one.role, path, one.epoch, value, f"{value:.4g}", "", to_come
    )


def _parted(epochs: Floats, alphas: Floats, done: int, goes_on: bool) -> tuple[KnownLosses, KnownLosses | None]:
    """What was, and what is to come, if anything is."""
    at = int(np.searchsorted(epochs, done, side="right"))
    to_come = path_of(epochs[max(0, at - 1) :], alphas[max(0, at - 1) :]) if goes_on and at < len(epochs) else None
    return path_of(epochs[:at], alphas[:at]), to_come


@lru_cache(maxsize=32)
def alphas_of(steered: tuple[tuple[int, Recipe], ...], end: int) -> tuple[Floats, Floats, Floats]:
    """Epochs from 1 to that, all if they are few, and what alpha was, or will be, and as what it was chosen."""
    edges = [edge for since, _ in steered[1:] for edge in (since - 1, since)]
    spread = np.concatenate([np.linspace(1, end, SPREAD), np.geomspace(1, end, SPREAD), edges])
    epochs = np.unique(spread.astype(int))
    epochs = epochs[(epochs >= 1) & (epochs <= end)]
    places = np.searchsorted([since for since, _ in steered], epochs, side="right") - 1
    found = [steered[place][1] for place in places.tolist()]
    alphas = np.array([alpha_at(recipe, epoch) for recipe, epoch in zip(found, epochs.tolist(), strict=True)])
    return epochs.astype(float), alphas, np.array([recipe.alpha for recipe in found])
