"""The command palette: what can be done now, by its name, with its key beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, cast

from textual import work
from textual.app import ComposeResult
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.css.query import NoMatches
from textual.events import Click
from textual.message import Message
from textual.widgets import Input, OptionList

from gdtui.encoding import named
from gdtui.tui.board import Board
from gdtui.tui.choices import Settled
from gdtui.tui.possible import can_be_done

COLUMN = 46
"""Columns from the begin of a name to that of its key, where there is room."""
ROOM = COLUMN + 14
MOST = 60
"""Characters that are searched for: each that is typed begins a search, and ends all those before it."""


class Entry(NamedTuple):
    """Something that can be done."""

    name: str
    """Its group, and what it does."""
    shown: str
    """Its key."""
    act: Callable[[], Any]


def entries(board: Board) -> Iterator[Entry]:
    """All that can be done now, in the order of the keys' table."""
    for key in board.keys:
        if key.action != "app.command_palette" and can_be_done(key, board.snapshot):
            run = partial(board.app.run_action, key.binding, default_namespace=board)
            yield Entry(named(f"{key.group}: {key.help}"), named(key.shown), run)


class Keys(Provider):
    """Finds these entries."""

    async def discover(self) -> Hits:
        for entry in entries(self._board):
            yield DiscoveryHit(self._line(Content(entry.name), entry), entry.act, text=entry.name)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for entry in entries(self._board):
            if (score := matcher.match(entry.name)) > 0:
                line = self._line(matcher.highlight(entry.name), entry)
                yield Hit(score, line, entry.act, text=entry.name)

    @property
    def _board(self) -> Board:
        return cast(Board, self.screen)

    def _line(self, name: Content, entry: Entry) -> Content:
        """The key is in a column of its own, where there is room."""
        blank = COLUMN - name.cell_length if self.app.size.width >= ROOM else 2
        return Content.assemble(name, " " * max(2, blank), (entry.shown, "not bold"))


class Found(CommandList, Settled, can_focus=False):
    """What was found."""


class Palette(CommandPalette):
    """Textual's own takes whatever screen is uppermost away at each answer, or click beside it, also at a second."""

    DEFAULT_CSS = """
    Palette.short > Vertical { margin-top: 0; }
    Palette.short CommandList { max-height: 66vh; }
    """
    VERTICAL_BREAKPOINTS = [(0, "short"), (24, "high")]

    def compose(self) -> ComposeResult:
        for part in super().compose():
            yield Found() if isinstance(part, CommandList) else part

    def on_mount(self) -> None:
        for line in self.query(Input):  # there is none, where it is closed before it is there
            line.max_length = MOST

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Keys that come before its parts are there have nothing to do yet."""
        return bool(self.query(Input))

    async def _dispatch_message(self, message: Message) -> None:
        if self.is_current or not isinstance(message, Input.Submitted | OptionList.OptionSelected | Click):
            await super()._dispatch_message(message)

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        with suppress(NoMatches):  # its parts are there no more, since it is closed
            await CommandPalette._gather_commands.__wrapped__(self, search_value)  # type: ignore[attr-defined]

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError):  # the list is not laid out yet
            super()._action_command_list(action)
