"""What the landscape and the bowl have in common: both show the loss over the plane of a terrain."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from gdtui.charts.chart import Chart
from gdtui.session.snapshot import Snapshot
from gdtui.settings import Recipe
from gdtui.views.labels import words
from gdtui.views.later import Later
from gdtui.views.surface import Surface
from gdtui.views.terrain import Scene, Survey, Terrain, terrain_of
from gdtui.views.view import Titles, View


class OverPlane(View):
    """The loss over a plane of weights."""

    NAME: ClassVar[str]
    looks = (*View.looks, "_log")

    def __init__(self) -> None:
        super().__init__()
        self._log: bool | None = None
        """Whether logarithms of the loss are shown, where somebody has chosen."""
        self._later: Later[Any] = Later(lambda: self.wake())
        self._terrain: Terrain | None = None
        self._surface: Surface | None = None
        """The one that is shown."""
        self._looked: tuple[Terrain, Scene] | None = None
        """The scene that the titles tell of, until it is drawn."""

    @property
    def is_busy(self) -> bool:
        return self._later.is_busy or (self._terrain is not None and self._terrain.is_busy)

    @property
    def _is_log(self) -> bool:
        """Whether logarithms of the loss are shown."""
        surface = self._surface
        return surface is not None and surface.span[0] > 0 and (surface.is_wide if self._log is None else self._log)

    def toggle_log(self, snapshot: Snapshot) -> bool:
        if self._surface is None or self._surface.span[0] <= 0:
            return False
        self._log = not self._is_log
        return True

    def titles(self, snapshot: Snapshot) -> Titles:
        if snapshot.missing or not len(snapshot.data):
            return Titles(self.NAME)
        terrain, scene = self._looked = self._look(snapshot)
        parts = [f"{self.NAME}{' (log)' * self._is_log}"]
        if scene.survey is not None:
            plane, best = scene.survey.plane, scene.survey.optimum
            parts.append("every weight" if terrain.size == 2 else f"{told(plane.share)} of the path")
            parts += ["other weights fixed"] * (not plane.is_principal and terrain.size > 2)
            parts += ["no optimum: the classes are separable"] * best.is_parted
            parts += ["no optimum is looked for: a hinge with both penalties"] * (not best.is_sought)
        return Titles("  ·  ".join([*parts, *[terrain.rows] * bool(terrain.rows)]), self._legend(scene), is_legend=True)

    def _legend(self, scene: Scene) -> str:
        """What the signs stand for."""
        raise NotImplementedError

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        name = self.NAME.lower()
        if snapshot.missing or not len(snapshot.data):
            return words(f"no {name}: {snapshot.missing or 'there are no points yet'}", width, height)
        (terrain, scene), self._looked = self._looked or self._look(snapshot), None
        if scene.survey is None:
            is_lost = scene.front.at is None and not terrain.is_busy
            return words(f"no {name}: the weights are not finite" * is_lost, width, height)
        return self._draw(terrain, scene, scene.survey, snapshot.recipe, width, height)

    def _draw(self, terrain: Terrain, scene: Scene, survey: Survey, recipe: Recipe, width: int, height: int) -> Chart:
        """The drawing of a scene that has been surveyed."""
        raise NotImplementedError

    def _look(self, snapshot: Snapshot) -> tuple[Terrain, Scene]:
        terrain, before = terrain_of(snapshot, self), self._terrain
        if before is not None and before.root is not terrain.root:  # its weights may have no place in that plane
            self._surface, self._later = None, Later(lambda: self.wake())
        self._terrain = terrain
        return terrain, terrain.scene(snapshot)


def optimum_told(survey: Survey | None, sign: str) -> list[str]:
    """For the legend, with the sign that it has; nothing where there is none, or it is not known yet."""
    if survey is None or survey.optimum.weights is None:
        return [] if survey is None or survey.optimum.is_sought else ["optimum unknown: l1 and l2"]
    return [f"{sign} optimum" if survey.mark is not None else f"{sign} optimum out of view"]


def told(share: float) -> str:
    """A share of 1 in per cent, with two digits where it is nearly all."""
    digits = 2 if share >= 0.99 else 0
    return "100 %" if share > 1 - 1e-12 else f"{math.floor(share * 10 ** (2 + digits)) / 10**digits:.{digits}f} %"
