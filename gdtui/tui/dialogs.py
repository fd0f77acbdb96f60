"""Dialogs over the panels: questions, a choice of data, the help.

They are widgets of the board and no screens of their own: Textual would draw the whole screen beneath a modal one anew
with each frame. So training goes on to be seen, and only what a dialog covers is sent.
"""

from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from itertools import groupby, zip_longest
from textwrap import TextWrapper
from typing import Any, ClassVar, get_args

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from gdtui.encoding import named
from gdtui.text import printable
from gdtui.tui import bindings
from gdtui.tui.choices import Settled
from gdtui.tui.possible import can_be_done

HELP_WIDTH = 116
"""Columns, as the style sheet has it too."""
SHORT = 16
"""Rows of a screen below which dialogs leave out what is blank."""
FRAME = 7
"""Columns of a dialog that its frame, its padding and its scroll bar take."""
SIDE_BY_SIDE, BETWEEN = 86, 2
"""Columns from which on the keys are in two columns, and those between them."""


class Dialog(VerticalScroll):
    """Has the keys until it is answered; None is no answer.

    Args:
        title: what is asked.
        parts: what is below it; the first that can be focused has the keys.
    """

    answered: Callable[[Any], None]
    """Called with the answer."""

    footers: ClassVar[tuple[str, ...]] = "enter Take it", "escape Leave it"
    """Its keys, each with a word, for the foot of the screen."""

    def __init__(self, title: str, *parts: Widget) -> None:
        super().__init__(Label(title, classes="dialog-title", markup=False), *parts)
        self._parts, self.is_answered = parts, False

    def on_mount(self) -> None:
        self.take_keys()

    def take_keys(self) -> None:
        """At once: keys that came in the same read are the next to be handed on. Which part is to have them may change
        while the dialog is open."""
        self.screen.set_focus(next((part for part in self._parts if part.can_focus), self))

    def on_resize(self) -> None:
        self.set_class(self.screen.size.height < SHORT, "short")

    def action_answer(self, answer: Any = None) -> None:
        """Answer once: more keys may have come in the same read, before this is gone."""
        answered, self.answered, self.is_answered = self.answered, lambda _: None, True
        if self.is_attached:
            self.screen.set_focus(None)  # the next key is not for what is being removed
        self.remove()
        answered(answer)


MOST = 300
"""Characters of a line: each that is typed is measured together with all others."""


class Line(Input):
    """A text that is typed, or pasted: with nothing that a terminal would obey."""

    def __init__(self, value: str = "", **options: Any) -> None:
        super().__init__(value, max_length=MOST, **options)

    def validate_value(self, value: str) -> str:
        return printable(value)

    async def on_key(self, event: Key) -> None:
        """Do what other keys than letters are bound to at once: Textual would have the event rise to the app first, and
        so delete after the letters that came in the same read, and not before them."""
        bound = None if event.is_printable else self.screen.active_bindings.get(event.key)
        if bound is not None and bound.node is self:
            event.stop()
            await self.app.run_action(bound.binding.action, self)


class Question(Dialog):
    """Asks for a text.

    Args:
        title: see `Dialog`.
        value: what stands there to begin with.
        read: turns the text into the answer, or raises ValueError or ArgumentTypeError with what is wrong.
    """

    BINDINGS = [Binding("escape", "answer", "Cancel")]

    def __init__(self, title: str, value: str, read: Callable[[str], Any]) -> None:
        self._input, self._read = Line(value, select_on_focus=True), read
        self._hint = Label("enter takes it, escape leaves it", markup=False)
        super().__init__(title, self._input, self._hint)

    def on_mount(self) -> None:
        self._input.cursor_blink = self.app.animation_level != "none"

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            self.action_answer(self._read(event.value.strip()))
        except (ValueError, ArgumentTypeError) as error:
            self._hint.update(printable(str(error)))
            self._hint.add_class("wrong")


class Confirm(Dialog):
    """Asks before something is lost; the answer is y, w (save it first), or None."""

    BINDINGS = [
        Binding("y", "answer('y')", "Drop them"),
        Binding("w", "answer('w')", "Save first"),
        Binding("n,escape,q", "answer", "Stay"),
    ]
    footers = "y Drop", "w Save", "n Stay"

    def __init__(self, title: str) -> None:
        super().__init__(title, Label("y drops them, w saves first, n or escape stays here", markup=False))


class ThemeChoice(Dialog):
    """Asks for a theme, and shows each as it is come to; the answer is its name.

    Args:
        names: of all themes.
    """

    BINDINGS = [Binding("escape,T,q", "answer", "As before")]
    footers = "↑↓ Choose", "enter Keep", "escape As before"

    def __init__(self, names: Sequence[str]) -> None:
        self._names, self._before = names, ""
        super().__init__("Theme: enter keeps it", Settled(*(Option(name, name) for name in names)))

    def on_mount(self) -> None:
        self._before = self.app.theme
        self.query_one(OptionList).highlighted = self._names.index(self._before)
        super().on_mount()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if self.is_attached and self._before:
            self.app.theme = str(event.option.id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.action_answer(event.option.id)

    def action_answer(self, answer: Any = None) -> None:
        before, self._before = self._before, ""  # a highlight that is still to be told of changes nothing any more
        if answer is None and before:
            self.app.theme = before
        super().action_answer(answer)


class Help(Dialog):
    """Every key, in groups; those that do nothing now are dim.

    Args:
        keys: the table of them.
        shown: the snapshot that says what can be done now.
    """

    BINDINGS = [Binding("escape,question_mark,q,enter,space", "answer", "Close")]
    footers = "↑↓ Scroll", "escape Close"

    def __init__(self, keys: Sequence[bindings.Key], shown: Any) -> None:
        keys = (*keys, *(bindings.MOUSE if any(key.action == "cursor" for key in keys) else ()))
        called = (key._replace(shown=named(key.shown), help=named(key.help)) for key in keys)
        self._keys = [(key, can_be_done(key, shown)) for key in called]
        self._table, self._columns = Static(id="keys"), 0
        super().__init__("Keys (dim: nothing to do now)", self._table)

    def on_mount(self) -> None:
        super().on_mount()
        self.on_resize()

    def on_resize(self) -> None:
        super().on_resize()
        columns = min(HELP_WIDTH, self.screen.size.width * 95 // 100) - FRAME
        if columns != self._columns:
            self._columns = columns
            self._table.update(key_table(self._keys, columns))


def key_table(keys: Sequence[tuple[bindings.Key, bool]], columns: int) -> Content:
    """The keys by groups, each with whether it does something now: side by side where there is room. A table by rich
    takes 17 ms for each of Textual's measurings, in which nothing else could be drawn."""
    margin = max(len(key.shown) for key, _ in keys) + 2
    is_wide = columns >= SIDE_BY_SIDE
    width = (columns - BETWEEN) // 2 if is_wide else columns
    wrap = TextWrapper(max(width, margin + 8), subsequent_indent=" " * margin).wrap
    blocks: list[list[Content]] = []
    order = get_args(bindings.Group)
    in_order = sorted(keys, key=lambda pair: order.index(pair[0].group))
    for group, members in groupby(in_order, lambda pair: pair[0].group):
        lines = [Content(""), Content.styled(group, "bold $text-primary")]
        for key, is_possible in members:
            first, *others = wrap(f"{key.shown:<{margin}}{key.help}")
            name = Content.styled(first[:margin], "bold")
            entry = Content("\n").join([name + first[margin:], *map(Content, others)])
            lines += (entry if is_possible else entry.stylize("dim")).split("\n")
        blocks.append(lines)
    if not is_wide:
        return Content("\n").join([line for block in blocks for line in block][1:])
    splits = range(1, len(blocks) + 1)
    split = min(splits, key=lambda at: max(sum(map(len, blocks[:at])), sum(map(len, blocks[at:]))))
    sides = [[line for block in part for line in block][1:] for part in (blocks[:split], blocks[split:])]
    rows = zip_longest(*sides, fillvalue=Content(""))
    return Content("\n").join([left.pad_right(width + BETWEEN - left.cell_length) + right for left, right in rows])
