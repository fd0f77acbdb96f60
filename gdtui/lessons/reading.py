"""Reads lessons. Whatever is wrong with one is told with its line, and with what to do about it."""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

from gdtui.lessons.conditions import PAGES, VOCABULARY, Conditions
from gdtui.lessons.lesson import KEYS, Lesson, LessonError, Question, Situation, Step, meant
from gdtui.lessons.options import situation_of
from gdtui.lessons.places import Places
from gdtui.settings import LESSONS
from gdtui.text import printable

HERE = Path(__file__).parent
MOST_BYTES = 50_000
MOST_STEPS = 40
MOST_TOLD = 200
"""Characters of what is said to be wrong, at the most: it may quote any value of the file."""
LENGTHS = {"title": 40, "about": 80, "text": 400, "do": 160, "then": 300, "ask": 160, "because": 300, "answers": 60}
"""Characters of each text, at the most: a lesson has a few rows of the screen."""


def read(name: str, views: Collection[str] | None = None) -> Lesson:
    """A lesson of that name, or of a file of somebody's own.

    Args:
        views: the names that charts can have; None where they are not looked at.

    Raises:
        LessonError: there is none, or it cannot be used.
    """
    path = HERE / f"{name}.toml" if name in LESSONS else Path(name)
    if name not in LESSONS and not name.endswith(".toml") and not path.exists():
        raise LessonError(f"there is no lesson {name!r}{meant(name, LESSONS, '; gdtui learn lists them')}")
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise LessonError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > MOST_BYTES:
        raise LessonError(f"{name}: has more than {MOST_BYTES:,} bytes, which no lesson has")
    try:
        return _Reader(data.decode("utf-8-sig"), name, path, views).lesson()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LessonError(f"{name}, line {line}: this is no text in UTF-8") from None


class _Reader:
    def __init__(self, text: str, name: str, path: Path, views: Collection[str] | None) -> None:
        self.name, self.path, self.views = name, path, views
        self.text = text.replace("\r\n", "\n")
        self.places = Places(self.text)

    def fail(self, message: str, *path: str | int) -> NoReturn:
        """Say what is wrong at a place."""
        where = f"{self.name}, line {self.places.line(*path)}"
        step = f"step {path[1] + 1}: " if len(path) > 1 and path[0] == "step" and isinstance(path[1], int) else ""
        told = message if len(message) <= MOST_TOLD else f"{message[: MOST_TOLD - 1]}…"
        raise LessonError(printable(f"{where}: {step}{told}"))

    def lesson(self) -> Lesson:
        try:
            table = tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:  # that too of a number of very many digits
            self._not_toml(str(error))
        self._check(table, "lesson")
        steps = table.get("step")
        if not steps or not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            self.fail("a lesson has steps, each of which begins with [[step]]", "step")
        if len(steps) > MOST_STEPS:
            self.fail(f"there are {len(steps)}, and {MOST_STEPS} are the most", "step", MOST_STEPS)
        return Lesson(
            self.path.stem,
            self._text(table, "title"),
            self._text(table, "about", is_needed=False),
            self._number(table, "minutes", 1, 60),
            tuple(self._step(step, number, table) for number, step in enumerate(steps)),
        )

    def _not_toml(self, message: str) -> NoReturn:
        found = re.search(r"^(.*?) \(at (?:line (\d+), column \d+|end of document)\)$", message)
        line = int(found[2]) if found and found[2] else self.text.count("\n") + 1
        told = found[1] if found else message
        raise LessonError(printable(f"{self.name}, line {line}: this is no TOML: {told[:1].lower()}{told[1:]}"))

    # Steps

    def _step(self, table: dict[str, Any], number: int, lesson: dict[str, Any]) -> Step:
        place = "step", number
        self._check(table, "step", *place)
        texts = {name: self._text(table, name, *place, is_needed=name == "text") for name in ("text", "do", "then")}
        until = self._conditions(table, "until", *place)
        if bool(until) != bool(texts["do"]):
            told = "do says what to do, and until when it is done"
            self.fail(f"{'do' if until else 'until'} is missing: {told}", *place, "until" if until else "do")
        situation = self._situation(lesson, table, number) if "settings" in table or not number else None
        waits = table.get("waits", False)
        if not isinstance(waits, bool):
            self.fail("waits is true or false", *place, "waits")
        if waits and situation is None:
            self.fail("waits is for a step that begins a run, with [step.settings]", *place, "waits")
        question = self._question(table["question"], *place, "question") if "question" in table else None
        if question is not None and situation is not None and not until:
            self.fail("until is missing: when has the run that is asked about shown who is right?", *place, "question")
        views = self._views(table, *place)
        page = self._page(table["page"], *place, "page") if "page" in table else ""
        return Step(
            texts["text"], texts["do"], until, texts["then"], views, page, question, situation, waits,
        )  # fmt: skip

    def _views(self, table: dict[str, Any], *place: str | int) -> tuple[str, ...]:
        found = table.get("view", [])
        names = [found] if isinstance(found, str) else found
        if not isinstance(names, list) or len(names) > 2 or len({*map(str, names)}) < len(names):
            self.fail('view is a name, or two, as in view = ["loss", "bowl"]', *place, "view")
        return tuple(self._view(name, *place, "view") for name in names)

    def _view(self, name: object, *place: str | int) -> str:
        if not isinstance(name, str) or (self.views is not None and name not in self.views):
            self.fail(f'there is no view "{name}"{meant(str(name), self.views or ())}', *place)
        return name

    def _page(self, name: object, *place: str | int) -> str:
        if name not in PAGES:
            self.fail(f'there is no page "{name}"; there are {", ".join(PAGES)}', *place)
        return str(name)

    def _situation(self, lesson: dict[str, Any], step: dict[str, Any], number: int) -> Situation:
        tables = {("settings",): lesson.get("settings", {}), ("step", number, "settings"): step.get("settings", {})}
        given: dict[str, tuple[Any, tuple[str | int, ...]]] = {}
        for place, table in tables.items():
            if not isinstance(table, dict):
                self.fail("settings is a table, as in [settings]", *place)
            given |= {str(name): (value, (*place, name)) for name, value in table.items()}
        return situation_of(given, os.path.dirname(self.path), self.fail, ("step", number, "settings"))

    def _question(self, table: Any, *place: str | int) -> Question:
        if not isinstance(table, dict):
            self.fail("question is a table, as in [step.question]", *place)
        self._check(table, "question", *place)
        answers = table.get("answers")
        if not isinstance(answers, list) or not 2 <= len(answers) <= 4:
            self.fail("a question has 2 to 4 answers", *place, "answers")
        told = tuple(self._line(answer, "answers", *place, "answers") for answer in answers)
        if len({*told}) < len(told):
            self.fail("two answers are the same", *place, "answers")
        right = self._number(table, "right", 1, len(answers), *place)
        shows = self._conditions(table, "shows", *place)
        asks, because = self._text(table, "ask", *place), self._text(table, "because", *place, is_needed=False)
        return Question(asks, told, right, because, shows)

    def _conditions(self, table: dict[str, Any], key: str, *place: str | int) -> Conditions:
        found = table.get(key, {})
        if not isinstance(found, dict) or (key in table and not found):
            self.fail(f"{key} is a table with something in it, as in {key} = {{ epochs = 100 }}", *place, key)
        return tuple((name, self._condition(name, value, *place, key)) for name, value in found.items())

    def _condition(self, name: str, value: Any, *place: str | int) -> Any:
        if name not in VOCABULARY:
            self.fail(f'there is no condition "{name}"{meant(name, VOCABULARY)}', *place, name)
        kind = VOCABULARY[name].kind
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
        if kind == "view":
            return self._view(value, *place, name)
        if kind == "page":
            return self._page(value, *place, name)
        wanted, is_good = {
            "flag": ("true or false", isinstance(value, bool)),
            "count": ("a whole number of at least 1", is_number and value >= 1 and value == int(value)),
            "share": ("a share, from 0 to 1", is_number and 0 <= value <= 1),
            "number": ("a number", is_number),
        }[kind]
        if not is_good:
            self.fail(f"{name} is {wanted}, not {value!r}", *place, name)
        return value

    # Values

    def _check(self, table: dict[str, Any], what: str, *place: str | int) -> None:
        """Whether it has keys that nobody knows."""
        for name in table:
            if name not in KEYS[what]:
                known = ", ".join(KEYS[what])
                self.fail(f'a {what} has no "{name}"{meant(name, KEYS[what], f"; it has {known}")}', *place, name)

    def _text(self, table: dict[str, Any], key: str, *place: str | int, is_needed: bool = True) -> str:
        if key not in table and is_needed:
            self.fail(f"{key} is missing", *place)
        return self._line(table[key], key, *place, key) if key in table else ""

    def _line(self, value: Any, key: str, *place: str | int) -> str:
        if not isinstance(value, str) or not value.strip():
            self.fail(f"{key} is a text in quotes, not {value!r}", *place)
        text = printable(" ".join(value.split()))
        if len(text) > LENGTHS[key]:
            self.fail(f"{key} has {len(text)} characters; {LENGTHS[key]} are the most", *place)
        return text

    def _number(self, table: dict[str, Any], key: str, least: int, most: int, *place: str | int) -> int:
        value = table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.fail(f"{key} is a whole number from {least} to {most}", *place, key)
        return value
