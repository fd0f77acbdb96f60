"""The app: carries commands to a session and its snapshots to a screen. What is known of the run is the session's."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from textual.binding import Binding
from textual.screen import Screen
from textual.widget import AwaitMount

from gdtui import anew
from gdtui.data.progress import PROGRESS, Progress
from gdtui.session.commands import Command, Do, Note
from gdtui.settings import CastSettings, Display
from gdtui.tui.board import Board
from gdtui.tui.film import Film
from gdtui.tui.smooth import keep_smooth
from gdtui.tui.themes import OWN, remember, theme_to_show
from gdtui.tui.workspace import Workspace
from gdtui.wire.background import in_background
from gdtui.wire.terminal import TerseApp

if TYPE_CHECKING:
    # These bring NumPy with them: imported after the first paint, off the UI thread.
    from gdtui.session.opening import AnySession

PROGRESS_EVERY = 0.2
"""Seconds, while the data is read that the run begins with."""
PATIENCE = 1.0
"""Seconds that leaving waits for the session."""


class GdtuiApp(TerseApp):
    """gdtui in a terminal.

    Args:
        begin: makes the session; called outside the screen's thread.
        board: the screen to begin with.
        display: how the run is shown.
        film: how the screen is recorded.
    """

    CSS_PATH = Path(__file__).with_name("app.tcss")  # also for subclasses that live elsewhere
    TITLE = "gdtui"
    BINDINGS = [Binding("ctrl+c", "interrupt", "Leave at once", show=False, priority=True)]

    def __init__(
        self,
        begin: Callable[[], AnySession],
        board: Board,
        display: Display,
        film: CastSettings = CastSettings(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__()
        for theme in OWN:
            self.register_theme(theme)
        self.theme = theme_to_show(display.theme, self.available_themes)
        if display.calm or os.environ.get("NO_MOTION"):
            self.animation_level = "none"
        self.session: AnySession | None = None
        self.failure: str | None = None
        """Why it could not begin."""
        self.is_guest = display.guest
        self.film = Film(film, self)
        if film.path is not None:
            self.film.begin(film.path)
        self.begin, self.board, self._asked_for = begin, board, display
        self.turning = threading.Lock()
        """Held while the session does a turn."""
        self._asked, self._early = asyncio.Event(), list[Command]()
        self._rests = self._is_stale = False
        self._told = 0
        """The commands that had been carried out when that was last told."""

    def get_default_screen(self) -> Screen[object]:
        return self.board

    def on_mount(self) -> None:
        self.show_filming()
        self.theme_changed_signal.subscribe(self, lambda _: self.redraw())
        # Not before the first paint: an import holds the interpreter, whichever thread it is in.
        # Nor is a coroutine made before it runs: whoever left in between would be told that it never did.
        self.call_after_refresh(lambda: self.run_worker(self._live, group="session"))  # type: ignore[arg-type]

    # The session

    def ask(self, command: Command) -> None:
        """Ask the session for something; before there is one, it is asked as soon as it is there."""
        (self._early.append if self.session is None else self.session.do)(command)
        self._asked.set()
        if command is Do.LEAVE:  # it may be in the midst of reading what does not end
            self.set_timer(PATIENCE, lambda: self._leave(self.board.snapshot))

    @property
    def is_idle(self) -> bool:
        """Whether all that was asked for is done and shown, and the session stands still until more is asked for, or
        a file that it watches has grown. Only then may others look into it."""
        return self._rests and not self._asked.is_set() and not self.board.is_busy

    def _turn(self, session: AnySession) -> tuple[Iterable[object], Any, Any]:
        """Returns what happened, what is to be shown now, and, while it moves and the terminal is ready, how: a way to
        another thread is a tenth of the work of a frame."""
        with self.turning:
            happened, snapshot = session.turn(), session.snapshot()
        is_due = snapshot.phase.moves and snapshot.asked == self._told and self._is_new(snapshot)
        return happened, snapshot, self._drawn(snapshot) if is_due and self.link.is_ready else None

    def _is_new(self, snapshot: Any) -> bool:
        return self._is_stale or snapshot != self.board.snapshot

    def _drawn(self, snapshot: Any) -> Any:
        self._is_stale = False
        return self.board.draw(snapshot)

    async def _live(self) -> None:
        """Begin, then let the session do its turns, each in a thread of its own, and show what comes of them."""
        PROGRESS.set(progress := Progress())
        timer = self.set_interval(PROGRESS_EVERY, lambda: self.board.show_waiting(progress.text))
        try:
            session = await in_background(self.begin)
        except (ValueError, MemoryError) as error:
            too_large = "the data does not fit into memory; take fewer rows with --samples"
            self.failure = too_large if isinstance(error, MemoryError) else str(error)
            self.exit(2)
            return
        finally:
            timer.stop()
        for command in self._early:
            session.do(command)
        self.session = session
        self.film.keep()
        keep_smooth(self)
        if isinstance(self.board, Workspace) and not hasattr(session, "run"):  # of a file that holds only losses
            from gdtui.tui.comparison import ComparisonBoard

            self.board = ComparisonBoard(self.board.what)
            while len(self.screen_stack) > 1:  # the help, say
                await self.pop_screen()
            await self.push_screen(self.board)
            self.show_filming()
        while True:
            self._asked.clear()
            happened, snapshot, drawn = await in_background(lambda: self._turn(session))
            self._hear(happened)
            if snapshot.is_leaving:
                self._leave(snapshot)
                return
            await self._show(snapshot, drawn)
            self._rests = not (snapshot.phase.moves or snapshot.reading or snapshot.is_judging)
            with suppress(TimeoutError):
                async with asyncio.timeout(session.due()):
                    await self._asked.wait()
            self._rests = False

    def _leave(self, shown: Any) -> None:
        """What the run has come to is the exit code."""
        self.exit(int(shown is not None and shown.is_diverged))

    async def _show(self, snapshot: Any, drawn: Any) -> None:
        """Show this, which may be drawn already, if the terminal is ready for another frame. If it is not, what a key
        did is told at once, and training goes on; where it stands still, this waits until the terminal is ready or more
        is asked for."""
        if drawn is None and not self._is_new(snapshot):
            return
        if snapshot.asked != self._told:
            self.board.show_status(snapshot)
        self._told = snapshot.asked
        if not snapshot.phase.moves and not snapshot.reading:
            waits = [asyncio.ensure_future(wait) for wait in (self.link.wait(), self._asked.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
        if drawn is not None or self.link.is_ready:
            drawn = drawn if drawn is not None else await in_background(partial(self._drawn, snapshot))
            if self.is_running:  # not left meanwhile
                self.frame_due = True
                with self.board.changing():
                    self.board.show(snapshot, drawn)
            if self._is_stale and not snapshot.phase.moves:  # there came more to be seen while it was drawn
                self._asked.set()

    def redraw(self) -> None:
        """The drawings are others."""
        self._is_stale = True
        self._asked.set()

    def wake(self) -> None:
        """The same, told by any thread: where frames come by themselves, they are enough."""
        self._is_stale = True
        if not (self.board.snapshot and self.board.snapshot.phase.moves):
            self.call_later(self.redraw)

    def _hear(self, happened: Iterable[object]) -> None:
        from gdtui.session.log import Marked, Said

        for event in happened:
            match event:
                case Marked(text):
                    self.film.mark(text)
                case Said(text, is_error):
                    self.board.hear(text, is_error)

    # Keys of every screen

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While there is a dialog, letters are its own."""
        is_free = self.board.dialog is None or action not in ("still", "record", "choose_theme")
        return is_free and f"app.{action}" not in self.board.refused

    def action_interrupt(self) -> None:
        self.exit(130)

    async def action_record(self) -> None:
        await self._film(self.film.begin_or_end())

    async def action_still(self) -> None:
        await self._film(self.film.still())

    async def _film(self, act: Awaitable[str]) -> None:
        try:
            self._filmed(await act)
        except ValueError as error:
            self.notify(str(error), severity="error", timeout=10)

    def _filmed(self, text: str) -> None:
        """Say what came of it, in a corner and in the log."""
        self.show_filming()
        self.notify(text)
        self.ask(Note(text))

    def action_command_palette(self) -> None:
        if self.screen is self.board and self.board.dialog is None:
            from gdtui.tui.palette import Keys, Palette  # the first paint does not wait for it

            self.push_screen(Palette([Keys], id="--command-palette"))

    def action_choose_theme(self) -> AwaitMount | None:

        def chosen(name: str) -> None:
            try:
                if not self.is_guest:
                    remember(name)
            except OSError as error:
                self.notify(f"the theme cannot be remembered: {error.strerror or error}", severity="warning")

        return self.board.open("ThemeChoice", sorted(self.available_themes), then=chosen)

    # Recording

    def send(self, text: str) -> None:
        super().send(text)
        failure = self.film.drawn(text)
        if failure:
            self.call_later(self._filmed, failure)

    def show_filming(self) -> None:
        """Show the sign that the screen is recorded, while it is."""
        self.board.set_class(self.film.path is not None, "filming")

    # The terminal goes away

    def on_load(self) -> None:
        if sys.platform == "win32":
            return
        is_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # begun with nohup
        self._outlives_hangup = self._asked_for.detach or is_ignored
        if self._asked_for.detach and not is_ignored:
            with suppress(ValueError):  # not in the main thread
                signal.signal(signal.SIGHUP, partial(self._hear_hangup, asyncio.get_running_loop()))

    def _hear_hangup(self, loop: asyncio.AbstractEventLoop, *_: object) -> None:
        try:
            loop.call_soon_threadsafe(self.hung_up)
        except RuntimeError:  # the loop has ended
            super().hung_up()

    def hung_up(self) -> NoReturn:
        """Train on without a screen, if that was asked for and the run is in a file: as another program in this
        process, which goes on from the file as any `gdtui resume` does."""
        shown = self.board.snapshot
        if shown is None and self.session is not None:  # it trains already, and the first frame is not drawn yet
            shown = self.session.snapshot()
        if not self._outlives_hangup or shown is None or shown.saved_in is None or shown.is_over:
            super().hung_up()
        how = "resume", shown.saved_in, "--plain", "--speed", "max" if shown.is_max else repr(shown.rate)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.execv(sys.executable, anew.command(*how, *self._asked_for.elsewhere))
