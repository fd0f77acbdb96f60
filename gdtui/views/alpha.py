"""Alpha over the epochs: as it was chosen, and what its schedule makes of it; also that to come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from gdtui.charts.roles import RUNS, Role
from gdtui.learning.schedule import alpha_at
from gdtui.recipe_options import RULES
from gdtui.session.snapshot import Snapshot
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.views.curves import Branch, branches_of, front_told
from gdtui.views.lines import Line, LinesView, is_wide, path_of
from gdtui.views.loss_axes import last_epoch
from gdtui.views.view import Titles

SPREAD = 1000
"""Epochs that are looked at, beside those at which it was changed."""


class AlphaView(LinesView):
    """Alpha as the steps are taken with it; dotted, what is to come by today's recipe, or by that of a branch from the
    past; and, where a schedule changes it, the alpha that was chosen."""

    def titles(self, snapshot: Snapshot) -> Titles:
        rule = f"α ← {RULES[snapshot.recipe.schedule]}" if snapshot.recipe.schedule != "constant" else ""
        return Titles(f"Alpha{self.scale_told(snapshot)}{front_told(snapshot)}", rule)

    def is_log(self, lines: Sequence[Line]) -> bool | None:
        paths = [[path.known()[1] for path in (line.path, line.to_come) if path is not None] for line in lines]
        return is_wide([np.concatenate(alphas) for alphas in paths])

    def lines(self, snapshot: Snapshot) -> list[Line]:
        longest = max(map(len, snapshot.curves))
        end = min(max(snapshot.epochs, longest), last_epoch(longest, snapshot.most_epochs))
        front, *behind = branches_of(snapshot, len(RUNS))
        fork = fork_of(snapshot)
        lines = []
        for one in (front, *behind):
            at = max(1, one.epoch)
            recipe = fork[1] if one is front and fork else one.history.recipe_at(at)
            (epochs, alphas, _), (later, coming, _) = _parted(one, end, fork if one is front else None)
            value, name = alpha_at(recipe, at), one.name if len(snapshot.names) > 1 else "α"
            was, to_come = path_of(epochs, alphas), path_of(later, coming)
            lines.append(Line(name, one.role, was, one.epoch, value, f"{value:.4g}", to_come=to_come))
        both = _parted(front, end, fork)
        if not behind and any((alphas != chosen).any() for _, alphas, chosen in both):
            was, to_come = (path_of(epochs, chosen) for epochs, _, chosen in both)
            told = f"{snapshot.alpha:.4g}"
            lines.append(Line("chosen", Role.LABEL, was, front.epoch, math.nan, told, "", to_come))
        return lines


def fork_of(snapshot: Snapshot) -> tuple[int, Recipe] | None:
    """The epoch of the past that is shown and the recipe of a branch from there, where another has been chosen than
    was trained with."""
    past = snapshot.past
    if past is None or snapshot.recipe == snapshot.run.history.recipe_at(past):
        return None
    return past, snapshot.recipe


def _parted(one: Branch, end: int, fork: tuple[int, Recipe] | None) -> tuple[Floats, Floats]:
    """What was, and what is to come, be it of a fork; see `alphas_of`."""
    every = alphas_of(tuple(one.history.steered), end)
    done = int(np.searchsorted(every[0], len(one.history), side="right"))
    coming, begin = every, max(0, done - 1) if one.goes_on and done < len(every[0]) else len(every[0])
    if fork is not None:
        coming = alphas_of((fork,), end)
        begin = int(np.searchsorted(coming[0], fork[0]))
    return every[:, :done], coming[:, begin:]


@lru_cache(maxsize=32)
def alphas_of(steered: tuple[tuple[int, Recipe], ...], end: int) -> Floats:
    """Epochs from 1 to that, all if they are few, what alpha was, or will be, and as what it was chosen: shape
    (3, n)."""
    edges = [edge for since, _ in steered[1:] for edge in (since - 1, since)]
    spread = np.concatenate([np.linspace(1, end, SPREAD), np.geomspace(1, end, SPREAD), edges])
    epochs = np.unique(spread.astype(int))
    epochs = epochs[(epochs >= 1) & (epochs <= end)]
    places = np.searchsorted([since for since, _ in steered], epochs, side="right") - 1
    found = [steered[place][1] for place in places.tolist()]
    alphas = np.array([alpha_at(recipe, epoch) for recipe, epoch in zip(found, epochs.tolist(), strict=True)])
    return np.array([epochs, alphas, [recipe.alpha for recipe in found]])
