"""The status lines: how far the run is, and what is measured at the epoch shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip

from gdtui.numbers import duration
from gdtui.text import printable
from gdtui.tui.styled import Styled

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.learning.moment import Moment
    from gdtui.session.snapshot import Snapshot

BAR = 30


class Status(NamedTuple):
    """What the status lines say."""

    epochs: int
    alpha: float
    state: str = "loading"
    """loading, or as `Phase` has it."""
    epoch: int = 0
    measured: Moment | None = None
    """What the second line tells; None before the first epoch."""
    tail: str = "loading the data …"
    """What else there is to say in the first line."""


def status_of(snapshot: Snapshot, link: str) -> Status:
    """What the status lines say of a snapshot, and of the link, unless that is empty."""
    shown, phase = snapshot.shown, snapshot.phase
    if link:
        tail = link
    elif phase.is_past:
        tail = "End returns" if snapshot.watched is not None else "f trains on from here, End returns"
    elif snapshot.stop is not None:
        tail = snapshot.stop.message
    elif snapshot.watched is not None:
        tail = printable(snapshot.watched)
    else:
        left = f" {duration((snapshot.epochs - shown.epoch) / snapshot.rate)} left" if snapshot.rate else ""
        tail = f"{snapshot.speed:<9}{left}"
    measured = shown if shown.epoch else None
    return Status(snapshot.epochs, snapshot.alpha, phase.value, shown.epoch, measured, tail)


SIGNS = {
    **dict.fromkeys(("training", "following", "replay"), "▶"),
    **dict.fromkeys(("loading", "waiting"), "…"),
    **dict.fromkeys(("paused", "stalled"), "‖"),
    **dict.fromkeys(("done", "stopped"), "✓"),
    "diverged": "✗",
    "past": "◀",
}
Piece = tuple[str, str]
"""Text, and the component class that styles it."""


class StatusLines(Styled):
    """Two lines; fields that do not fit are left out from the end."""

    COMPONENT_CLASSES = {
        *("status--state", "status--done", "status--diverged"),
        *("status--name", "status--value", "status--text", "status--bar", "status--rest"),
    }

    status = reactive(Status(0, 0.0))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        pieces = (progress if y == 0 else measures)(self.status, width)
        strip = Strip([Segment(text, self.style(name)) for text, name in pieces])
        return strip.adjust_cell_length(width, self.style("status--text"))


def progress(status: Status, width: int) -> list[Piece]:
    """State, epoch, bar and what is left of the time, in so many columns."""
    kinds = {"diverged": "status--diverged", "done": "status--done", "stopped": "status--done"}
    state = f"{SIGNS[status.state]} {status.state:<9} "
    epoch = f"{status.epoch:>{len(str(status.epochs))}}/{status.epochs}"
    pieces = [(state, kinds.get(status.state, "status--state")), *_field("epoch", epoch)]
    tail = status.tail
    used = sum(len(text) for text, _ in pieces)
    room = width - used - max(len(tail), 22) - 4
    if room >= 8:
        pieces += [("  ", "status--text"), *_bar(status, min(room, BAR))]
        used += 2 + min(room, BAR)
    if used + 2 + len(tail) <= width:
        pieces.append((f"  {tail}", "status--text"))
    return pieces


def _bar(status: Status, width: int) -> list[Piece]:
    share = status.epoch / max(status.epochs, 1)
    halves = min(2 * width, int(2 * width * share))
    full = "━" * (halves // 2) + ("╸" if halves % 2 else "")
    return [(full, "status--bar"), ("─" * (width - len(full)), "status--rest")]


def measures(status: Status, width: int) -> list[Piece]:
    """What is measured at the epoch shown, in so many columns."""
    known, fields = status.measured, {"alpha": f"{status.alpha:<6g}"}
    if known is not None:  # a file may tell no more than the loss
        norm = "–" if known.gradient_norm is None else f"{known.gradient_norm:.4g}"
        accuracy = "      –" if known.accuracy is None else f"{known.accuracy:7.2%}"
        fields = {"loss": f"{known.loss:<11.7g}", **fields, "accuracy": accuracy, "gradient": f"{norm:<10}"}
    pieces: list[Piece] = []
    used = 0
    for name, value in fields.items():
        used += len(name) + len(value) + 3
        if used - 2 > width:
            break
        pieces += [*_field(name, value), ("  ", "status--text")]
    return pieces


def _field(name: str, value: str) -> list[Piece]:
    return [(f"{name} ", "status--name"), (value, "status--value")]
