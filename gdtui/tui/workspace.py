"""The screen of a run: views in slots, the log, and a drawer with the table of sampled activations."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Static

from gdtui.encoding import can_show
from gdtui.options import a_count, a_positive
from gdtui.session import commands as ask
from gdtui.session.commands import Command
from gdtui.settings import DataSettings
from gdtui.text import printable
from gdtui.tui.bindings import BINDINGS, textual_bindings
from gdtui.tui.board import Board, entitle, panel
from gdtui.tui.chart_view import ChartView
from gdtui.tui.key_bar import KeyBar
from gdtui.tui.log_view import LogView
from gdtui.tui.status import Status, StatusLines, status_of
from gdtui.tui.tables import SamplesPanel, confusion_of

if TYPE_CHECKING:
    # These bring NumPy and plotext with them: imported after the first paint.
    from gdtui.charts.chart import Chart
    from gdtui.charts.field import Shading
    from gdtui.session.snapshot import Snapshot
    from gdtui.views.data import DataView
    from gdtui.views.loss import LossView
    from gdtui.views.view import View


class Workspace(Board):
    """A run on show.

    Args:
        what: see `Board`.
        epochs, alpha: shown while the data is loading; 0 where that is not known.
    """

    BINDINGS = textual_bindings(BINDINGS)

    snapshot: Snapshot | None

    def __init__(self, what: str, epochs: int = 0, alpha: float = 0.0) -> None:
        super().__init__(what)
        self._own_data: DataSettings | None = None
        """The data that the command line named."""
        self._shows_link = False
        # Kept at hand: a frame must find them also while the screen is being taken down.
        self._saved_view = Static("", id="saved", markup=False)
        self._small_view = Static("", id="small", markup=False)
        self._slots = ChartView(id="loss"), ChartView(id="scatter")
        self._views: tuple[View, ...] = ()
        """What the slots show."""
        self._samples_views = SamplesPanel(id="samples"), SamplesPanel(id="samples-below")
        self._confusion_view = Static(id="confusion", markup=False)
        self._status_lines = StatusLines()
        self._status_lines.status = Status(epochs, alpha)
        self._log_view = LogView(id="log")
        self._key_bar = KeyBar(BINDINGS)

    def compose(self) -> ComposeResult:
        yield self.head(self._saved_view)
        yield self._small_view
        with Horizontal(id="main"):
            with Vertical(id="left"):
                yield panel(self._slots[0], "Loss")
                yield panel(self._samples_views[0], "Sampled activations")
            with Vertical(id="right"):
                yield panel(self._slots[1], "Data")
        yield self._status_lines
        with Horizontal(id="bottom"):
            yield panel(self._log_view, "Log")
            yield panel(self._samples_views[1], "Sampled activations")
            yield panel(self._confusion_view, "Confusion matrix")
        yield self._key_bar

    # Drawing

    def draw(self, snapshot: Snapshot) -> list[tuple[tuple[str, str], Chart | None]]:
        """Each view's titles, and its drawing, where there is room for one."""
        from gdtui.views.data import DataView
        from gdtui.views.loss import LossView

        self._views = self._views or (LossView(), DataView())
        cast("DataView", self._views[1]).shading = self._shading()
        return [
            (view.titles(snapshot), view.draw(snapshot, *slot.size) if slot.size.area else None)
            for slot, view in zip(self._slots, self._views, strict=True)
        ]

    def _shading(self) -> Shading:
        """How the field is drawn on this terminal, at the end of this link."""
        from gdtui.charts.field import Shading

        app = self.gdtui
        if (
            app.no_color
            or app.current_theme.ansi
            or app.console.color_system not in ("truecolor", "256")
            or not can_show("▀")
        ):
            return Shading.HATCHED
        return Shading.TWO if app.link.is_slow else Shading.TONES

    def show(self, snapshot: Snapshot, drawn: list[tuple[tuple[str, str], Chart | None]]) -> None:
        before, self.snapshot = self.snapshot, snapshot
        self._own_data = self._own_data or snapshot.run.settings.data
        if before is None or before.title != snapshot.title:
            self.title_view.update(f"gdtui  {snapshot.title}")
        self._open_drawer(before, snapshot)
        for slot, (titles, chart) in zip(self._slots, drawn, strict=True):
            entitle(slot, *titles)
            if chart is not None:
                slot.show(chart)
        self.show_status(snapshot)
        self._log_view.show(snapshot.log, snapshot.logged, snapshot.past, snapshot.run)
        self._key_bar.show(snapshot)
        self._show_saving(snapshot)
        self.draw_table(snapshot)

    def show_status(self, snapshot: Snapshot) -> None:
        shown = snapshot if self.snapshot is None else replace(snapshot, shown=self.snapshot.shown)
        self._status_lines.status = status_of(shown, self.gdtui.link.text() if self._shows_link else "")

    def _open_drawer(self, before: Snapshot | None, snapshot: Snapshot) -> None:
        """The table comes with the end of a run, and makes way for what is trained next; where there is no room for
        both, also for the past, whose log has a mark."""
        turned = before is not None and before.phase.is_past != snapshot.phase.is_past
        if before is None or before.run is not snapshot.run:
            is_open = snapshot.phase.is_over and not snapshot.missing
        elif turned and self.has_class("narrow"):
            is_open = snapshot.phase.is_over
        elif not turned and before.phase.is_over != snapshot.phase.is_over:
            is_open = snapshot.phase.is_over and not snapshot.missing
        else:
            return
        self.set_class(is_open, "results")

    def draw_table(self, snapshot: Snapshot) -> None:
        if not self.has_class("results"):
            return
        from gdtui.runs.samples import samples

        data = snapshot.run.data
        rows = [] if snapshot.missing else samples(snapshot.run, snapshot.shown.weights)
        self._samples_views[self.has_class("narrow")].show(rows, data.feature_names, snapshot.missing)
        self._confusion_view.update(confusion_of(snapshot.shown, data.class_names))

    def _show_saving(self, snapshot: Snapshot) -> None:
        """Say in the corner which file holds the run, or that none does, where one held the run before or was to."""
        path, text = snapshot.saved_in, ""
        if path is not None:
            name = printable(os.path.basename(path))
            text = f"saved in {name if len(name) <= 24 else '…' + name[-23:]}"
        elif snapshot.left_behind is not None or snapshot.failure is not None:
            text = "not saved"
        if text != self._saved_view.content:
            self._saved_view.update(text)
            self._saved_view.set_class(bool(text), "told")
            self._saved_view.set_class(path is None, "unsaved")

    def on_chart_view_touched(self, event: ChartView.Touched) -> None:
        if self.snapshot is not None:
            view = self._views[self._slots.index(event.view)]
            command = view.touched(self.snapshot, event.column, *event.view.size)
            if command is not None:
                self.ask(command)

    def on_resize(self, event: Resize) -> None:
        width, height = event.size
        tiny = width < 60 or height < 16
        self.set_class(not tiny and (width < 100 or height < 36), "narrow")
        self.set_class(tiny, "tiny")
        self._small_view.update(f"{width}×{height} is small for charts; ? for keys" if tiny else "")

    # Keys

    def action_log_scale(self) -> None:
        if self._views and self.snapshot is not None:
            cast("LossView", self._views[0]).toggle_log(self.snapshot)
            self.gdtui.redraw()

    def action_epoch_axis(self) -> None:
        if self._views:
            cast("LossView", self._views[0]).turn_epochs()
            self.gdtui.redraw()

    def action_table(self) -> None:
        self.toggle_class("results")
        self.on_resized()

    def action_link(self) -> None:
        self._shows_link = not self._shows_link
        if self.snapshot is not None:
            self.show_status(self.snapshot)

    @property
    def _steered(self) -> Snapshot | None:
        """What can be steered, if anything can: not what somebody else writes."""
        return None if self.snapshot is None or self.snapshot.watched is not None else self.snapshot

    def action_ask_alpha(self) -> None:
        if self._steered is not None:
            self._question("alpha, the learning rate", f"{self._steered.alpha:g}", a_positive, ask.SetAlpha)

    def action_ask_epochs(self) -> None:
        if self._steered is not None:
            self._question("epochs in all", str(self._steered.epochs), a_count, ask.SetEpochs)

    def _question(self, title: str, value: str, read: Callable[[str], Any], command: Callable[[Any], Command]) -> None:
        """Ask the session for something, with an argument that is typed; see `Question`."""
        self.open("Question", title, value, read, then=lambda answer: self.ask(command(answer)))

    def action_quit(self) -> None:
        if self.snapshot is None:
            self.app.exit(0)
        else:
            self.ask(ask.Do.LEAVE)

    def action_choose_data(self) -> None:
        shown, own = self._steered, self._own_data
        if shown is None or own is None:
            return

        def chosen(source: str) -> None:
            """What was given for the first data, columns and noise, does not apply to others."""
            data = own if source == own.source else DataSettings(source, seed=own.seed)
            self.ask(ask.ChooseData(data))

        self.open("DataChoice", shown.run.settings.data.source, own.source, then=chosen)

    def ask(self, command: Command) -> None:
        """Ask the session for something; where that ends a run of which much would be lost, not without a question."""
        shown = self._steered
        drops = command is ask.Do.LEAVE or isinstance(command, ask.Restart | ask.ChooseData)
        if shown is None or not shown.unsaved or not drops:
            super().ask(command)
            return

        def answered(answer: str) -> None:
            if answer == "y":
                super(Workspace, self).ask(command)
            else:
                self._save(then=command)

        self.open("Confirm", f"{shown.unsaved} are in no file", then=answered)

    def action_save(self) -> None:
        if self._steered is not None and self._steered.saved_in is not None:
            self.app.notify(f"is being saved in {self._steered.saved_in}")
        elif self._steered is not None:
            self._save()

    def _save(self, then: Command | None = None) -> None:
        assert self.snapshot is not None
        name = f"{self.snapshot.run.data.name.removesuffix('.csv')}-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
        self._question("save the run as", name, new_path, lambda path: ask.Save(path, then))


def new_path(text: str) -> str:
    """The name of a file that can be made. Raises ValueError with what is wrong."""
    if not text:
        raise ValueError("a file name is needed")
    text = os.path.expanduser(text)
    if os.path.lexists(text):
        raise ValueError(f"{text} is there already; give another name")
    folder = os.path.dirname(text) or "."
    if not os.path.isdir(folder):
        raise ValueError(f"there is no folder {folder}")
    return text
