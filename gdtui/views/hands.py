"""The data and the boundary by hand: what the mouse, or a cursor that keys move, asks for where the data is drawn.

A click adds a point, or gives the one that is there its next class. The boundary of two classes can be drawn along:
near its ends, or with the right button, it turns, and else it is shifted. Keys turn and shift it as well.
"""

from __future__ import annotations

import math
from contextlib import suppress

import numpy as np

from gdtui.charts.axes import Canvas
from gdtui.data.dataset import DataError
from gdtui.data.edits import MOST, base_of, edited
from gdtui.session.commands import Command, Edit, Hold, Note
from gdtui.session.snapshot import Snapshot
from gdtui.settings import DataEdit
from gdtui.types import Floats
from gdtui.views.boundary import Grip, Line, Place, boundary, scaled, shifted, steps_of, turned, with_line
from gdtui.views.view import Touch

RIGHT = 3
"""The mouse's right button."""
ANGLE = math.radians(5)
"""By which a key turns the boundary."""
STEEPER = 1.2
"""By which a key multiplies the steepness of a curve over one feature."""
SEVERAL = "the boundaries of more than two classes are not moved by hand; points can be added"
NONE = "there is no boundary that could be moved"


class Hands:
    """What is being moved, from one touch to the next."""

    def __init__(self) -> None:
        self._label = 0
        """The class that a click adds a point of: the last that was said by a digit."""
        self._pressed: Touch | None = None
        self._is_drawn = False
        """Whether the mouse has left the cell in which its button was pressed."""
        self._grip: Grip | None = None
        self._weights: Floats | None = None
        """Those that the boundary had when it was taken hold of."""
        self._count = 0
        """How many commands have been carried out once all that was asked for here has been."""
        self._held: Floats | None = None
        """The weights that were asked for last."""
        self._edits: list[tuple[int, DataEdit]] = []
        """Changes, each with that number: clicks may come faster than what they do is shown."""

    def touched(self, snapshot: Snapshot, touch: Touch, canvas: Canvas) -> Command | None:
        """What is asked for where the data is drawn on that canvas."""
        place = _place(canvas, touch)
        if touch.kind == "press":
            self._pressed = touch if _is_inside(canvas, touch) else None
            self._grip, self._is_drawn = None, False
            if self._pressed is not None and touch.digit is None and _line(snapshot) is not None:
                self._weights = self._base(snapshot)
                line = snapshot.data.plane.line(self._weights)
                turns = touch.button == RIGHT and not snapshot.data.plane.is_line
                self._grip = Grip.of(line, canvas, place, turns)
            return None
        pressed = self._pressed
        if pressed is None:
            return None
        is_there = (touch.column, touch.row) == (pressed.column, pressed.row)
        if touch.kind == "drag":
            self._is_drawn = self._is_drawn or not is_there
            is_of_other_data = self._weights is not None and self._weights.shape != snapshot.shown.weights.shape
            if self._grip is None or not self._is_drawn or is_of_other_data:
                return None
            line_there = self._grip.drawn_to(place)
            return None if line_there is None else self._hold(snapshot, self._weights, line_there)
        self._pressed = None
        return None if self._is_drawn or not is_there else self._click(snapshot, pressed, canvas)

    def turned(self, snapshot: Snapshot, across: int, up: int, canvas: Canvas) -> Command:
        """What keys ask for that turn the boundary, or shift it."""
        if snapshot.data.units > 1:
            return Note(SEVERAL, is_logged=False)
        weights, plane, steps = self._base(snapshot), snapshot.data.plane, steps_of(canvas)
        line = plane.line(weights)
        if not all(map(math.isfinite, line)) or line[1] == line[2] == 0:
            return Note(NONE, is_logged=False)
        if plane.is_line and across:  # where the curve is steeper, about the same boundary
            factor = STEEPER**across
            return self._hold(snapshot, weights, (line[0] * factor, line[1] * factor, 0.0))
        if across:
            ends = boundary(scaled(line), canvas.xlim, canvas.ylim)
            (u1, v1), (u2, v2) = ends or zip(canvas.xlim, canvas.ylim, strict=True)  # or about the middle of the view
            return self._hold(snapshot, weights, turned(line, ((u1 + u2) / 2, (v1 + v2) / 2), -ANGLE * across, steps))
        normal = line[1] * steps[0], line[2] * steps[1]
        length = math.copysign(math.hypot(*normal), normal[1] or normal[0]) / up
        return self._hold(
            snapshot, weights, shifted(line, steps[0] * normal[0] / length, steps[1] * normal[1] / length)
        )

    def _base(self, snapshot: Snapshot) -> Floats:
        """The weights from which the boundary is moved: keys may come faster than what they do is shown."""
        is_shown = self._held is None or snapshot.asked >= self._count
        return snapshot.shown.weights if is_shown or self._held is None else self._held

    def _hold(self, snapshot: Snapshot, weights: Floats | None, line: Line) -> Command:
        assert weights is not None
        with np.errstate(over="ignore", invalid="ignore"):
            moved = with_line(snapshot.data.plane, weights, line)
        if not np.isfinite(moved).all():
            return Note(NONE, is_logged=False)
        self._held, self._count = moved, max(self._count, snapshot.asked) + 1
        return Hold(tuple(moved.tolist()))

    def _click(self, snapshot: Snapshot, touch: Touch, canvas: Canvas) -> Command | None:
        edit = self._clicked(snapshot, touch, canvas)
        if isinstance(edit, DataEdit):
            self._held, self._count = None, max(self._count, snapshot.asked) + 1
            self._edits = [*self._pending(snapshot), (self._count, edit)]
            return Edit((edit,))
        return edit

    def _pending(self, snapshot: Snapshot) -> list[tuple[int, DataEdit]]:
        """The changes that are not shown yet."""
        return [pair for pair in self._edits if snapshot.asked < pair[0]]

    def _clicked(self, snapshot: Snapshot, touch: Touch, canvas: Canvas) -> DataEdit | Note | None:
        data, classes, digit = snapshot.data, len(snapshot.data.class_names), touch.digit
        with suppress(DataError):
            data = edited(data, [edit for _, edit in self._pending(snapshot)])
        if digit is not None and digit >= classes:
            return Note(f"there are the classes 0 to {classes - 1}", is_logged=False)
        self._label = self._label % classes if digit is None else digit
        # Of data that is too large to be changed the points need not be looked through: the session says so.
        row = None if base_of(data).X.size > MOST else _row_at(data.plane.points, canvas, touch)
        if row is not None:
            was = int(data.y[row])
            label = digit if digit is not None else (was + 1) % classes
            return None if label == was else DataEdit(label, row)
        place = _place(canvas, touch)
        label = self._label if touch.button != RIGHT else (self._label + 1) % classes
        if data.plane.is_line and digit is None:  # upwards are the classes
            label = min(max(round(place[1]), 0), classes - 1)
        return DataEdit(label, features=features_at(snapshot, canvas, place))


def features_at(snapshot: Snapshot, canvas: Canvas, place: Place) -> tuple[float, ...]:
    """A point at that place of the plane, in the units that the data came in, with as many digits as tell one cell from
    the next. All that cannot be seen of it is as in the plane."""
    data, plane = base_of(snapshot.data), snapshot.data.plane
    cells = np.array(steps_of(canvas)) * (1, 2)
    if plane.is_line:
        features, size = np.array(place[:1]), cells[:1]
    else:
        features, size = plane.origin + np.array(place) @ plane.axes, cells @ np.abs(plane.axes)
    values, sizes = features * data.deviations + data.means, np.abs(size * data.deviations)
    digits = 1 - np.floor(np.log10(np.maximum(sizes, 1e-300))).astype(int)
    return tuple(round(value, min(int(places), 300)) for value, places in zip(values.tolist(), digits, strict=True))


def _line(snapshot: Snapshot) -> Line | None:
    """The boundary of two classes, where there is one."""
    if snapshot.data.units > 1 or snapshot.watched is not None:
        return None
    line = snapshot.data.plane.line(snapshot.shown.weights)
    return line if all(map(math.isfinite, line)) and (line[1] or line[2]) else None


def _is_inside(canvas: Canvas, touch: Touch) -> bool:
    return 0 <= touch.column - canvas.left < canvas.width and 0 <= touch.row - canvas.top < canvas.height


def _place(canvas: Canvas, touch: Touch) -> Place:
    """The middle of the cell that is touched, or of the nearest on the canvas."""
    column = min(max(touch.column - canvas.left, 0), canvas.width - 1)
    row = min(max(touch.row - canvas.top, 0), canvas.height - 1)
    return float(canvas.x_centres()[column]), float(canvas.y_centres()[row])


def _row_at(points: Floats, canvas: Canvas, touch: Touch) -> int | None:
    """Of these points, shape (N, 2), the last of those in the cell that is touched."""
    columns = np.clip(canvas.columns(points[:, 0]).astype(np.intp), 0, canvas.width - 1)
    rows = np.clip(canvas.rows(points[:, 1]).astype(np.intp), 0, canvas.height - 1)
    there = np.flatnonzero((columns == touch.column - canvas.left) & (rows == touch.row - canvas.top))
    return int(there[-1]) if len(there) else None
