"""The choice of data: from a list, or a file whose path is typed, with options behind it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import NoReturn

from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region
from textual.suggester import Suggester
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from gdtui.lessons.lesson import Lesson
from gdtui.lessons.reading import read
from gdtui.options import Parser, add_data, data_from
from gdtui.session.commands import ChooseData, Train
from gdtui.settings import BUILT_IN_SETS, EMPTY, LESSONS, TABLES, TWO_FEATURE_SETS, DataSettings
from gdtui.text import printable
from gdtui.tui.choices import Settled
from gdtui.tui.dialogs import Dialog, Line
from gdtui.wire.background import in_background

MOST_NAMES = 10_000
"""Names of a folder that are looked at for a completion."""
NARROW = 50
"""Columns of a screen below which there is no room for what each set is."""
DESCRIPTIONS = {
    "blobs": "two clouds, the article's own",
    "moons": "two half moons; no line quite parts them",
    "circles": "one within the other; no line parts them",
    "xor": "four quarters, crosswise; no line parts them",
    "iris": "two species, or three with --classes all",
    "wine": "three growers' wines, 13 features",
    "breast-cancer": "tumours, malignant or benign, 30 features",
    "digits": "ten digits by hand, 64 pixels",
    "none": "an empty plane, to be filled by hand",
}


class DataChoice(Dialog):
    """Asks for a data set, or a lesson's situation; the answer is the command that trains on it. What was said of a set
    that is known, its columns and noise, does not apply to others; what was changed of it by hand is left behind.

    Args:
        current: what is trained on now; offered too where it is a file.
        own: what the command line named; the same.
        is_guest: whether there is no more to choose than what is in the list; see `gdtui.guests`.
    """

    BINDINGS = [Binding("escape", "answer", "Cancel")]

    def __init__(self, current: DataSettings, own: DataSettings, is_guest: bool = False) -> None:
        self._known = {data.source: replace(data, edits=()) for data in (own, current)}
        self._other = DataSettings(seed=own.seed, test_size=own.test_size)
        """What counts for others too."""
        self._sets = sets = [*dict.fromkeys((*BUILT_IN_SETS, *self._known))]
        self._lessons = [read(name) for name in LESSONS]
        self._is_narrow = False
        told = [Option(line, name) for line, name in zip_longest(self._told(), sets)]
        self._list = Settled(*told, markup=False)
        self._list.can_focus = is_guest  # else the keys are the input's
        self._list.highlighted = sets.index(current.source)
        self._hint = Label("or type a path (tab completes it), and the options of gdtui --help", markup=False)
        typed = [PathInput(self._list), self._list, self._hint]
        super().__init__("Train on", *([self._list] if is_guest else typed))

    def on_mount(self) -> None:
        super().on_mount()
        for line in self.query(PathInput):
            line.cursor_blink = self.app.animation_level != "none"

    def on_resize(self) -> None:
        """Leave out what there is no room for but a few letters."""
        super().on_resize()
        is_narrow = self.screen.size.width < NARROW
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            for at, line in enumerate(self._told()):
                self._list.replace_option_prompt_at_index(at, line)

    def _told(self) -> list[Content]:
        """The lines of the list."""
        sets = (_told(name, self._is_narrow) for name in self._sets)
        return [*sets, *(_lesson_told(one, self._is_narrow) for one in self._lessons)]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        chosen = self._list.highlighted
        if chosen is not None:
            self._answer_line(chosen)
            return
        try:
            self.action_answer(ChooseData(data_at(event.value.strip(), [*self._known.values()], self._other)))
        except ValueError as error:
            self._hint.update(printable(str(error)))
            self._hint.add_class("wrong")
            self._hint.scroll_visible(animate=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Where there is little room, the list is longer than the dialog."""
        row = self._list.virtual_region.y + event.option_index
        self.scroll_to_region(Region(0, row, 1, 1), animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._answer_line(event.option_index)

    def _answer_line(self, number: int) -> None:
        """Answer with that line of the list: a set, or below them a lesson."""
        sets = len(self._sets)
        if number < sets:
            name = self._sets[number]
            self.action_answer(ChooseData(self._known.get(name, replace(self._other, source=name))))
        else:
            situation = self._lessons[number - sets].situation
            self.action_answer(Train(situation.settings, situation.rivals, situation.speed))


def _told(name: str, is_narrow: bool) -> Content:
    """What the list says of a data set."""
    kind = "made up" if name in TWO_FEATURE_SETS else "empty" if name == EMPTY else "real"
    about = DESCRIPTIONS.get(name, "your file")
    return Content(f"{printable(name):<14} {kind}" if is_narrow else f"{printable(name):<14} {kind:<8} {about}")


def _lesson_told(lesson: Lesson, is_narrow: bool) -> Content:
    """What the list says of a lesson's situation."""
    return Content(f"{lesson.name:<14} lesson" + f"   {lesson.title}" * (not is_narrow))


class PathInput(Line):
    """Takes what is typed, and completes paths; the keys that move in a list move in that one."""

    BINDINGS = [
        *(Binding(key, f"in_list('cursor_{key}')", show=False) for key in ("up", "down")),
        *(Binding(key, f"in_list('{action}')", show=False) for key, action in
          (("pageup", "page_up"), ("pagedown", "page_down"), ("home", "first"), ("end", "last"))),
        Binding("tab", "complete", show=False),
    ]  # fmt: skip

    def __init__(self, choices: OptionList) -> None:
        self._choices, self._paths = choices, PathSuggester()
        super().__init__(suggester=self._paths, placeholder="~/table.csv --target y")

    def validate_value(self, value: str) -> str:
        """What was done last holds: what is typed, or what is chosen in the list."""
        if value and value != self.value:
            self._choices.highlighted = None
        return super().validate_value(value)

    def action_in_list(self, action: str) -> None:
        """Move in the list; the ends of a text that is typed are nearer than those of the list."""
        if self.value and action in ("first", "last"):
            (self.action_home if action == "first" else self.action_end)()
        else:
            getattr(self._choices, f"action_{action}")()

    def action_complete(self) -> None:
        """As far as all that could be meant is alike, and then what is suggested."""
        self.action_end()
        if len(common := self._paths.common_to(self.value)) > len(self.value):
            self.value = common
            self.action_end()
        else:
            self.action_cursor_right()  # which takes what is suggested


class PathSuggester(Suggester):
    """Suggests the first folder or table whose path begins with what is typed."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._found: tuple[str, list[str]] = "", []

    async def get_suggestion(self, value: str) -> str | None:
        found = await in_background(lambda: [*completions(value)])  # a folder may be far away
        self._found = value, found
        return min(found, default=None)

    def common_to(self, value: str) -> str:
        """What all paths begin with that begin with this; empty where they have not been looked for yet. Those are
        enough that were found before its last letters were typed."""
        asked, found = self._found
        if not value.startswith(asked) or os.path.dirname(asked) != os.path.dirname(value):
            return ""
        return os.path.commonprefix([path for path in found if path.startswith(value)])  # noqa: RUF071


def completions(typed: str) -> Iterator[str]:
    """The folders, each with a slash, and the tables whose paths begin with what is typed."""
    folder, begin = os.path.split(typed)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as found:
            for entry, _ in zip(found, range(MOST_NAMES), strict=False):
                name, is_folder = entry.name, entry.is_dir()
                is_wanted = is_folder or name.lower().endswith(TABLES)
                is_meant = name.startswith(begin) and (not name.startswith(".") or begin.startswith("."))
                if begin + folder and is_wanted and is_meant and name.isprintable():
                    yield os.path.join(folder, name) + "/" * is_folder
    except (OSError, ValueError):  # ValueError: a NUL
        return


class _Options(Parser):
    """The options of a data set, which tells what is wrong with them."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)

    def print_help(self, file: object = None) -> NoReturn:
        raise ValueError("the options are those of the data in gdtui --help")


def data_at(text: str, known: Sequence[DataSettings], other: DataSettings) -> DataSettings:
    """The settings of what is typed: the name of a built-in set, or a path, and options as the command line has them.

    Args:
        known: taken as they are where one of them is typed without options.
        other: what counts where nothing else is typed.

    Raises:
        ValueError: with what is wrong.
    """
    is_path = os.path.exists(os.path.expanduser(text))
    source, *options = [text] if is_path else re.split(r"\s+(?=-)", text, maxsplit=1)
    source = table_at(source)
    if not options:
        return next((data for data in known if _is_same(source, data.source)), replace(other, source=source))
    parser = _Options("d", "")
    add_data(parser.add_argument)
    parser.set_defaults(data_seed=other.seed, test_size=other.test_size)
    return data_from(parser.parse_args([*shlex.split(options[0]), f"--data={source}"]))


def _is_same(one: str, other: str) -> bool:
    """Whether two names are those of one set, or one file."""
    if one == other or one in BUILT_IN_SETS or other in BUILT_IN_SETS:
        return one == other
    return os.path.realpath(one) == os.path.realpath(other)


def table_at(text: str) -> str:
    """The name of a built-in set, or the path of a file that can be read. Raises ValueError with what is wrong."""
    if text in BUILT_IN_SETS:
        return text
    path = os.path.expanduser(text)
    if not os.path.exists(path) and text[:1] in ("'", '"') and text[-1] == text[0]:  # in quotes, as for a shell
        path = text[1:-1]
    if not text:
        raise ValueError("type a path, or choose with the arrow keys")
    if not os.path.exists(path):
        raise ValueError(f"{text}: no such file")
    if os.path.isdir(path):
        raise ValueError(f"{text}: is a directory, not a table")
    if not os.access(path, os.R_OK):
        raise ValueError(f"{text}: cannot be read: Permission denied")
    return path
