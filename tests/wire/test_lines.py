"""Lines of widgets that draw them themselves: what is drawn anew, and what is not."""

from __future__ import annotations

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip

from gdtui.wire.compositor import FrugalScreen
from gdtui.wire.lines import FrugalWidget


class Framed(FrugalWidget):
    """Notes which of its lines are drawn."""

    DEFAULT_CSS = "Framed { border: round white; width: 20; height: 6; }"

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[int] = []
        self.letter = "a"

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return Strip([Segment(self.letter * self.size.width)])


class Frames(App[None]):
    """One of them on a frugal screen."""

    def __init__(self) -> None:
        super().__init__()
        self.widget = Framed()

    def get_default_screen(self) -> FrugalScreen:
        return FrugalScreen()

    def compose(self) -> ComposeResult:
        yield self.widget

    def lines(self) -> list[str]:
        """The rows of the screen."""
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]


async def test_a_title_has_its_line_of_the_frame_drawn_and_no_other() -> None:
    app = Frames()
    async with app.run_test(size=(30, 8)) as pilot:
        assert app.lines()[1] == f"│{'a' * 18}│"
        for place, row in (("border_title", 0), ("border_subtitle", 5)):
            for text in ("one", "another", "[x]"):
                app.widget.drawn.clear()
                app.widget.entitle(place, Content(text))
                await pilot.pause()
                assert text in app.lines()[row]
                assert app.widget.drawn == []


async def test_what_changes_is_drawn_at_the_end_at_once() -> None:
    app = Frames()
    async with app.run_test(size=(30, 8)) as pilot:
        await pilot.pause()
        screen, widget = app.screen, app.widget
        assert isinstance(screen, FrugalScreen)
        widget.letter = "b"
        with screen.changing():
            widget.refresh(Region(0, 0, 18, 2))
            assert screen._dirty_widgets == {widget}
        assert not screen._dirty_widgets
        assert [line.strip("│") for line in app.lines()[1:5]] == ["b" * 18] * 2 + ["a" * 18] * 2
