"""The dialog in which a recipe is changed: a list of its parts, each with its value and what it does."""

from __future__ import annotations

from argparse import ArgumentTypeError
from dataclasses import replace
from typing import Any

from textual.binding import Binding
from textual.content import Content
from textual.events import Key
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from gdtui.recipe_options import RECIPE, RULES, Part
from gdtui.settings import Recipe
from gdtui.text import printable
from gdtui.tui.choices import Settled
from gdtui.tui.dialogs import Dialog, Line

NAME, VALUE = 13, 12
"""Columns of a part's name and of its value."""
HINT = "←→ change it, or type a value; enter takes all, escape none"
NARROW = 60
"""Columns of a screen below which there is no room for what each part does."""
WHOLE, HIGH = 110, 22
"""Columns of a screen from which there is room for all of that, and rows from which it has room below the list too."""


class RecipeChoice(Dialog):
    """Asks how steps are taken; the answer is what is changed, as (part, value) pairs.

    Args:
        recipe: as it is.
        when: from which epoch on it counts, in words.
    """

    footers = "←→ Change", "enter Take all", "escape Leave it"
    BINDINGS = [
        Binding("escape", "leave", "Cancel"),
        Binding("enter", "take", "Take all", priority=True),
        Binding("left", "turn(-1)", "Before", priority=True),
        Binding("right", "turn(1)", "Next", priority=True),
    ]

    def __init__(self, recipe: Recipe, when: str) -> None:
        self._before = self._recipe = recipe
        self._is_narrow = False
        self._list = Settled(*(Option("", part.name) for part in RECIPE), markup=False)
        self._line, self._hint = Line(select_on_focus=False), Label(HINT, markup=False)
        self._about = Label("", markup=False, id="about")
        self._line.display = False
        super().__init__(f"Steps, {when}", self._list, self._about, self._line, self._hint)

    def on_mount(self) -> None:
        self._list.highlighted = 0
        self.on_resize()
        self._line.cursor_blink = self.app.animation_level != "none"
        super().on_mount()

    def on_resize(self) -> None:
        super().on_resize()
        width, height = self.screen.size
        self._is_narrow = width < NARROW
        self._about.display = width < WHOLE and height >= HIGH
        self._tell()

    @property
    def _part(self) -> Part:
        return RECIPE[self._list.highlighted or 0]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While a value is typed, ← and → are its own."""
        return not (action == "turn" and self._line.display)

    def action_turn(self, by: int) -> None:
        part = self._part
        self._set(part, part.next(getattr(self._recipe, part.name), by > 0))

    def action_take(self) -> None:
        if self._line.display:
            self._read()
        else:
            names = [part.name for part in RECIPE]
            changed = [name for name in names if getattr(self._recipe, name) != getattr(self._before, name)]
            self.action_answer(tuple((name, getattr(self._recipe, name)) for name in changed))

    def action_leave(self) -> None:
        if self._line.display:
            self._close_line()
        else:
            self.action_answer()

    def on_key(self, event: Key) -> None:
        """A figure begins a value that is typed."""
        if event.character and event.character in "0123456789." and not self._line.display and not self._part.choices:
            event.stop()
            self._line.display, self._list.can_focus = True, False
            self._line.value = event.character
            self._line.cursor_position = 1
            self.take_keys()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._tell()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A press of the mouse goes on to the next value."""
        event.stop()
        self.action_turn(1)

    def _read(self) -> None:
        part = self._part
        try:
            self._set(part, part.read(self._line.value.strip()))
        except ArgumentTypeError as error:
            self._hint.update(printable(str(error)))
            self._hint.add_class("wrong")
            self.call_after_refresh(self._hint.scroll_visible, animate=False)
        else:
            self._close_line()

    def _close_line(self) -> None:
        self._line.display, self._list.can_focus = False, True
        self.take_keys()
        self._hint.update(HINT)
        self._hint.remove_class("wrong")

    def _set(self, part: Part, value: Any) -> None:
        self._recipe = replace(self._recipe, **{part.name: value})
        self._tell()

    def _tell(self) -> None:
        for part in RECIPE:
            self._list.replace_option_prompt(part.name, _told(part, self._recipe, self._is_narrow))
        self._about.update(_about(self._part, getattr(self._recipe, self._part.name)))


def _told(part: Part, recipe: Recipe, is_narrow: bool) -> Content:
    """A row of the list; dim where the recipe makes no use of it."""
    value = getattr(recipe, part.name)
    word = "all" if part.name == "batch_size" else "default"
    shown = word if value is None else value if isinstance(value, str) else f"{value:g}"
    about = "" if is_narrow else _about(part, value)
    line = Content.assemble(f"{part.name.replace('_', ' '):<{NAME}}", (f"{shown:<{VALUE}}", "bold"), about)
    return line if part.is_used(recipe) else line.stylize("dim")


def _about(part: Part, value: Any) -> str:
    """What a part does."""
    return RULES[value] if part.choices else part.about.rpartition(" (")[0]
