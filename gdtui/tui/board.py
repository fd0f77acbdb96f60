"""What the screens of the app have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize
from textual.widget import AwaitMount, Widget
from textual.widgets import Static

from gdtui.session.commands import Command, Do
from gdtui.text import printable
from gdtui.tui.arrangement import Area, Arrangement
from gdtui.tui.bindings import BINDINGS, NOT_FOR_GUESTS, STEERING, Key, of_guests
from gdtui.tui.key_bar import KeyBar
from gdtui.tui.panes import Panes
from gdtui.wire.compositor import FrugalScreen
from gdtui.wire.lines import FrugalWidget

if TYPE_CHECKING:
    from gdtui.tui.app import GdtuiApp
    from gdtui.tui.dialogs import Dialog

FRAMES = tuple(f"{places}-{frame}" for places in ("charts", "pages") for frame in ("round", "rule", "none"))
"""The classes that say which frames there are around which places."""


class Board(FrugalScreen):
    """A screen that shows snapshots of a session, and whose keys ask it for things.

    Args:
        what: what is shown, for the title, until the session tells it better.
    """

    keys: Sequence[Key] = BINDINGS
    """All that can be done."""
    refused: Collection[str] = ()
    """The actions that are not for whoever looks."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.snapshot: Any = None
        """What is shown."""
        self.what = what
        self.dialog: Dialog | None = None
        self.shows_link = False
        self.title_view = Static(f"gdtui  {printable(what)}", id="title", markup=False)
        self.panes: Panes
        """All that is shown but dialogs."""
        self.key_bar = KeyBar(self.keys, id="foot")

    def arranged(self, width: int, height: int) -> Arrangement:
        """What is where, in a window of that size."""
        raise NotImplementedError

    @property
    def arrangement(self) -> Arrangement:
        """What is where now."""
        return self.arranged(*self.panes.size)  # a screen that is being taken down has no size

    def areas(self, width: int, height: int) -> dict[str, Area]:
        """The areas of `arranged`."""
        return self.arranged(width, height).areas

    def compose(self) -> ComposeResult:
        self.rearrange(*self.app.size)  # before anything has a style: later, a class has all of them looked up anew
        yield self.panes

    def on_mount(self) -> None:
        if self.gdtui.is_guest:
            self.keys, self.refused = of_guests(self.keys), NOT_FOR_GUESTS
            self.key_bar.have(self.keys)

    def on_resize(self, event: Resize) -> None:
        self.rearrange(*event.size)

    def rearrange(self, width: int = 0, height: int = 0) -> None:
        """Something else is to be seen, or there is other room for it, where that is told."""
        arranged = self.arranged(width, height) if width else self.arrangement
        wanted = f"charts-{arranged.charts}", f"pages-{arranged.pages}"
        # All at once: each change looks up the styles of all that is on the screen anew.
        self.update_classes({name: name in wanted for name in FRAMES})
        self.panes.place()

    def draw(self, snapshot: Any) -> Any:
        """The drawings, for `show`. Called outside the screen's thread, since they may take long."""
        raise NotImplementedError

    def show(self, snapshot: Any, drawn: Any) -> None:
        """Show this from now on."""
        raise NotImplementedError

    def show_title(self, title: str) -> None:
        """Show this at the top, and behind the name of the program the link's speed, if that is to be shown."""
        name, gap, rest = title.partition("  ")
        parts = [name, gap, f"{self.gdtui.link.text()}  ·  " * self.shows_link, rest]
        self.title_view.update(printable("".join(parts)))

    def action_link(self) -> None:
        """Show how fast the link is, or no more; once, where it has no room to be shown all the time."""
        self.shows_link = not self.shows_link
        if self.snapshot is not None and not self.tell_link() and self.shows_link:
            self.app.notify(self.gdtui.link.text())

    def tell_link(self) -> bool:
        """Show the link's speed where it belongs, or take it away. Returns whether there is room for it."""
        self.show_title(self.headline)
        return "head" in self.arrangement.areas

    @property
    def headline(self) -> str:
        """What stands at the top of the screen."""
        return f"gdtui  {self.what}"

    def draw_table(self, snapshot: Any) -> None:
        """Draw the table, where one is shown that its room decides about."""

    @property
    def is_busy(self) -> bool:
        """Whether more is to be seen soon, though the session stands still."""
        return False

    def hear(self, text: str, is_error: bool) -> None:
        """Say what came of a command."""
        self.app.notify(text, severity="error" if is_error else "information", timeout=10 if is_error else None)

    def show_status(self, snapshot: Any) -> None:
        """Show at once what a key has changed, though the terminal is not ready for a frame."""

    def show_waiting(self, text: str) -> None:
        """Show how far the data is read that is awaited; nothing is known of it where that is empty."""

    def head(self, *others: Widget) -> Widget:
        """The title, others beside it, and the sign that says that the screen is recorded; shown while it is."""
        return Horizontal(self.title_view, *others, Static("● rec", id="rec", markup=False), id="head")

    @property
    def gdtui(self) -> GdtuiApp:
        """The app, by its own type."""
        return cast("GdtuiApp", self.app)

    def ask(self, command: Command) -> AwaitMount | None:
        """Ask the session for something; what a dialog covers asks for nothing. Returns what `open` does, where
        something is asked first."""
        if self.dialog is None:
            self.gdtui.ask(command)
        return None

    def open(self, name: str, *about: Any, then: Callable[[Any], object] = lambda _: None) -> AwaitMount | None:
        """Ask by way of a dialog of that name, and do something with the answer, if there is one. Whoever opens it by a
        key returns what this returns: the keys after it wait until it is there to take them."""
        from gdtui.tui import data_choice, dialogs, filter_line, recipe_choice  # the first paint does not wait for them

        def answered(answer: Any) -> None:
            self.dialog, self.key_bar.of_dialog = None, ()
            self.take_keys()
            if answer is not None:
                then(answer)

        if not (self.is_attached and self.is_mounted):  # before there is a screen, or when it is taken down
            return None
        where = {"DataChoice": data_choice, "RecipeChoice": recipe_choice, "FilterLine": filter_line}.get(name, dialogs)
        self.dialog = dialog = getattr(where, name)(*about)
        dialog.answered, self.key_bar.of_dialog = answered, dialog.footers
        self.take_keys()
        return self.mount(dialog)

    def question(
        self, title: str, value: str, read: Callable[[str], Any], command: Callable[[Any], Command]
    ) -> AwaitMount | None:
        """Ask the session for something, with an argument that is typed; see `Question`."""
        return self.open("Question", title, value, read, then=lambda answer: self.ask(command(answer)))

    def take_keys(self) -> None:
        """Have the keys, but for those that a dialog has, which may have come or gone."""

    def set_focus(self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False) -> None:
        """A dialog keeps the focus until it is answered: a click beyond the window would leave it to nobody, and the
        next key would be lost. So would all keys where one that is answered, and about to go, is clicked on."""
        is_gone = any(getattr(one, "is_answered", False) for one in (widget.ancestors_with_self if widget else ()))
        if not is_gone and (widget is not None or self.dialog is None or self.dialog.is_answered):
            super().set_focus(widget, scroll_visible, from_app_focus)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While there is a dialog, the keys are its own."""
        return self.dialog is None and action not in self.refused

    def on_resized(self) -> None:
        """Tables are drawn anew at once, charts when the terminal is ready for a frame."""
        if self.snapshot is not None:
            self.draw_table(self.snapshot)
        self.gdtui.redraw()

    def action_ask(self, action: str) -> AwaitMount | None:
        """What a key of the table asks for."""
        return self.ask(next(key.command for key in self.keys if key.action == action and key.command is not None))

    def action_quit(self) -> AwaitMount | None:
        return self.ask(Do.LEAVE)

    def action_help(self) -> AwaitMount | None:
        is_others = getattr(self.snapshot, "watched", None) is not None or hasattr(self.snapshot, "wheel")
        looking = (key for key in self.keys if key.group != "Steer" and key.action not in STEERING)
        return self.open("Help", [*looking] if is_others and self.gdtui.is_guest else self.keys, self.snapshot)


def panel(widget: Widget, title: str) -> Widget:
    """A widget in a frame with a title."""
    entitle(widget, title)
    return widget.add_class("panel")


def entitle(widget: Widget, title: str | Content, below: str | None = None) -> None:
    """Write this into a widget's frame, unless it is there: even the same would be laid out anew. None leaves what is
    below as it is."""
    for place, text in (("border_title", title), ("border_subtitle", below)):
        if text is None:
            continue
        content = text if isinstance(text, Content) else literal(text)
        if content.markup == getattr(widget, place):
            continue
        if isinstance(widget, FrugalWidget):
            widget.entitle(place, content)
        else:
            setattr(widget, place, content)


@lru_cache
def literal(text: str, style: str = "") -> Content:
    """A text as it is: of a plain one Textual would take brackets, of a class, say, for markup."""
    return Content.styled(printable(text), style) if style else Content(printable(text))
