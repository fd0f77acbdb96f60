"""The status lines: how far the run is, and what is measured at the epoch shown."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

BAR = 30


@dataclass(frozen=True, slots=True)
class Status:
    """What the status lines say."""

    state: str = "loading"
    """loading, training, paused, done, stopped or diverged."""
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


SIGNS = {"loading": "…", "training": "▶", "paused": "‖", "done": "✓", "stopped": "✓", "diverged": "✗"}


class StatusLines(Widget):
    """Two lines; fields that do not fit are left out from the end."""

    COMPONENT_CLASSES = {
        "status--state",
        "status--done",
        "status--diverged",
        "status--name",
        "status--bar",
        "status--rest",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.status = Status()

    def show(self, status: Status) -> None:
        """Show this from now on."""
        if status != self.status:
            self.status = status
            self.refresh()

    def render(self) -> RenderResult:
        return Text("\n", no_wrap=True, overflow="crop").join([self._progress(), self._measures()])

    def _progress(self) -> Text:
        status, width = self.status, self.content_size.width
        kind = {"diverged": "status--diverged", "done": "status--done", "stopped": "status--done"}
        style = self.get_component_rich_style(kind.get(status.state, "status--state"))
        line = Text().append(f"{SIGNS[status.state]} {status.state:<8} ", style)
        digits = len(str(status.epochs))
        line.append_text(self._field("epoch", f"{status.epoch:>{digits}}/{status.epochs}"))
        tail = Text("  ")
        if status.note:
            tail.append(status.note)
        else:
            tail.append(f"{status.speed:<9}")
            if status.seconds_left is not None:
                tail.append(f" {duration(status.seconds_left)} left")
        room = width - line.cell_len - max(tail.cell_len, 20) - 2
        if room >= 8:
            line.append("  ")
            line.append_text(self._bar(min(room, BAR)))
        return line.append_text(tail) if line.cell_len + tail.cell_len <= width else line

    def _bar(self, width: int) -> Text:
        share = self.status.epoch / max(self.status.epochs, 1)
        halves = min(2 * width, int(2 * width * share))
        full = "━" * (halves // 2) + ("╸" if halves % 2 else "")
        bar = Text().append(full, self.get_component_rich_style("status--bar"))
        return bar.append("─" * (width - len(full)), self.get_component_rich_style("status--rest"))

    def _measures(self) -> Text:
        status = self.status
        fields = []
        if status.loss is not None:
            fields.append(("loss", f"{status.loss:<11.7g}"))
        if status.accuracy is not None:
            fields.append(("accuracy", f"{status.accuracy:7.2%}"))
        fields.append(("alpha", f"{status.alpha:<6g}"))
        if status.gradient_norm is not None:
            fields.append(("gradient", f"{status.gradient_norm:<10.4g}"))
        if status.link:
            fields.append(("link", status.link))
        line, width = Text(), self.content_size.width
        for name, value in fields:
            if line.cell_len + len(name) + len(value) + 2 > width:
                break
            line.append_text(self._field(name, value))
            line.append("  ")
        return line

    def _field(self, name: str, value: str) -> Text:
        return Text().append(f"{name} ", self.get_component_rich_style("status--name")).append(value, "bold")


def duration(seconds: float) -> str:
    """A time for people: 4.2 s, 42 s, 3:07, 1:02:03."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    if hours >= 100:
        return f"{hours // 24} days"
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
