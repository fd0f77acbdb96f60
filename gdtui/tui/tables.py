"""The table of sampled activations and the confusion matrix, as panels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult, RenderResult
from textual.containers import VerticalScroll
from textual.widgets import Static

if TYPE_CHECKING:
    from gdtui.learning.moment import Moment
    from gdtui.runs.samples import Sample


class SamplesPanel(VerticalScroll, can_focus=False):
    """The sampled rows. Features are shown as far as there is room for them."""

    COMPONENT_CLASSES = {"samples--right", "samples--wrong", "samples--head"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view = Static()  # at hand: rows may come before it is mounted

    def compose(self) -> ComposeResult:
        yield self._view

    def show(self, rows: list[Sample], feature_names: tuple[str, ...], missing: str = "") -> None:
        """Show these rows from now on, or why there are none."""
        self._content = rows, feature_names, missing
        self._draw()

    _content: tuple[list[Sample], tuple[str, ...], str] = ([], (), "")

    def on_resize(self) -> None:
        self._draw()

    def on_mount(self) -> None:
        # The cells' styles are written into the table, so another theme needs another table.
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())

    def _draw(self) -> None:
        rows, names, missing = self._content
        width = self.scrollable_content_region.width
        self._view.update(Text(f"The rows are not at hand:\n{missing}") if missing else self._table(rows, names, width))
        hidden = len(names) - self._room(width, names)
        self.border_subtitle = f"{hidden} more feature{'s' * (hidden > 1)}" if hidden > 0 and rows else ""

    @staticmethod
    def _room(width: int, names: tuple[str, ...]) -> int:
        """How many features fit beside the other columns."""
        return max(0, min(len(names), (width - 31) // 9))

    def _table(self, rows: list[Sample], names: tuple[str, ...], width: int) -> RenderResult:
        from rich.table import Table  # takes 20 ms, which the first paint does not wait for

        table = Table(box=None, padding=(0, 1, 0, 0), header_style=self._style("samples--head"))
        shown = self._room(width, names)
        table.add_column("row", justify="right", no_wrap=True)
        for name in names[:shown]:
            table.add_column(Text(name), justify="right", no_wrap=True, overflow="ellipsis", max_width=8)
        table.add_column("activation" if width > 34 + 9 * shown else "activ.", justify="right", no_wrap=True)
        table.add_column("pred", justify="right", no_wrap=True)
        table.add_column("true", justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for row in rows:
            kind = "samples--head" if row.predicted is None else "samples--right" if row.is_right else "samples--wrong"
            table.add_row(
                str(row.index),
                *(f"{value:.3g}" for value in row.features[:shown]),
                f"{row.activation:.4f}",
                "–" if row.predicted is None else str(row.predicted),
                str(row.true),
                Text(row.verdict, self._style(kind)),
            )
        return table

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)


class ConfusionPanel(Static):
    """Counts of true against predicted classes over all rows."""

    def show(self, shown: Moment, class_names: tuple[str, str]) -> None:
        """Show the counts of that moment from now on."""
        from rich.table import Table

        confusion = shown.confusion
        if confusion is None:
            is_lost = math.isnan(shown.loss)
            self.update("the loss is not a number" if is_lost else "the file has none for this epoch")
            return
        true_negative, false_positive, false_negative, true_positive = confusion
        table = Table(box=None, padding=(0, 2, 0, 0))
        table.add_column("true ╲ pred", no_wrap=True, max_width=14)
        width = len(str(max(confusion)))  # a count is shown whole, or it says something else
        for name in class_names:
            table.add_column(
                Text(name),
                justify="right",
                no_wrap=True,
                overflow="ellipsis",
                min_width=width,
                max_width=max(10, width),
            )
        table.add_row(Text(class_names[0]), Text(str(true_negative), "bold"), str(false_positive))
        table.add_row(Text(class_names[1]), str(false_negative), Text(str(true_positive), "bold"))
        self.update(table)
