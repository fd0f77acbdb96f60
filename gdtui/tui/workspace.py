"""The screen of a run: charts in slots, the band of numbers, and a drawer with the log and the results."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.geometry import Size
from textual.widget import AwaitMount
from textual.widgets import Static

from gdtui.data.progress import reading
from gdtui.encoding import can_show
from gdtui.numbers import ladder_step
from gdtui.race_options import a_racer
from gdtui.session import commands as ask
from gdtui.session.commands import Command
from gdtui.settings import DataSettings
from gdtui.text import printable
from gdtui.tui.bindings import BINDINGS, NUMBERS, textual_bindings
from gdtui.tui.chart_view import ChartView
from gdtui.tui.stage import Stage
from gdtui.tui.status import Status, status_of
from gdtui.values import a_count, a_positive, new_path

if TYPE_CHECKING:
    # These bring NumPy and plotext with them: imported after the first paint.
    from gdtui.charts.chart import Chart
    from gdtui.charts.field import Shading
    from gdtui.session.snapshot import Snapshot
    from gdtui.views.view import Titles, View

    Drawn = list[tuple[str, Titles, Chart | None]]
    """Of each slot the view's name, its titles, and its drawing, where it is to be seen."""


class Workspace(Stage):
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
        # Kept at hand: a frame must find them also while the screen is being taken down.
        self._saved_view = Static("", id="saved", markup=False)
        self._views: dict[str, View] = {}
        """Those that have been shown, by name."""
        self.status_lines.status = Status(epochs, alpha, tail=reading(what))
        self.panes = self.compose_panes(self._saved_view)

    # Drawing

    def draw(self, snapshot: Snapshot) -> Drawn:
        areas, drawn, shading = self.arrangement.areas, [], self._shading()
        for slot, name in zip(self.slots, self.wish.views, strict=True):
            size, view = slot.size if slot.id in areas else Size(0, 0), self.view(name)
            view.shading = shading
            titles = view.titles(snapshot)
            titles = titles._replace(above=f"{NUMBERS[name]} {titles.above}")
            drawn.append((name, titles, view.draw(snapshot, *size) if size else None))
        if self.snapshot is not None and self.snapshot.curves[0] is not snapshot.curves[0]:  # that run is no more
            seen = {name for name, _, chart in drawn if chart is not None}
            self._views |= {name: view.afresh() for name, view in self._views.items() if name not in seen}
        return drawn

    def view(self, name: str) -> View:
        """The view of that name."""
        if name not in self._views:
            of_name = getattr(import_module(f"gdtui.views.{name}"), f"{name.capitalize()}View")
            view: Any = self._views.setdefault(name, of_name())  # whichever thread asks first
            view.wake = self._own_app.wake
        return self._views[name]

    @property
    def is_busy(self) -> bool:
        return any(self.view(name).is_busy for name in self.wish.views if name in self._views)

    def _shading(self) -> Shading:
        """How the field is drawn on this terminal, at the end of this link."""
        from gdtui.charts.field import Shading

        app = self._own_app
        if (
            app.no_color
            or app.current_theme.ansi
            or app.console.color_system not in ("truecolor", "256")
            or not can_show("▀")
        ):
            return Shading.HATCHED
        return Shading.TWO if app.link.is_slow else Shading.TONES

    def on_mount(self) -> None:
        self._own_app = self.gdtui  # where it is drawn there may be no app that is active any more

    def show(self, snapshot: Snapshot, drawn: Drawn) -> None:
        before, self.snapshot = self.snapshot, snapshot
        self._own_data = self._own_data or snapshot.run.settings.data
        if before is None or (before.run, before.data, before.recipe) != (snapshot.run, snapshot.data, snapshot.recipe):
            self.title_view.update(f"gdtui  {snapshot.title}")
        self.show_task(len(snapshot.data.class_names), snapshot.run.objective.unit)
        self._turn_page(before, snapshot)
        self.show_held(snapshot.phase.value == "held")
        for slot, name, (of, titles, chart) in zip(self.slots, self.wish.views, drawn, strict=True):
            if of == name:  # else another was chosen meanwhile, and is drawn next
                self.entitle(str(slot.id), *titles)
                if chart is not None:
                    slot.show(chart, self._views[name].aim)
        self.show_status(snapshot)
        self.why_line.line = snapshot.line
        self.log_view.show(snapshot.log, snapshot.logged, snapshot.past, snapshot.run)
        self.key_bar.show(snapshot)
        self._show_saving(snapshot)
        self.draw_table(snapshot)

    def show_waiting(self, text: str) -> None:
        if text:
            self.status_lines.status = self.status_lines.status._replace(tail=text)

    def show_status(self, snapshot: Snapshot) -> None:
        before = self.snapshot or snapshot
        shown = snapshot if before is snapshot else replace(snapshot, shown=before.shown)
        self.status_lines.status = status_of(shown, self.gdtui.link.text() if self.shows_link else "")

    def _turn_page(self, before: Snapshot | None, snapshot: Snapshot) -> None:
        """A race opens its page, the end of a run the samples. Where nobody chose a page, the log comes back with what
        is trained next, and with the past, which has a mark in it."""
        is_over, races = snapshot.phase.is_over, len(snapshot.race) > 0
        is_same = before is not None and before.run is snapshot.run and bool(before.race) == races
        self.show_wish(races=races)
        if before is not None and is_same and before.phase.is_over == is_over:
            return
        if is_same and is_over and before is not None and not before.phase.is_past and self.wish.page == "log":
            self.is_chosen = False
        if not self.is_chosen:
            self.show_wish(page="race" if races else "samples" if is_over and not snapshot.missing else "log")

    def draw_table(self, snapshot: Snapshot) -> None:
        areas, data = self.arrangement.areas, snapshot.data
        if "samples" in areas:
            from gdtui.runs.samples import samples

            rows = [] if snapshot.missing else samples(snapshot.run, snapshot.shown.weights, data)
            unit = snapshot.run.objective.unit
            self.samples_view.show(rows, data.feature_names, snapshot.missing, data.standardized, unit)
        if "race" in areas and snapshot.race:
            self.race_view.show(snapshot, self.slots[0].look)
        if "confusion" in areas:
            self.confusion_view.show(snapshot.shown, data.class_names)

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
        view = self._views.get(self.wish.views[self.slots.index(event.view)])
        if self.snapshot is None or self.dialog is not None or view is None:
            return
        from gdtui.views.view import Touch

        touch = Touch(event.column, event.row, *event.view.size, event.kind, event.button, event.digit)
        command = view.touched(self.snapshot, touch)
        if command is not None:
            self.ask(command)
        self.gdtui.redraw()

    # Keys

    def _first(self, change: Callable[[View, Snapshot], bool | Command]) -> None:
        """Have the view in front look another way, or ask for something, or, where there is nothing to it, the other
        view."""
        for place, name in enumerate(self.wish.views[:: -1 if self.wish.front else 1]):
            if self.snapshot is None or (view := self._views.get(name)) is None:  # not drawn yet
                continue
            view.is_pointed = self.is_pointing and place == 0
            if found := change(view, self.snapshot):
                if not isinstance(found, bool):
                    self.ask(found)
                self.gdtui.redraw()
                return

    def action_log_scale(self) -> None:
        self._first(lambda view, shown: view.toggle_log(shown))

    def action_epoch_axis(self) -> None:
        self._first(lambda view, _: view.turn_epochs())

    def action_turn(self, across: int, up: int) -> None:
        self._first(lambda view, shown: view.turn(shown, across, up))

    def tell_link(self) -> bool:
        if self.snapshot is not None:
            self.show_status(self.snapshot)
        band = self.status_lines
        return any(band.status.tail in text for line in band.lines(*band.size) for text, _ in line)

    @property
    def _steered(self) -> Snapshot | None:
        """What can be steered, if anything can: not what somebody else writes."""
        return None if self.snapshot is None or self.snapshot.watched is not None else self.snapshot

    def action_ask_alpha(self) -> AwaitMount | None:
        if self._steered is None:
            return None
        return self.question("alpha, the learning rate", f"{self._steered.alpha:g}", a_positive, ask.SetAlpha)

    def action_ask_recipe(self) -> AwaitMount | None:
        shown = self._steered
        if shown is None:
            return None
        when = "from the next epoch on" if shown.past is None else f"in a fork at epoch {shown.past:,}"
        return self.open("RecipeChoice", shown.recipe, when, then=lambda parts: self.ask(ask.Change(parts)))

    def action_ask_racer(self) -> AwaitMount | None:
        shown = self._steered
        if shown is None:
            return None
        if shown.past is None and shown.stop is not None:  # it would have nothing before it
            self.app.notify("x has another racer join from an epoch of the past on; ← goes there first")
            return None
        alpha = ladder_step(max([shown.alpha, *(racer.recipe.alpha for racer in shown.race)]), up=True)
        when = "" if shown.past is None else f" from epoch {shown.past:,} on"
        title = f"another racer{when}: alpha, optimiser, part=value, with colons"
        return self.question(title, f"{alpha:g}", a_racer, ask.Race)

    def action_ask_epochs(self) -> AwaitMount | None:
        if self._steered is None:
            return None
        return self.question("epochs in all", f"{self._steered.epochs:,}", a_count, ask.SetEpochs)

    def action_quit(self) -> AwaitMount | None:
        if self.snapshot is None:
            self.app.exit(0)
            return None
        return super().action_quit()

    def action_choose_data(self) -> AwaitMount | None:
        shown, own = self._steered, self._own_data
        if shown is None or own is None:
            return None
        return self.open("DataChoice", shown.run.settings.data, own, self.gdtui.is_guest, then=self.ask)

    def ask(self, command: Command) -> AwaitMount | None:
        """Ask the session for something; where that ends a run of which much would be lost, not without a question."""
        shown = self._steered
        drops = command is ask.Do.LEAVE or isinstance(command, ask.Restart | ask.ChooseData | ask.Train)
        if shown is None or not shown.unsaved or not drops or self.gdtui.is_guest:
            return super().ask(command)

        def answered(answer: str) -> None:
            if answer == "y":
                super(Workspace, self).ask(command)
            else:
                self._save(then=command)

        return self.open("Confirm", f"{shown.unsaved} are in no file", then=answered)

    def action_save(self) -> AwaitMount | None:
        if self._steered is not None and self._steered.saved_in is not None:
            self.app.notify(f"saved in {self._steered.saved_in} already")
        elif self._steered is not None:
            return self._save()
        return None

    def _save(self, then: Command | None = None) -> AwaitMount | None:
        assert self.snapshot is not None
        name = f"{self.snapshot.run.data.name.removesuffix('.csv')}-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
        return self.question("save the run as", name, new_path, lambda path: ask.Save(path, then))
