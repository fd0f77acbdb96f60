"""The bowl: the loss over the plane of the landscape, as a solid that is seen from the side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from gdtui.analysis.heading import Step
from gdtui.analysis.landscape import Heights, Plane
from gdtui.charts.chart import Chart, cells_of
from gdtui.charts.field import Shading
from gdtui.charts.relief import BASE, TALL, Eye, Frame, between, relief
from gdtui.charts.roles import PATHS, Role
from gdtui.charts.solid import FAINT, WAY, Places, Solid
from gdtui.charts.strokes import ACROSS
from gdtui.session.commands import Command
from gdtui.session.snapshot import Snapshot
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.views.arrows import ROLES, directions_of, enlarged, longer_told
from gdtui.views.over_plane import OverPlane, optimum_told
from gdtui.views.surface import FLATTEST, Levels, Surface, surfaces
from gdtui.views.terrain import Scene, Survey, Terrain
from gdtui.views.view import Touch

PLACES = 80
"""Along each side of the field."""
STEP, LIFT = 15, 10
"""Degrees by which a key turns and lifts."""
LOWEST, ELEVATION, HIGHEST = 15, 45, 85
"""Degrees above the horizon, at the least, at first, and at the most."""
DRAGGED = 5
"""Degrees to which the mouse turns: less would be seen in few cells, and sent in many."""
CORNERS = tuple(azimuth for quarter in range(0, 360, 90) for azimuth in (quarter + 30, quarter + 60))
"""From where it may be seen at first: always over a corner, since of a side nobody could tell what is behind it."""
FEW = 48, 48
"""Pixels that are enough to tell from where most is seen."""
SLIGHT = 0.2
"""What goes to the right, or to the left, by no more than this share of itself goes away, or comes nearer."""
LEAP, LINES = 0.05, 2.0
"""Steps longer than this share of the field's sides are leaps, of which so many sides' lengths are drawn as lines."""
MOST = 20_000
"""Places of a way that are drawn."""
FINELY = 64
"""Places of an arrow that are drawn."""
BALL, BEHIND, GOAL, COMING, STEPS = "●", "○", "◎", "┄", "━"
PLAIN = {BALL: "O", BEHIND: "0", GOAL: "X", COMING: FAINT, STEPS: WAY}
"""What stands for them among the characters of a solid without colours."""


@dataclass(frozen=True)
class Bowl:
    """What stands still while nobody turns it: a surface as it is seen.

    Attributes:
        key: what it was made of and for.
        field: its heights, 0 to 1.
    """

    key: object
    surface: Surface
    field: Floats
    solid: Solid

    def on_it(self, places: Floats) -> Places:
        """Where places of the plane, shape (n, 2), are on it; NaN for those beyond its edges."""
        ends = np.array([[at[0], at[-1]] for at in (self.surface.a, self.surface.b)]).T
        x, y = (2 * (places - ends[0]) / (ends[1] - ends[0]) - 1).T
        x = np.where(np.maximum(np.abs(x), np.abs(y)) > 1, np.nan, x)
        return x, y, between(self.field, x, y)

    def trace(self, chart: Chart, way: Floats, role: int, is_walked: bool = False, gaps: tuple[int, ...] = ()) -> None:
        """Draw a way, shape (n, size), that leads to where a descent stands, or from there on: that one is faint. Of
        leaps far from there only the ends are drawn: lines to and fro would cover all; and so where `gaps` says that
        nobody walked."""
        sides, middle = (np.array([take(at) for at in (self.surface.a, self.surface.b)]) for take in (np.ptp, np.mean))
        places = np.clip(self.surface.plane.place(way), middle - 2 * sides, middle + 2 * sides)
        lengths = np.linalg.norm(np.diff(places, axis=0) / sides, axis=1)
        leaps = np.where(lengths > LEAP, lengths, 0)
        between = np.cumsum(leaps[::-1])[::-1] if is_walked else np.cumsum(leaps)
        left_out = (leaps > 0) & (between > LINES)
        left_out |= np.isin(np.arange(len(left_out)), np.array(gaps, np.intp) - 1)
        along = np.concatenate([[0.0], np.cumsum(np.where(left_out, 0, lengths))])
        frame = self.solid.seen.frame
        at = np.linspace(0, along[-1], min(MOST, 1 + int(2 * along[-1] * max(frame.width, frame.height))))
        line = np.column_stack([np.interp(at, along, part) for part in places.T])
        self.solid.trace(chart, self.on_it(places[:-1][left_out]), role, is_faint=True)
        self.solid.trace(chart, self.on_it(line), role, is_faint=not is_walked)

    def arrow(self, step: Step) -> tuple[Floats, float]:
        """The next step as a direction in the plane, and by how much it is drawn longer."""
        sides = np.array([np.ptp(self.surface.a), np.ptp(self.surface.b)])
        direction = directions_of(step, self.surface.plane)["next step"]
        return direction, enlarged(np.array([np.hypot(*(direction / sides)) * ACROSS * self.solid.seen.frame.width]))


class BowlView(OverPlane):
    """The loss over a plane of weights as a solid, and the ways of those who descend on it."""

    NAME = "Bowl"
    looks = (*OverPlane.looks, "_turned", "_elevation")

    def __init__(self) -> None:
        super().__init__()
        self._facing, self._turned, self._elevation = CORNERS[0], 0, ELEVATION
        """Degrees: from where it is seen at first, by how much it was turned since, and above the horizon."""
        self._held = 0, 0, 0, 0
        """The column and the row where the mouse took hold of it, and how it was turned then."""
        self._bowl: Bowl | None = None

    def turn(self, snapshot: Snapshot, across: int, up: int) -> bool:
        self._turn_to(self._turned + STEP * across, self._elevation + LIFT * up)
        return True

    def touched(self, snapshot: Snapshot, touch: Touch) -> Command | None:
        if touch.kind == "press":
            self._held = touch.column, touch.row, self._turned, self._elevation
        column, row, turned, elevation = self._held
        across, down = (touch.column - column) / max(touch.width, 1), (touch.row - row) / max(touch.height, 1)
        self._turn_to(
            turned - DRAGGED * round(180 * across / DRAGGED), elevation + DRAGGED * round(90 * down / DRAGGED)
        )
        return None

    def _turn_to(self, turned: int, elevation: int) -> None:
        self._turned, self._elevation = turned % 360, min(max(elevation, LOWEST), HIGHEST)

    @property
    def _eye(self) -> Eye:
        return Eye((self._facing + self._turned) % 360, self._elevation)

    def _legend(self, scene: Scene) -> str:
        signs = [(BALL, "here"), *[(COMING, "to come")] * (len(scene.coming) > 1)]
        known = [f"{self._sign(sign)} {name}" for sign, name in signs] + optimum_told(scene.survey, self._sign(GOAL))
        parts = ["  ".join(known), f"[ ] {self._eye.azimuth:g}°  {{ }} {self._eye.elevation:g}° up"]
        if scene.step is not None and scene.front.at is not None:
            bowl, survey = self._bowl, scene.survey
            is_same = bowl is not None and survey is not None and bowl.surface.plane is survey.plane
            times = bowl.arrow(scene.step)[1] if bowl is not None and is_same else 1.0
            parts.append(f"{self._sign(STEPS)} next step{longer_told(times)}")
        return "  ·  ".join(parts)

    def _sign(self, sign: str) -> str:
        return PLAIN.get(sign, "") if self.shading is Shading.HATCHED else sign

    def _draw(self, terrain: Terrain, scene: Scene, survey: Survey, recipe: Recipe, width: int, height: int) -> Chart:
        self._compute(terrain, survey.plane, recipe)
        if self._surface is None:
            return Chart.blank(width, height)
        self._bowl = bowl = self._seen(self._surface, width, height)
        chart = bowl.solid.chart.copy()
        self._draw_ways(chart, bowl, scene)
        return chart

    def _compute(self, terrain: Terrain, plane: Plane, recipe: Recipe) -> None:
        """Have the surface over a plane computed, and take it when all of it is there, or when it is all there is."""
        key = terrain, plane, recipe.l2, recipe.l1
        found = self._later.ask(key, partial(_computed, terrain, plane, recipe))
        is_other = found is not None and (self._surface is None or found.plane is not self._surface.plane)
        if found is not None and (found.is_fine or is_other):
            if is_other:
                self._facing = facing(heights_of(found, Levels.of(found, self._log), found.losses))
            self._surface = found

    def _seen(self, surface: Surface, width: int, height: int) -> Bowl:
        """The surface in so many cells."""
        frame = Frame(self._eye, width, 2 * height)
        key = surface, self._log, frame, self.shading
        if self._bowl is not None and self._bowl.key == key:
            return self._bowl
        levels = Levels.of(surface, self._log)
        field, edges = (heights_of(surface, levels, losses) for losses in (surface.losses, levels.edges))
        solid = Solid.of(field, frame, edges, self.shading)
        for axis, name in enumerate(surface.plane.labels):
            _name_edge(solid.chart, frame, axis, name)
        return Bowl(key, surface, field, solid)

    def _draw_ways(self, chart: Chart, bowl: Bowl, scene: Scene) -> None:
        """The ways, and then where each stands."""
        plane = bowl.surface.plane
        for walk in scene.walks:
            role = PATHS[walk.number % len(PATHS)]
            ahead = ((scene.coming, ()), (walk.later, walk.later_gaps)) if walk is scene.front else ()
            for way, gaps in ahead:
                if len(way) > 1:
                    bowl.trace(chart, way, role, gaps=gaps)
            if len(walk.walked):
                bowl.trace(chart, walk.walked, role, is_walked=True, gaps=walk.gaps)
        if scene.step is not None and scene.front.at is not None and scene.survey is not None:
            direction, times = bowl.arrow(scene.step)
            begin, along = plane.place(scene.front.at[None]), np.linspace(0, times, FINELY)[:, None]
            bowl.solid.trace(chart, bowl.on_it(begin + along * direction), ROLES["next step"])
        if scene.survey is not None and scene.survey.mark is not None:
            self._put(chart, bowl, scene.survey.mark, GOAL, Role.OPTIMUM)
        for walk in scene.walks:
            if walk.at is not None:
                role = Role.BALL if walk is scene.front else PATHS[walk.number % len(PATHS)]
                self._put(chart, bowl, plane.place(walk.at[None])[0], BALL, role, BEHIND)

    def _put(self, chart: Chart, bowl: Bowl, place: Floats, sign: str, role: int, behind: str = "") -> None:
        """Write a sign at a place of the plane, or that for what is hidden, if any."""
        bowl.solid.put(chart, bowl.on_it(place[None]), self._sign(sign), role, self._sign(behind))


def _computed(terrain: Terrain, plane: Plane, recipe: Recipe) -> Iterator[Surface]:
    """In a thread of its own: the surface, at once coarse and then fine."""
    a, b = (np.linspace(*limits, PLACES) for limits in plane.limits)
    return surfaces(Heights(terrain.data, terrain.objective, recipe), plane, a, b, terrain.rest)


def heights_of(surface: Surface, levels: Levels, losses: Floats) -> Floats:
    """The heights of losses, 0 for the least of a surface and 1 for the largest; NaN for what is not finite."""
    low, high = surface.span
    with np.errstate(all="ignore"):
        if levels.is_log:
            low, high, losses = np.log(max(low, high * FLATTEST)), np.log(high), np.log(losses)
        heights: Floats = np.clip((losses - low) / (high - low or 1.0), 0, 1)
        return np.where(np.isfinite(losses), heights, np.nan)


def facing(heights: Floats) -> int:
    """The azimuth from which most of the depth of a field of heights, shape (m, n), is seen."""
    depths = []
    for azimuth in CORNERS:
        seen = relief(heights, Frame(Eye(azimuth, ELEVATION), *FEW))
        depths.append(float(np.nansum(np.where(seen.sides, 0, (1 - seen.heights) ** 2))))
    return CORNERS[int(np.argmax(depths))]


def _name_edge(chart: Chart, frame: Frame, axis: int, name: str) -> None:
    """Write which way an axis goes, below the middle of that of its two edges which is in front, where there is
    room."""
    cos, sin = frame.eye.across
    side, onward = (-1.0 if cos > 0 else 1.0, cos) if axis == 0 else (1.0 if sin > 0 else -1.0, sin)
    middle = np.array([[0.0, side], [side, 0.0]][axis])
    columns, rows, _ = frame.project(middle[:1], middle[1:], np.array([BASE / TALL]))
    text = f"{name} →" if onward > SLIGHT else f"← {name}" if onward < -SLIGHT else name
    cells, outward = len(cells_of(text)), float(middle @ frame.eye.across)
    begin = int(columns[0]) + 1 + (0 if outward > SLIGHT else -cells - 2 if outward < -SLIGHT else -cells // 2)
    row, around = int(rows[0]) // 2 + 1, slice(max(begin - 1, 0), begin + cells + 1)
    has_room = 0 <= begin <= chart.width - cells and row < chart.height
    if has_room and not (chart.roles[row, around].any() or chart.grounds[row, around].any()):
        chart.write(row, begin, text, Role.LABEL)
