"""Screens over the main one: questions, a choice of data, the help."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from gdtui.numbers import whole_number
from gdtui.settings import BUILT_IN_SETS, MOST_EPOCHS
from gdtui.tui.bindings import BINDINGS as ALL_KEYS
from gdtui.tui.bindings import Key

Answer = TypeVar("Answer")
DESCRIPTIONS = {
    "blobs": "two clouds, the article's own",
    "moons": "two half moons; a line cannot quite part them",
    "circles": "one within the other; a line cannot part them",
    "xor": "four quarters, crosswise; a line cannot part them",
    "iris": "two species of iris, 4 features",
    "breast-cancer": "tumours, malignant or benign, 30 features",
}


class Question(ModalScreen[Answer | None], Generic[Answer]):
    """Asks for one thing; dismissed with it, or with None.

    Args:
        title: what is asked.
        value: what stands there to begin with.
        read: turns the text into the answer, or raises ValueError with what is wrong.
    """

    BINDINGS = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, title: str, value: str, read: Callable[[str], Answer]) -> None:
        super().__init__()
        self._title, self._value, self._read = title, value, read

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="dialog-title", markup=False)
            question = Input(self._value, select_on_focus=True)
            question.cursor_blink = self.app.animation_level != "none"
            yield question
            yield Label("enter takes it, escape leaves it", id="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(self._read(event.value.strip()))
        except ValueError as error:
            hint = self.query_one("#hint", Label)
            hint.update(str(error))
            hint.add_class("wrong")


class Confirm(ModalScreen[str | None]):
    """Asks before something is lost; dismissed with y, with w (save it first), or with None.

    Args:
        title: what would be lost.
    """

    BINDINGS = [
        Binding("y", "dismiss('y')", "Drop them"),
        Binding("w", "dismiss('w')", "Save first"),
        Binding("n,escape,q", "dismiss(None)", "Stay"),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="dialog-title", markup=False)
            yield Label("y drops them, w saves first, n or escape stays here", markup=False)


class DataChoice(ModalScreen[str | None]):
    """Asks for a data set; dismissed with its name, or with None.

    Args:
        current: what is trained on now.
        own: what the command line named; offered too where it is a file.
    """

    BINDINGS = [Binding("escape,d", "dismiss(None)", "Cancel")]

    def __init__(self, current: str, own: str) -> None:
        super().__init__()
        self._sets = list(BUILT_IN_SETS) if own in BUILT_IN_SETS else [*BUILT_IN_SETS, own]
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Train on", classes="dialog-title")
            yield OptionList(
                *(Option(f"{name:<14} {DESCRIPTIONS.get(name, 'your file')}", id=name) for name in self._sets)
            )

    def on_mount(self) -> None:
        if self._current in self._sets:
            self.query_one(OptionList).highlighted = self._sets.index(self._current)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)


class Help(ModalScreen[None]):
    """Every key.

    Args:
        keys: the table of them.
    """

    BINDINGS = [Binding("escape,question_mark,q,enter,space", "dismiss(None)", "Close")]

    def __init__(self, keys: Sequence[Key] = ALL_KEYS) -> None:
        super().__init__()
        self._table = keys

    def compose(self) -> ComposeResult:
        keys = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        keys.add_column(style="bold", no_wrap=True)
        keys.add_column()
        for key in self._table:
            keys.add_row(key.shown, key.help)
        keys.add_row("ctrl+p", "Command palette: all of these, and the theme")
        with VerticalScroll(classes="dialog help"):
            yield Label("Keys", classes="dialog-title")
            yield Static(keys)


def read_alpha(text: str) -> float:
    """A learning rate, as typed. Raises ValueError with what is wrong."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < math.inf:
        raise ValueError(f"{text!r} is not a number greater than 0")
    return value


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


def read_epochs(text: str) -> int:
    """A number of epochs, as typed. Raises ValueError with what is wrong."""
    try:
        value = whole_number(text)
    except ValueError:
        value = 0
    if value < 1:
        raise ValueError(f"{text!r} is not a whole number of at least 1")
    if value > MOST_EPOCHS:
        raise ValueError(f"there are at most {MOST_EPOCHS:,} epochs")
    return value
