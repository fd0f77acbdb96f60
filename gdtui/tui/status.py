"""The band: how far the run is, and what is measured at the epoch shown. Each number has its place, whatever its
digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.reactive import reactive

from gdtui.numbers import duration
from gdtui.text import printable
from gdtui.tui.arrangement import BLOCKS
from gdtui.tui.styled import Pieces, Written

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.learning.moment import Moment
    from gdtui.runs.curve import Curve
    from gdtui.session.snapshot import Snapshot

BAR = 30
NARROW, WIDE = 44, 140
"""Columns below which the word before the epoch makes room for a number, and from which there is room for weights."""
ROOMY = 76
"""Columns from which there is room for longer names."""
HALVED = 100
"""Columns from which one row has room for progress and numbers."""
MOST_WEIGHTS = 4
STEADY = 1e-3
"""A share of the loss: what has changed by less has hardly changed."""


class Status(NamedTuple):
    """What the band says."""

    epochs: int
    alpha: float
    """Of the next step."""
    state: str = "loading"
    """loading, reading, or as `Phase` has it."""
    epoch: int = 0
    measured: Moment | None = None
    """None before the first epoch."""
    tail: str = ""
    """What else there is to say beside the progress."""
    trend: str = " "
    """An arrow; see `trend_of`."""
    used: float | None = None
    """The alpha of the last step, where the run has ended and the next would have another."""
    effective: float | None = None
    """What the schedule makes of alpha at the epoch shown, where it has one."""


def status_of(snapshot: Snapshot, link: str) -> Status:
    """What the band says of a snapshot, and of the link, unless that is empty."""
    shown, phase = snapshot.shown, snapshot.phase
    if snapshot.reading or snapshot.waiting:
        tail = snapshot.reading or snapshot.waiting
    elif link:
        tail = link
    elif phase.value == "held":
        tail = "space trains on from here, escape gives up"
    elif phase.is_past:
        tail = "End returns" if snapshot.watched is not None else "f trains on from here, End returns"
    elif snapshot.stop is not None:
        tail = snapshot.stop.message
    elif snapshot.watched is not None:
        tail = printable(snapshot.watched)
    else:
        left = f" {duration((snapshot.epochs - shown.epoch) / snapshot.rate)} left" if snapshot.rate else ""
        tail = f"{snapshot.speed:<9}{left}"
    from gdtui.learning.schedule import is_constant

    curve = snapshot.run.history
    used = curve.trained[-1][1].alpha if phase.is_over and curve.trained else snapshot.alpha
    return Status(
        snapshot.epochs,
        snapshot.alpha,
        "reading" if snapshot.reading else "waiting" if snapshot.waiting else phase.value,
        shown.epoch,
        shown if shown.epoch else None,
        tail,
        trend_of(curve, shown.epoch),
        None if used == snapshot.alpha else used,
        None if is_constant(snapshot.recipe) else snapshot.effective_alpha,
    )


def trend_of(curve: Curve, epoch: int) -> str:
    """Whether the loss falls (↓), rises (↑), or does neither (→) at an epoch; a blank where that is not known.

    The last twentieth of the epochs so far, at least 5, is compared with as many before them: the loss falls where
    both its lowest and its highest are lower than before, so that a loss which swings to and fro does not."""
    import numpy as np  # which is there by now; the first paint does not wait for it

    recent = min(max(5, epoch // 20), epoch // 2)
    if not recent or epoch > len(curve):  # that of a longer branch, which was shown before
        return " "
    lows, highs = curve.stretches(np.array([epoch - 2 * recent, epoch - recent, epoch]))
    changes = [after - before for before, after in (lows.tolist(), highs.tolist())]
    margin = STEADY * abs(float(highs[0]))
    if not np.isfinite(changes).all():
        return " "
    return "↓" if max(changes) < -margin else "↑" if min(changes) > margin else "→"


SIGNS = {
    **dict.fromkeys(("training", "following", "replay"), "▶"),
    **dict.fromkeys(("loading", "reading", "waiting"), "…"),
    **dict.fromkeys(("paused", "stalled", "held"), "‖"),
    **dict.fromkeys(("done", "stopped"), "✓"),
    "diverged": "✗",
    "past": "◀",
}


class StatusLines(Written):
    """The band. Fields that do not fit are left out, the least important first."""

    COMPONENT_CLASSES = {
        *("status--state", "status--done", "status--diverged"),
        *("status--name", "status--value", "status--text", "status--bar", "status--rest"),
    }

    REST = "status--text"

    status = reactive(Status(0, 0.0), repaint=False)

    def watch_status(self) -> None:
        self.paint()

    def lines(self, width: int, height: int) -> list[Pieces]:
        return band(self.status, width, height)


def band(status: Status, width: int, rows: int) -> list[Pieces]:
    """What each of so many rows of so many columns says."""
    if rows >= BLOCKS:
        from gdtui.tui.blocks import blocks

        return [progress(status, width), *blocks(status, width)]
    fields = measures(status, width)
    if rows == 1 and width >= HALVED:
        first, right = progress(status, width // 2), Pieces()
        _flow(fields, width - width // 2 - 2, [right])
        return [[*first, (" " * (width // 2 + 2 - _width(first)), "status--text"), *right]]
    is_tight = width < NARROW
    if is_tight and status.measured is not None:  # the numbers count for more
        status = status._replace(tail="")
    first = progress(status, width, named=not (is_tight and rows == 2))
    rest: list[Pieces] = [[] for _ in range(rows - 1)]
    _flow(fields, width, [first, *rest] if is_tight else rest)
    return [first, *rest]


def progress(status: Status, width: int, named: bool = True) -> Pieces:
    """State, epoch, bar and what is left of the time, in so many columns."""
    kinds = {"diverged": "status--diverged", "done": "status--done", "stopped": "status--done"}
    sign, kind = SIGNS[status.state], kinds.get(status.state, "status--state")
    of = f"{status.epochs:,}"
    epoch = f"{status.epoch:>{len(of)},}/{of}"
    shapes = [
        [(f"{sign} {status.state:<9} ", kind), *_field("epoch", epoch)],
        [(f"{sign} {status.state:<9} ", kind), (epoch, "status--value")],
        [(f"{sign} ", kind), (epoch, "status--value")],
        [(f"{sign} ", kind), (f"{status.epoch:,}", "status--value")],
    ]
    pieces = next((shape for shape in shapes[not named :] if _width(shape) <= width), shapes[-1])
    used = _width(pieces)
    tail = status.tail if used + 2 + len(status.tail) <= width else ""
    room = min(BAR, width - used - max(len(tail), 22) - 4)
    if room >= 8:
        pieces += [("  ", "status--text"), *_bar(status, room)]
    return [*pieces, (f"  {tail}", "status--text")] if tail else pieces


def _bar(status: Status, width: int) -> Pieces:
    share = status.epoch / max(status.epochs, 1)
    halves = min(2 * width, int(2 * width * share))
    full = "━" * (halves // 2) + ("╸" if halves % 2 else "")
    return [(full, "status--bar"), ("─" * (width - len(full)), "status--rest")]


def measures(status: Status, width: int) -> list[Pieces]:
    """What is measured at the epoch shown, the most important first; each is as wide whatever its value."""
    alpha = f"{status.alpha:<6g}" if status.used is None else f"{status.used:g} (next {status.alpha:g})"
    if status.effective is not None:
        alpha = f"{status.alpha:g} now {status.effective:<9.3g}"
    known = status.measured
    if known is None:
        return [_field("alpha", alpha)]
    # A file may tell no more than the loss.
    accuracy, of_tests = ("      –" if one is None else f"{one:7.2%}" for one in (known.accuracy, known.test_accuracy))
    norm = "–" if known.gradient_norm is None else f"{known.gradient_norm:.4g}"
    loss = f"{known.loss:.7g}"
    fields = [
        [(f"{status.trend} ", "status--text"), *_field("loss", f"{loss:<11}")],
        _field("accuracy", accuracy),
        _field("alpha", alpha),
        _field("gradient", f"{norm:<10}"),
    ]
    if known.test_loss is not None:
        fields.insert(2, _field("test accuracy" if width >= ROOMY else "test", of_tests))
        fields.insert(4, _field("test loss", f"{known.test_loss:<11.7g}"))
    if width >= WIDE and len(known.weights) <= MOST_WEIGHTS:
        named = [_field(f"w{place}", f"{weight:<10.3g}") for place, weight in enumerate(known.weights.tolist())]
        fields.append([piece for field in named for piece in field])
    return fields


def _flow(fields: list[Pieces], width: int, lines: list[Pieces]) -> None:
    """Add each field to the first line that has room for it; one that no line has room for is left out."""
    for field in fields:
        for line in lines:
            gap = 2 * bool(line)
            if _width(line) + gap + len("".join(text for text, _ in field).rstrip()) <= width:
                line += [(" " * gap, "status--text"), *field]
                break


def _width(pieces: Pieces) -> int:
    return sum(len(text) for text, _ in pieces)


def _field(name: str, value: str) -> Pieces:
    return [(f"{name} ", "status--name"), (value, "status--value")]
