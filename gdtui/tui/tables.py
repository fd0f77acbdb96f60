"""The table of sampled activations and the confusion matrix, as panels."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.containers import VerticalScroll
from textual.geometry import Region

from gdtui.text import printable
from gdtui.tui.sheet import Sheet
from gdtui.tui.styled import Resized

if TYPE_CHECKING:
    from rich.table import Table

    from gdtui.learning.moment import Moment
    from gdtui.runs.samples import Sample
    from gdtui.session.snapshot import Snapshot


RACE_MARKS = 8
"""Columns before the table of a race: of the places, and of the racers' colours."""
MANY = 4
"""Classes from which on a matrix needs all the room that there is."""


class Page(VerticalScroll, can_focus=False):
    """What may be higher than its place."""

    def __init__(self, *, id: str) -> None:
        self._view = Sheet()
        super().__init__(self._view, id=id)

    def on_resize(self) -> None:
        self.post_message(Resized())

    def scroll_lines(self, lines: int) -> None:
        """Show what is so many lines further down."""
        self.scroll_relative(y=lines, animate=False)

    def update(self, *contents: Table | Text | str) -> None:
        """Show these, one below the other."""
        self._view.show(*(Text(content) if isinstance(content, str) else content for content in contents))


class SamplesPanel(Page):
    """The sampled rows. Features are shown as far as there is room for them."""

    COMPONENT_CLASSES = {"samples--right", "samples--wrong", "samples--unknown"}

    def show(
        self, rows: list[Sample], names: tuple[str, ...], missing: str, is_standardized: bool, unit: str = "activation"
    ) -> None:
        """Show these rows, whose features have these names, and whose activations are called so, or why there are
        none."""
        from gdtui.report import TEST_ROW, samples_table  # takes 20 ms, which the first paint does not wait for

        width = self.scrollable_content_region.width
        if not width or not self.is_attached:  # without styles: not laid out yet, or being taken down
            return
        room = max(0, min(len(names), (width - 31) // 9))
        if not rows:
            self.update(Text(f"The rows are not at hand:\n{printable(missing)}" if missing else ""))
            self.border_subtitle = ""
            return
        labels = unit if width > 34 + 9 * room or len(unit) < 7 else "activ.", "pred", "true"
        styles = {name: self.get_component_rich_style(f"samples--{name}") for name in ("right", "wrong", "unknown")}
        look = {"box": None, "padding": (0, 1, 0, 0), "header_style": styles["unknown"]}
        table = samples_table(rows, names, room, labels, styles, widest=8, **look)
        table.caption = None  # it stands in the border
        if width < 29:  # the sign is enough
            table.columns[-1].max_width, table.columns[-1].overflow = 1, "crop"
        self.update(table)
        hidden = len(names) - room
        more = f"{hidden} more feature{'s' * (hidden > 1)}" if hidden > 0 else ""
        kept = f"{TEST_ROW} kept for testing" * any(row.is_test for row in rows)
        below = "  ·  ".join(filter(None, (kept, "standardised" * (is_standardized and room > 0), more)))
        if below != self.border_subtitle:
            self.border_subtitle = below


class RacePanel(Page):
    """How those who race stand, the first first."""

    _front = 0
    """The row of the one in front, which is to be seen."""

    def show(self, shown: Snapshot, look: Callable[[int], Style]) -> None:
        """Show them as they are in this snapshot; `look` is how what has a role looks in a drawing."""
        from gdtui.report import standings_table
        from gdtui.runs.race import by_place
        from gdtui.views.view import role_of

        width = self.scrollable_content_region.width
        if not width or not self.is_attached:
            return
        racers = by_place(shown.race)
        marks = [
            Text(f"{place:>2} {'▶' if racer.curve is shown.run.history else ' '}━", look(role_of(racer)))
            for place, racer in enumerate(racers, 1)
        ]
        self.update(standings_table(racers, room=width - RACE_MARKS, marks=marks, losses="loss"))
        front = next(place for place, racer in enumerate(racers, 1) if racer.curve is shown.run.history)
        if front != self._front:
            self._front = front
            self.scroll_to_region(Region(0, front, 1, 1), animate=False, force=True)


class ConfusionPanel(Page):
    """Counts of true against predicted classes over all rows, or why there are none; then over those that are kept for
    testing."""

    def show(self, shown: Moment, class_names: tuple[str, ...]) -> None:
        from gdtui.report import confusion_table, matrices

        if shown.confusion is not None:
            is_many, room = len(class_names) >= MANY, self.scrollable_content_region.width
            corner, gap = ("true╲pred", 1) if is_many else ("true ╲ pred", 2)
            look = {"box": None, "padding": (0, gap, 0, 0)}
            known = matrices(shown, corner).items()
            self.update(*(confusion_table(counts, class_names, corner, room, **look) for corner, counts in known))
        else:
            missing = "the loss is not a number" if math.isnan(shown.loss) else "the file has none for this epoch"
            self.update(missing)
