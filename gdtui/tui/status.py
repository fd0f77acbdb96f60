"""The status lines: how far the run is, and what is measured at the epoch shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from gdtui.numbers import duration
from gdtui.tui.styled import Styled

if TYPE_CHECKING:
    from gdtui.session.snapshot import Snapshot  # brings NumPy with it

BAR = 30


@dataclass(frozen=True, slots=True)
class Status:
    """What the status lines say."""

    state: str = "loading"
    """loading, or as `Phase` has it."""
    epoch: int = 0
    epochs: int = 0
    loss: float | None = None
    accuracy: float | None = None
    gradient_norm: float | None = None
    alpha: float = 0.0
    speed: str = ""
    seconds_left: float | None = None
    note: str = ""
    link: str = ""


def status_of(snapshot: Snapshot, link: str) -> Status:
    """What the status lines say of a snapshot.

    Args:
        link: what they say of the link; empty for nothing.
    """
    shown, phase = snapshot.shown, snapshot.phase
    note, seconds_left = "", None
    if phase.is_past:
        note = "End returns" if snapshot.watched is not None else "f trains on from here, End returns"
    elif snapshot.stop is not None:
        note = snapshot.stop.message
    elif snapshot.watched is not None:
        note = snapshot.watched
    elif snapshot.rate:
        seconds_left = (snapshot.epochs - shown.epoch) / snapshot.rate
    loss = shown.loss if shown.epoch else None
    return Status(
        phase.value, shown.epoch, snapshot.epochs, loss, shown.accuracy, shown.gradient_norm, snapshot.alpha,
        snapshot.speed, seconds_left, note, link,
    )  # fmt: skip


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

    def __init__(self, status: Status) -> None:
        super().__init__(id="status")
        self.status = status

    def show(self, status: Status) -> None:
        """Show this from now on."""
        if status != self.status:
            self.status = status
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        pieces = (progress if y == 0 else measures)(self.status, width) if y < 2 else []
        return Strip([Segment(text, self.style(name)) for text, name in pieces]).adjust_cell_length(
            width, self.style("status--text")
        )


def progress(status: Status, width: int) -> list[Piece]:
    """State, epoch, bar and what is left of the time, in so many columns."""
    kinds = {"diverged": "status--diverged", "done": "status--done", "stopped": "status--done"}
    state = f"{SIGNS[status.state]} {status.state:<9} "
    epoch = f"{status.epoch:>{len(str(status.epochs))}}/{status.epochs}"
    pieces = [(state, kinds.get(status.state, "status--state")), *_field("epoch", epoch)]
    tail = status.link or status.note
    if not tail:
        left = "" if status.seconds_left is None else f" {duration(status.seconds_left)} left"
        tail = f"{status.speed:<9}{left}"
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
    fields = []
    if status.loss is not None:
        fields.append(("loss", f"{status.loss:<11.7g}"))
    fields.append(("alpha", f"{status.alpha:<6g}"))
    if status.loss is not None:  # a file may not tell the others
        fields.append(("accuracy", "      –" if status.accuracy is None else f"{status.accuracy:7.2%}"))
        norm = "–" if status.gradient_norm is None else f"{status.gradient_norm:.4g}"
        fields.append(("gradient", f"{norm:<10}"))
    pieces: list[Piece] = []
    used = 0
    for name, value in fields:
        used += len(name) + len(value) + 3
        if used - 2 > width:
            break
        pieces += [*_field(name, value), ("  ", "status--text")]
    return pieces


def _field(name: str, value: str) -> list[Piece]:
    return [(f"{name} ", "status--name"), (value, "status--value")]
