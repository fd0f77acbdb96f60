"""The landscape: the loss over a plane of weights, seen from above, with the path of the descent through it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from gdtui.analysis.heading import Step
from gdtui.analysis.landscape import Heights, Plane
from gdtui.charts.chart import Chart
from gdtui.charts.roles import HEIGHTS, LIGHTS, PATHS, RAMP, UPPER, Role
from gdtui.charts.strokes import ACROSS, DOWN, dots_of, stamp, trace
from gdtui.session.commands import Begin, Command
from gdtui.session.snapshot import Snapshot
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.views.arrows import PARTS, ROLES, directions_of, eighth, enlarged, longer_told
from gdtui.views.maps import Drawn, Map, frame
from gdtui.views.over_plane import OverPlane, optimum_told
from gdtui.views.surface import Levels, surfaces
from gdtui.views.terrain import Scene, Survey, Terrain, terrain_of
from gdtui.views.view import Touch
from gdtui.views.walks import Walk

DOTTED = 3
"""Of so many dots one is drawn, of what is still to come."""
BRIGHT = 3
"""Of a path that oscillates, so many widths of the drawing stand out: the last epochs and the next ones."""
FIELD = tuple(UPPER + ground for ground in range(RAMP, RAMP + HEIGHTS * LIGHTS))
FREE = (Role.BLANK, *FIELD)
OVER = (*FIELD, *PATHS, Role.OPTIMUM, Role.AXIS, *ROLES.values())


class LandscapeView(OverPlane):
    """The loss over a plane of weights, the path through it, and the epochs to come."""

    NAME = "Landscape"

    def __init__(self) -> None:
        super().__init__()
        self._map: Map | None = None
        self._still: tuple[object, Drawn] | None = None

    def turn(self, snapshot: Snapshot, across: int, up: int) -> bool:
        if snapshot.missing or not len(snapshot.data) or not across:
            return False
        return terrain_of(snapshot, self).turn(snapshot, across)

    def _legend(self, scene: Scene) -> str:
        signs = ["● here"]
        if scene.step is not None:
            shown, survey = self._map, scene.survey
            is_same = shown is not None and survey is not None and shown.plane is survey.plane
            times = _arrows(shown, scene.step)[1] if shown is not None and is_same else 1.0
            names = [*PARTS] if scene.step.gradient is not None else ["next step"]
            signs += [f"{PARTS[name][0]} {name}{longer_told(times) * (name == 'next step')}" for name in names]
        signs += ["┄ to come"] * (len(scene.coming) > 1)
        parts = ["  ".join(signs)]
        parts += optimum_told(scene.survey, "◎")
        parts += ["[ ] plane"] * (self._terrain is not None and self._terrain.size > 2)
        return "  ·  ".join(parts)

    def _draw(self, terrain: Terrain, scene: Scene, survey: Survey, recipe: Recipe, width: int, height: int) -> Chart:
        plane = survey.plane
        key = terrain, plane, width, height, recipe.l2, recipe.l1
        self._map = found = self._later.ask(key, partial(_computed, terrain, plane, recipe, width, height))
        self._surface = None if found is None else found.surface
        if found is None or (found.empty.width, found.empty.height) != (width, height):
            return Chart.blank(width, height)
        still, labels = self._background(found, scene)
        chart = still.copy()
        for walk in scene.walks:
            self._draw_way(chart, found, scene, walk)
        self._draw_arrows(chart, found, scene)
        self._draw_marks(chart, found, scene)
        for at, text in labels:
            if np.isin(chart.roles[at], FREE).all():  # else it would be read as another number
                chart.chars[at], chart.roles[at] = list(text), Role.OPTIMUM
        return chart

    def _background(self, shown: Map, scene: Scene) -> Drawn:
        """What stands still."""
        key = shown, self.shading, self._log
        if self._still is None or self._still[0] != key:
            levels = Levels.of(shown.surface, self._log)
            ways = [*(walk.walked for walk in scene.walks), scene.front.later, scene.coming]
            self._still = key, shown.drawn(levels, self.shading, [way for way in ways if len(way)])
        return self._still[1]

    def _draw_way(self, chart: Chart, shown: Map, scene: Scene, walk: Walk) -> None:
        """What was walked, and of the one in front what was walked later, and what is to come."""
        canvas, most = shown.canvas, BRIGHT * ACROSS * shown.canvas.width
        role = PATHS[walk.number % len(PATHS)]
        if walk is scene.front and len(walk.later):
            rows, columns = shown.steps(walk.later, walk.later_gaps)
            stamp(chart, canvas, dots_of(canvas, rows, columns), Role.AXIS, OVER)
        if walk is scene.front and len(scene.coming) > 1:
            rows, columns, stretches = shown.trace(scene.course)
            begin = int(np.searchsorted(stretches, scene.passed))
            dotted = slice(begin + -begin % DOTTED, begin + most, DOTTED)  # the same dots, as it moves on
            stamp(chart, canvas, dots_of(canvas, rows[dotted], columns[dotted]), role, OVER)
        rows, columns = shown.steps(walk.walked, walk.gaps)
        stamp(chart, canvas, dots_of(canvas, rows[:-most], columns[:-most]), Role.AXIS, OVER)
        stamp(chart, canvas, dots_of(canvas, rows[-most:], columns[-most:]), role, OVER)

    def _draw_arrows(self, chart: Chart, shown: Map, scene: Scene) -> None:
        """The next step, and on top of it its parts, all of them from where the ball is."""
        step, at = scene.step, scene.front.at
        if step is None or at is None:
            return
        canvas, begin = shown.canvas, shown.plane.place(at[None])[0]
        directions, times = _arrows(shown, step)
        ends = begin + times * np.array([*directions.values()])
        ways = [trace(canvas, *np.array([begin, end]).T)[:2] for end in ends]
        for name, way in zip(directions, ways, strict=True):
            stamp(chart, canvas, dots_of(canvas, *way), ROLES[name], OVER)
        for name, (rows, columns), end in zip(directions, ways, ends, strict=True):
            if len(rows) > 2:
                put(chart, shown, end, PARTS[name][eighth(rows, columns)], ROLES[name])

    def _draw_marks(self, chart: Chart, shown: Map, scene: Scene) -> None:
        if scene.survey is not None and scene.survey.mark is not None:
            put(chart, shown, scene.survey.mark, "◎", Role.OPTIMUM)
        for walk in scene.walks:
            if walk.at is not None:
                role = Role.BALL if walk is scene.front else PATHS[walk.number % len(PATHS)]
                put(chart, shown, shown.plane.place(walk.at[None])[0], "●", role)

    def touched(self, snapshot: Snapshot, touch: Touch) -> Command | None:
        if touch.kind != "press" or self._map is None or snapshot.missing:
            return None
        canvas = self._map.canvas
        column, row = touch.column - canvas.left, touch.row - canvas.top
        if not (0 <= column < canvas.width and 0 <= row < canvas.height):
            return None
        place = np.array([[canvas.x_centres()[column], canvas.y_centres()[row]]])
        return Begin(tuple(self._map.plane.weights(place)[0].tolist()))


def _computed(terrain: Terrain, plane: Plane, recipe: Recipe, width: int, height: int) -> Iterator[Map]:
    """In a thread of its own: the surface for a drawing of so many cells, at once coarse and then fine."""
    framed = frame(plane, width, height)
    if framed is not None:
        empty, canvas = framed
        heights = Heights(terrain.data, terrain.objective, recipe)
        for surface in surfaces(heights, plane, canvas.x_centres(), canvas.y_centres(2)[::-1], terrain.rest):
            yield Map(empty, canvas, surface)


def put(chart: Chart, shown: Map, place: Floats, sign: str, role: int) -> None:
    """A sign at a place, on the tone that is there."""
    canvas = shown.canvas
    column, row = (int(np.floor(at(place[axis : axis + 1])[0])) for axis, at in ((0, canvas.columns), (1, canvas.rows)))
    if 0 <= row < canvas.height and 0 <= column < canvas.width:
        chart.chars[canvas.top + row, canvas.left + column] = sign
        chart.roles[canvas.top + row, canvas.left + column] = role


def _arrows(shown: Map, step: Step) -> tuple[dict[str, Floats], float]:
    """The next step, and on top of it its parts, as directions in the plane, and by how much they are drawn longer."""
    canvas, directions = shown.canvas, directions_of(step, shown.plane)
    sides = np.ptp(canvas.xlim), np.ptp(canvas.ylim)
    dots = ACROSS * (canvas.width - 1), DOWN * (canvas.height - 1)
    return directions, enlarged(np.hypot(*(np.array([*directions.values()]) * dots / sides).T))
