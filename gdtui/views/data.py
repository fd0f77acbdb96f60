"""The data: the points with the decision boundary, over a field of the activations."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from gdtui.charts.axes import Canvas, axes, nice_ticks
from gdtui.charts.chart import Chart, cells_of, shortened
from gdtui.charts.field import EDGES, MARGINS, Codes, Shading, paint, tones_of_two
from gdtui.charts.points import BOTH, HOLLOW, MARKERS, WRONG, Points
from gdtui.charts.roles import BY_CLASS, CLASSES, UPPER, WRONGS, Role
from gdtui.charts.strokes import ACROSS, DOWN, extents, stamp, stamp_thick, straight
from gdtui.data.dataset import Dataset, rows_told
from gdtui.data.empty import lacks_points
from gdtui.data.plane import room
from gdtui.encoding import can_show
from gdtui.learning.objective import OBJECTIVES, Objective
from gdtui.runs.lost import LostData
from gdtui.session.commands import Command
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.types import Floats
from gdtui.views.boundary import Line, boundary, scaled
from gdtui.views.hands import Hands
from gdtui.views.labels import label_line
from gdtui.views.view import Titles, Touch, View, role_of

POINTS = (*CLASSES, *WRONGS)
FIELD = tuple(UPPER + tone for tones in BY_CLASS for tone in tones)
FILL = f"click adds {MARKERS[0][0]}, right click {MARKERS[1][0]}: both are needed"
LONGEST_OF_TWO, LONGEST = 24, 12
"""Columns of a name in the legend of two classes, and of more, so that each leaves room for the others."""


class DataView(View):
    """The points, which class the places around them are taken for and how surely, and the boundary between, at the
    moment shown."""

    def __init__(self) -> None:
        super().__init__()
        self._chart: ScatterChart | None = None
        self._drawn: tuple[int, int, Canvas | None] = 0, 0, None
        """In how many columns and rows it was drawn last, and where in them; told in one piece, since that is another
        thread than the one which is touched."""
        self._hands = Hands()

    def titles(self, snapshot: Snapshot) -> Titles:
        data = snapshot.data
        what = data.plane.note or f"{data.name} and boundary"
        if told := rows_told(len(data.drawn), data):
            what = f"{told}  ·  {what}"
        if snapshot.is_edited and len(data.feature_names) > 2:
            what = f"new points lie in this plane  ·  {what}"
        both = f"  {BOTH} both" if self.shading is Shading.HATCHED else ""
        below, brief = (legend(data.class_names, data.test is not None, is_brief) + both for is_brief in (False, True))
        if snapshot.race and data.units > 1:
            what += f"  ·  {snapshot.names[snapshot.front]}"
        is_lost = isinstance(data, LostData)
        return Titles(f"Data  {'points not at hand  ·  ' * is_lost}{what}", below, True, brief)

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        run, data = snapshot.run, snapshot.data
        if self._chart is None or self._chart.data is not data or self._chart.objective is not run.objective:
            self._chart = scatter_chart(data, run.objective)
        rivals = (racer for racer in snapshot.race if racer.curve is not run.history)
        is_named = self.shading is Shading.HATCHED  # else colours tell them apart
        self._chart.rivals = [(racer.shown.weights, role_of(racer), racer.name * is_named) for racer in rivals]
        moves = snapshot.phase.moves or snapshot.phase is Phase.HELD
        drawn = self._chart.draw(snapshot.shown.weights, width, height, self.shading, moves)
        self._drawn = width, height, self._chart.canvas
        return drawn

    def touched(self, snapshot: Snapshot, touch: Touch) -> Command | None:
        width, height, canvas = self._drawn
        if canvas is None or (touch.width, touch.height) != (width, height):
            return None
        return self._hands.touched(snapshot, touch, canvas)

    def turn(self, snapshot: Snapshot, across: int, up: int) -> bool | Command:
        canvas = self._drawn[2]
        if not self.is_pointed or canvas is None or isinstance(snapshot.data, LostData):
            return False
        return self._hands.turned(snapshot, across, up, canvas)


def legend(class_names: tuple[str, ...], has_tests: bool = False, is_brief: bool = False) -> str:
    """What the markers stand for. What has no room at the end is cut: of names the least is lost with that. To be brief
    it leaves out what a cross is, which tables tell too."""
    longest, blank = (LONGEST_OF_TWO, " ") if len(class_names) == 2 else (LONGEST, "")
    if not blank and not can_show("●") and any(name[:1].isalpha() for name in class_names):
        blank = ":"  # where markers are letters too
    names = (shortened(name, longest) for name in class_names)
    known = (f"{marker}{blank}{name}" for (marker, _), name in zip(MARKERS, names, strict=False))
    kept = f"{HOLLOW[0]}{HOLLOW[1]} test  " * has_tests
    if is_brief:
        return f"{WRONG} {kept}{' '.join(known)}"
    return f"{WRONG} wrong  {kept}{('  ' if blank == ' ' else ' ').join(known)}"


def scatter_chart(data: Dataset, objective: Objective) -> ScatterChart:
    """What draws that data."""
    if data.units > 1:
        from gdtui.views.regions import RegionsChart  # which is made of this

        return RegionsChart(data, objective)
    return ScatterChart(data, objective)


class ScatterChart:
    """Draws one data set at any size, with the boundary of any weights. Axes and points are kept from one drawing to
    the next."""

    def __init__(self, data: Dataset, objective: Objective = OBJECTIVES["article"]) -> None:
        self.data, self.objective, self.plane = data, objective, data.plane
        across, up = self.plane.spans
        self.xlim = room(across)
        top = len(data.class_names) - 1
        self.ylim = (-0.12 * top, 1.12 * top) if self.plane.is_line else room(up)
        self._edges = MARGINS if objective.is_score else EDGES
        self._size = (-1, -1, False)
        self._still: tuple[Chart, Canvas, Points] | None = None
        self._toned: tuple[Line, Shading, Codes] | None = None
        """What the field shows, and its tones."""
        self.rivals: list[tuple[Floats, Role, str]] = []
        """The weights of others whose boundaries are drawn too, thin, as what, and named how, if at all."""

    @property
    def canvas(self) -> Canvas | None:
        """Where it was drawn last."""
        return None if self._still is None else self._still[1]

    def draw(
        self, weights: Floats | None, width: int, height: int, shading: Shading = Shading.TONES, moves: bool = False
    ) -> Chart:
        """The points, and what the unit with `weights`, shape (d + 1,), makes of them. While it `moves`, the field
        follows in steps of half a cell, all of it at once: a row that has one changed cell costs what the whole row
        costs."""
        size = width, height, shading is Shading.HATCHED
        if self._size != size:
            self._size, self._still, self._toned = size, self._make_still(*size), None
        if self._still is None:
            return Chart.blank(width, height)
        still, canvas, points = self._still
        chart = still.copy()
        if weights is not None:
            self._decide(chart, canvas, points, weights, shading, moves)
            note = FILL if lacks_points(self.data) else self.note(weights)
            if note:
                text = f" {note} " if len(note) + 2 <= canvas.width else shortened(note, canvas.width)
                begin = canvas.left + (canvas.width - len(text)) // 2
                is_free = chart.roles[canvas.top, begin] != Role.LABEL  # the name of v, which stands on the left
                chart.write(canvas.top + (not is_free), begin, text, Role.NOTE)
        return chart

    def _decide(
        self, chart: Chart, canvas: Canvas, points: Points, weights: Floats, shading: Shading, moves: bool
    ) -> None:
        """Points that are taken for the other class, the boundary, and the activations, as a field, and as a curve
        where there is one feature only."""
        line = self.plane.line(weights)
        is_finite = all(map(math.isfinite, line))
        if is_finite:
            points.cross(chart, weights)
            stamp_thick(chart, canvas, straight(canvas, scaled(line)), Role.BOUNDARY, over=POINTS)
        for other, role, _ in self.rivals:
            if np.isfinite(other).all():
                stamp(chart, canvas, straight(canvas, scaled(self.plane.line(other)), DOWN), role)
        for _, role, name in self.rivals:
            label_line(chart, canvas, name, role)
        if not is_finite:
            return
        toned = self._toned
        if toned is None or toned[1] is not shading or not moves or _shift(canvas, toned[0], line, self._edges) > 1:
            self._toned = toned = line, shading, self._field(canvas, line, shading)
        line = toned[0]
        paint(chart, canvas, toned[2], shading)
        with np.errstate(over="ignore"):
            if self.plane.is_line:
                p = self.objective.activations(line[0] + line[1] * canvas.x_centres(ACROSS))
                if self.objective.is_score:  # −1 and 1 are where the labels are; what is beyond the axis has no dots
                    p = (p + 1) / 2
                    p[(p < self.ylim[0]) | (p > self.ylim[1])] = np.nan
                stamp(chart, canvas, extents(canvas, p, p), Role.CURVE, over=FIELD)

    def _field(self, canvas: Canvas, line: Line, shading: Shading) -> Codes:
        u, v, unit = canvas.x_centres(), canvas.y_centres(2), scaled(line)
        with np.errstate(over="ignore"):
            scores = (unit[0] + unit[1] * u[None, :] + unit[2] * v[:, None]) * max(map(abs, line))
            return tones_of_two(scores, shading, self._edges)

    def note(self, weights: Floats) -> str:
        """Why there is no boundary to be seen; empty where there is one."""
        line = self.plane.line(weights)
        if not all(map(math.isfinite, line)):
            return "no boundary: the weights are not finite"
        if line[1] == line[2] == 0:
            with np.errstate(over="ignore"):
                p = float(self.objective.activations(np.array([line[0]]))[0])
            return f"no boundary: every {self.objective.unit} here is {p:{'.4g' if self.objective.is_score else '.4f'}}"
        if boundary(scaled(line), self.xlim, self.ylim) is not None:
            return ""
        middle = (sum(self.xlim) / 2, sum(self.ylim) / 2)
        side = int(line[0] + line[1] * middle[0] + line[2] * middle[1] >= 0)
        return f"boundary out of view: all class {self.data.class_names[side]}"

    def _make_still(self, width: int, height: int, is_hatched: bool) -> tuple[Chart, Canvas, Points] | None:
        xticks = nice_ticks(self.xlim, max(2, width // 10))
        yticks = nice_ticks(self.ylim, max(2, height // 4))
        classes = len(self.data.class_names)
        if self.plane.is_line and classes > 2:
            yticks = tuple((float(number), str(number)) for number in range(classes))
        elif self.plane.is_line:
            low, middle, high = ("-1", "0", "1") if self.objective.is_score else ("0", "0.5", "1")
            yticks = (0.0, low), (0.5, middle), (1.0, high)
        framed = axes(width, height, self.xlim, self.ylim, xticks, yticks, self.plane.labels[0])
        if framed is None:
            return None
        chart, canvas = framed[0].copy(), framed[1]
        drawn = self.data.drawn
        points = Points(canvas, self.plane.points, drawn.X, drawn.y, classes)
        if (test := drawn.test) is not None:
            points.add_hollow(self.plane.places(test.features, test.y), test.X, test.y)
        points.mark(chart, is_hatched)
        self._label(chart, canvas)
        return chart, canvas, points

    def _label(self, chart: Chart, canvas: Canvas) -> None:
        """What v is, beside the upper part of its axis, where no point is. What moves passes behind it."""
        name = self.plane.labels[1]
        if self.plane.is_line and self.objective.is_score and len(self.data.class_names) == 2:
            name = self.objective.unit
        label = f" {shortened(name, canvas.width // 2)} "
        for row in range(canvas.top, canvas.top + canvas.height // 2):
            if (chart.roles[row, canvas.left : canvas.left + len(cells_of(label))] == Role.BLANK).all():
                chart.write(row, canvas.left, label, Role.LABEL)
                return


def _shift(canvas: Canvas, before: Line, after: Line, edges: Floats) -> float:
    """By how many cells, or halves of them downwards, the tones of one line lie from those of another at the most."""
    with np.errstate(all="ignore"):
        one, other = np.clip(np.array([before, after]) @ _places(canvas), edges[0], edges[-1])
        apart = float(np.abs(one - other).max())
    (left, right), (low, high) = canvas.xlim, canvas.ylim
    across, down = (right - left) / canvas.width, (high - low) / (2 * canvas.height)
    step = max(abs(after[1]) * across, abs(after[2]) * down)
    return apart / step if step and math.isfinite(apart) else math.inf


@lru_cache(maxsize=8)
def _places(canvas: Canvas) -> Floats:
    """Some places all over a canvas: 1, u and v of each, shape (3, 81)."""
    u, v = np.meshgrid(np.linspace(*canvas.xlim, 9), np.linspace(*canvas.ylim, 9))
    return np.array([np.ones(u.size), u.ravel(), v.ravel()])
