"""The places of a run's screen: two charts, the band of numbers, and a drawer with pages. What is in them is told by
whoever has a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from gdtui.session.commands import Hold
from gdtui.tui.arrangement import BIG, BLOCKS, CHARTS, Arrangement, Wish, arrange
from gdtui.tui.bindings import DIGITS, EDITED, NUMBERS, POINTED, VIEWS
from gdtui.tui.board import Board, entitle, literal
from gdtui.tui.chart_view import HOLDING, POINTING, ChartView
from gdtui.tui.log_view import LogView
from gdtui.tui.panes import Panes
from gdtui.tui.status import StatusLines
from gdtui.tui.tables import ConfusionPanel, Page, RacePanel, SamplesPanel
from gdtui.tui.why_line import WhyLine

if TYPE_CHECKING:
    # It brings NumPy and plotext with it: imported after the first paint.
    from gdtui.views.view import View

AROUND = 8
"""Columns of a frame that are not its title's: two corners, blanks, and the mark of the one in front."""
PARTING = "  ·  "
"""What stands between the parts of a title."""
TABS = {"log": "Log", "race": "Race", "samples": "Samples", "confusion": "Confusion"}
TITLES = {"log": "Log", "race": "Race", "samples": "Sampled activations", "confusion": "Confusion matrix"}


class Stage(Board):
    """A board with these places, and the keys that say what is to be seen.

    Args:
        what: see `Board`.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.wish = Wish()
        """What is to be seen."""
        self.unit = "activation"
        """What an activation is called."""
        self.is_pointing = False
        """Whether keys move a cursor in the chart in front."""
        self.is_held = False
        """Whether weights are held by hand."""
        self.is_chosen = False
        """Whether it is the person who opened the page."""
        self.slots = ChartView(id=CHARTS[0]), ChartView(id=CHARTS[1])
        self._titles = {CHARTS[0]: ("1 Loss", "", False, ""), CHARTS[1]: ("1 Data", "", False, "")}
        self.log_view, self.samples_view = LogView(id="log"), SamplesPanel(id="samples")
        self.confusion_view, self.race_view = ConfusionPanel(id="confusion"), RacePanel(id="race")
        self.pages: dict[str, LogView | Page] = {
            "log": self.log_view,
            "race": self.race_view,
            "samples": self.samples_view,
            "confusion": self.confusion_view,
        }
        self.status_lines, self.why_line = StatusLines(id="band"), WhyLine(id="why")
        self.key_bar.wait()
        for view in (*self.slots, *self.pages.values()):
            view.add_class("panel")
        for view in self.pages.values():
            view.add_class("page")

    def compose_panes(self, *in_head: Static) -> Panes:
        """All places; these are in the head."""
        above = self.head(*in_head), *self.more_panes(), *self.slots, self.status_lines, self.why_line
        return Panes(*above, *self.pages.values(), self.key_bar, areas=self.areas)

    def more_panes(self) -> Sequence[Widget]:
        """Places that not every board has."""
        return ()

    def arranged(self, width: int, height: int) -> Arrangement:
        return arrange(width, height, self.wish)

    def view(self, name: str) -> View:
        """The view of that name."""
        raise NotImplementedError

    def show_wish(self, **wishes: object) -> None:
        """Let something else be seen."""
        before, self.wish = self.wish, self.wish._replace(**wishes)  # type: ignore[arg-type]
        if self.wish == before:
            return
        self.rearrange()
        self.key_bar.is_zoomed = self.wish.is_zoomed
        self.call_after_refresh(self.on_resized)

    def show_task(self, classes: int, unit: str) -> None:
        """There are so many classes now, and activations are called so."""
        is_other, self.unit = unit != self.unit, unit
        self.show_wish(classes=classes)
        if is_other:
            self.rearrange()

    def rearrange(self, width: int = 0, height: int = 0) -> None:
        super().rearrange(width, height)
        arranged = self.arranged(width, height) if width else self.arrangement
        page = self.wish.page if self.wish.page in arranged.stops else "samples"
        tabs = _tabs(arranged.stops, page) if arranged.has_tabs else None
        for name, view in self.pages.items():
            if name in arranged.areas:  # that in front has a mark, and no style: to look one up for all takes long
                is_front = name == page and not arranged.has_tabs
                title = TITLES[name].replace("activation", self.unit)
                entitle(view, tabs or (f"▸ {title}" if is_front else title))
                tabs = None
        for name, slot, shown in zip(CHARTS, self.slots, self.wish.views, strict=True):
            is_front = name == CHARTS[self.wish.front]
            slot.set_class(is_front, "front")
            slot.is_behind = shown in EDITED and not is_front
            slot.is_marked = is_front and arranged.charts == "none" and {*CHARTS} <= {*arranged.areas}
            self.entitle(name)
        self.take_keys()

    def entitle(self, name: str, *titles: Any) -> None:
        """Write these into a chart's frame (see `Titles`), or those before, with a mark where it is the one in
        front."""
        title, below, is_legend, brief = self._titles[name] = titles or self._titles[name]
        number = CHARTS.index(name)
        room = self.slots[number].outer_size.width - AROUND
        below = brief if brief and cell_len(brief) <= room < cell_len(below) else below
        if self.arrangement.charts != "round":  # there is nothing below
            both = f"{title}  {below}".rstrip()
            title, below = both if cell_len(both) <= room else below if is_legend else title, ""
        title, below = whole(title, room), whole(below, room)
        entitle(self.slots[number], f"▸ {title}" if number == self.wish.front else title, below)

    def take_keys(self) -> None:
        """The chart in front has the keys of a cursor, if there is to be one. Beside a dialog there is none: a click
        there would take the focus from it."""
        front = self.slots[self.wish.front]
        is_on = self.is_pointing and self.dialog is None and front.id in self.arrangement.areas
        for slot, name in zip(self.slots, self.wish.views, strict=True):
            slot.point(is_on and slot is front)
            slot.has_digits = name == DIGITS
        if self.dialog is None:
            of_view = POINTED.get(self.wish.views[self.wish.front], ())
            self.key_bar.of_dialog = (*(HOLDING if self.is_held else POINTING), *of_view) if is_on else ()

    def show_held(self, is_held: bool) -> None:
        """Whether weights are held, which has keys of its own."""
        if self.is_held != is_held:
            self.is_held = is_held
            self.take_keys()

    def on_click(self, event: Click) -> None:
        """A click on a chart's frame takes it to the front, and one within it, where it would change the run."""
        for number, slot in enumerate(self.slots):
            if event.widget is slot and (slot.is_behind or event.get_content_offset(slot) is None):
                self.show_wish(front=number)

    # Keys

    def action_page(self, step: int) -> None:
        """Open the next page, or, where it takes the charts' place, none."""
        arranged, wish = self.arrangement, self.wish
        stops = [*arranged.stops] if arranged.has_drawer else ["", *arranged.stops]
        page = wish.page if wish.page in stops else "samples"
        here = page if arranged.has_drawer or wish.covers else ""
        self.action_open(stops[(stops.index(here) + step) % len(stops)])

    def action_table(self) -> None:
        is_open = "samples" in self.arrangement.areas and self.wish.page != "log"
        self.action_open("samples" if not is_open else "log" if self.arrangement.has_drawer else "")

    def action_open(self, page: str) -> None:
        """Open this page, or none."""
        self.is_chosen = True
        self.show_wish(page=page or self.wish.page, covers=bool(page), is_zoomed=False)

    def action_scroll(self, lines: int) -> None:
        if self.wish.page in self.arrangement.areas:
            self.pages[self.wish.page].scroll_lines(lines)

    def action_show_view(self, number: str) -> None:
        """Show a view of that key in the slot in front; see `VIEWS`."""
        self._show_one_of(VIEWS[number])

    def action_range_test(self) -> None:
        """Have one made in the ruler, in front, with a cursor where an alpha can be taken."""
        self.action_show_named("ruler")
        if self.snapshot is None:  # there is nothing to test yet, and maybe no screen either
            return
        self.view("ruler").begin_test()
        self.is_pointing = self.snapshot.watched is None
        self.take_keys()
        self.gdtui.redraw()

    def action_show_named(self, name: str) -> None:
        """Show the view of that name in the slot in front."""
        self._show_one_of((name,))

    def action_next_view(self) -> None:
        """Show the next of all views there, but for that which the other slot shows."""
        other = self.wish.views[1 - self.wish.front]
        self._show_one_of(tuple(name for name in NUMBERS if name != other))

    def _show_one_of(self, kinds: tuple[str, ...]) -> None:
        front = self.wish.front
        here, other = self.wish.views[front], self.wish.views[1 - front]
        if here in kinds:
            name = kinds[(kinds.index(here) + 1) % len(kinds)]
        else:
            name = next((kind for kind in kinds if kind != other), other)
        views = [name, here if name == other else other]
        self.show_wish(views=tuple(views if front == 0 else reversed(views)), covers=False)

    def action_zoom(self) -> None:
        self.show_wish(is_zoomed=not self.wish.is_zoomed)

    def action_cursor(self) -> None:
        self.is_pointing = not self.is_pointing
        self.take_keys()

    def action_front(self) -> None:
        self.show_wish(front=1 - self.wish.front)

    def action_end_cursor(self) -> None:
        self.action_back() if self.is_held else self.action_cursor()

    def action_back(self) -> None:
        if self.is_held:
            self.ask(Hold(None))
        else:
            self.show_wish(is_zoomed=False, covers=self.wish.covers and self.wish.is_zoomed)

    def action_blocks(self) -> None:
        wish = self.wish._replace(is_big=not self.wish.is_big)
        if wish.is_big and arrange(*self.size, wish._replace(is_zoomed=False)).areas["band"].height < BLOCKS:
            self.app.notify(f"large digits need a window of at least {BIG[0]}×{BIG[1]}")
        else:
            self.show_wish(is_big=wish.is_big)


@lru_cache
def whole(text: str, room: int) -> str:
    """As many parts of a text as there is room for, the first at least: of the others none is cut in half."""
    parts = text.split(PARTING)
    for count in range(len(parts), 0, -1):
        for between in (PARTING, PARTING.strip().center(3)):
            if cell_len(told := between.join(parts[:count])) <= room:
                return told
    return parts[0]


@lru_cache
def _tabs(names: tuple[str, ...], page: str) -> Content:
    """The names of pages; a click on one opens it."""
    tabs = [
        literal(TABS[name], "bold" if name == page else "dim").stylize(
            Style.from_meta({"@click": f"screen.open('{name}')"})
        )
        for name in names
    ]
    return Content(" │ ").join(tabs)
