"""A lesson on the screen: it goes along with what is done, and takes no key but the digits of an open question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from gdtui.lessons.progress import Told
from gdtui.lessons.reading import read
from gdtui.settings import LESSONS, Display, Settings
from gdtui.tui import classroom, front
from gdtui.tui.app import GdtuiApp
from gdtui.tui.bindings import BINDINGS, LESSON, NUMBERS
from gdtui.tui.dialogs import Confirm
from gdtui.tui.lesson_panel import LessonPanel, laid_out
from gdtui.tui.palette import entries
from tests.tui.driving import finish, idle, notices, press, running, screen, snapshot, status, until

SMALL = """
title = "A small one"
minutes = 1
[settings]
epochs = 10
[[step]]
text = "The first text."
do = "Press `n` twice."
until = { steps = 2 }
waits = true
[[step]]
text = "The second text."
view = "accuracy"
do = "Watch it."
until = { ended = true }
[step.settings]
alpha = 0.02
[step.question]
ask = "Which way?"
answers = ["Up", "Down", "Neither"]
right = 2
because = "It always does."
shows = { loss_below = 45 }
[[step]]
text = "The third text."
do = "Go back with `Home`."
until = { epoch_at_most = 1, past = true }
then = "So it began."
page = "samples"
"""


def learning(text: str = SMALL) -> GdtuiApp:
    Path("my.toml").write_text(text)
    return front.learning(read("my.toml", NUMBERS), Display(speed=1e6))


def told(app: GdtuiApp) -> str:
    """What the lesson's rows say."""
    panel = app.board.query_one(LessonPanel)
    return "\n".join(panel.render_line(y).text.rstrip() for y in range(panel.size.height))


def number(app: Any) -> int:
    return app.board.progress.number + 1


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes by itself comes at once, and no key is too hasty."""
    monkeypatch.setattr(classroom, "READ_AFTER", 0.01)
    monkeypatch.setattr(classroom, "HASTY", 0.0)


async def ended(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: snapshot(pilot.app).phase.is_over)
    await idle(pilot)


async def test_a_lesson_is_played_by_its_keys_to_its_end() -> None:
    async with running(learning()) as (app, pilot):
        assert "A small one  1/3" in told(app)
        assert "The first text.\n → Press n twice." in told(app)
        await press(pilot, "n")
        assert "→ Press n twice." in told(app)
        await pilot.press("n")
        await until(pilot, lambda: number(app) == 2)  # by itself
        await idle(pilot)
        assert app.board.wish.views == ("accuracy", "data")
        assert "? Which way?\n 1 Up   2 Down   3 Neither" in told(app)
        assert (snapshot(app).phase.value, snapshot(app).done, snapshot(app).alpha) == ("paused", 0, 0.02)
        await pilot.press("2")
        await ended(pilot)
        assert app.board.wish.views == ("accuracy", "data")
        assert "✓ You were right: Down.\n It always does." in told(app)
        await press(pilot, "L")
        assert (number(app), app.board.wish.page) == (3, "samples")
        assert snapshot(app).done == 10  # the same run goes on
        await press(pilot, "home")
        assert "✓ Go back with Home.\n So it began." in told(app)
        await press(pilot, "L")
        assert "lesson" not in app.board.arrangement.areas
        assert "the lesson is over" in notices(app)[-1]
        assert "A small one" not in screen(app)
        assert [entry.shown for entry in entries(app.board)].count("L") == 0
        await press(pilot, "L", "H")  # which mean nothing any more
        assert snapshot(app).past == 1


async def test_digits_choose_views_but_for_those_of_an_open_question() -> None:
    async with running(learning()) as (app, pilot):
        await press(pilot, "3")
        assert app.board.wish.views[0] == "sigmoid"
        await press(pilot, "L", "4")
        assert app.board.wish.views[0] == "weights"  # there is no fourth answer
        await pilot.press("1")
        await ended(pilot)
        assert "✗ You said: Up. The run says: Down." in told(app)
        await press(pilot, "3")
        assert app.board.wish.views[0] == "sigmoid"


async def test_a_click_on_an_answer_answers_and_one_on_a_key_presses_it() -> None:
    async with running(learning()) as (app, pilot):
        rows = screen(app).split("\n")
        await pilot.click(offset=(rows[1].index("L Next"), 1))
        await until(pilot, lambda: number(app) == 2)
        await idle(pilot)
        rows = screen(app).split("\n")
        row = next(y for y, line in enumerate(rows) if "3 Neither" in line)
        await pilot.click(offset=(rows[row].index("Which") if "Which" in rows[row] else 118, row))
        assert app.board.progress.answer is None
        await pilot.click(offset=(rows[row].index("Neither") + 6, row))
        await until(pilot, lambda: app.board.progress.answer == 3)


async def test_h_begins_a_step_anew_and_then_goes_back() -> None:
    async with running(learning()) as (app, pilot):
        await press(pilot, "L", "2")
        await ended(pilot)
        await press(pilot, "H")
        assert (number(app), app.board.progress.answer, snapshot(app).done) == (2, None, 0)
        await press(pilot, "H")
        assert (number(app), snapshot(app).alpha, snapshot(app).phase.value) == (1, 0.01, "paused")
        await press(pilot, "H")
        assert number(app) == 1


async def test_a_run_that_was_changed_shows_nothing_and_the_lesson_says_so() -> None:
    async with running(learning()) as (app, pilot):
        await press(pilot, "L", *["down"] * 6, "2")
        await ended(pilot)
        assert snapshot(app).alpha == 0.0002
        assert "This run was changed, and does not show it. H begins the step anew." in told(app)
        assert "You were right" not in told(app)
        await press(pilot, "H", "1")
        await ended(pilot)
        assert "✗ You said: Up. The run says: Down." in told(app)


async def test_what_a_step_asks_for_counts_only_in_its_own_run() -> None:
    async with running(learning()) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: number(app) == 2)
        await idle(pilot)
        assert "? Which way?" in told(app)  # though the run before had ended
        assert not app.board.progress.is_done
        assert snapshot(app).done == 0


async def test_a_lesson_is_left_by_the_palette_and_asks_nothing_of_epochs_in_no_file() -> None:
    text = SMALL.replace("epochs = 10", "epochs = 5000").replace("waits = true", 'waits = true\nthen = "So."')
    async with running(learning(text)) as (app, pilot):
        await pilot.press("space")
        await ended(pilot)
        assert snapshot(app).unsaved
        await press(pilot, "L")
        assert app.board.dialog is None
        assert (number(app), snapshot(app).done) == (2, 0)
        leave = next(entry for entry in entries(app.board) if "Leave the lesson" in entry.name)
        await leave.act()
        await idle(pilot)
        assert app.board.progress is None
        assert [*app.board.keys] == [*BINDINGS]


async def test_the_help_tells_the_keys_of_a_lesson() -> None:
    async with running(learning(), size=(120, 60)) as (app, pilot):
        await press(pilot, "question_mark")
        for key in LESSON:
            assert key.help in screen(app)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20), (40, 12), (200, 60), (30, 40)])
async def test_a_lesson_can_be_read_and_done_at_every_size(size: tuple[int, int]) -> None:
    async with running(front.learning(read("too-large", NUMBERS), Display(speed=1e6)), size=size) as (app, pilot):
        areas = app.board.arrangement.areas
        assert {"lesson", "band", "first", "foot"} <= {*areas}
        seen = told(app)
        for _ in range(20):
            await press(pilot, "j")
            seen += told(app)
        for word in ["overlap", "floor", "times", "tenth", "Jump", "Nothing"]:
            assert word in seen
        assert ("j More" in told(app).split("\n")[0]) is False  # the end is to be seen
        await press(pilot, "k") if size[1] < 15 else None
        assert ("j More" in told(app).split("\n")[0]) is (size[1] < 15)
        assert "L" in told(app).split("\n")[0]


async def test_letters_are_the_dialogs_while_there_is_one() -> None:
    async with running(learning()) as (app, pilot):
        await press(pilot, "a", "L", "H")
        assert number(app) == 1
        await press(pilot, "escape", "up")
        assert status(app).alpha == 0.02


@pytest.mark.parametrize("name", LESSONS)
async def test_every_lesson_is_gone_through_on_the_screen(name: str) -> None:
    lesson = read(name, NUMBERS)
    async with running(front.learning(lesson, Display(speed=1e6))) as (app, pilot):
        for place, step in enumerate(lesson.steps):
            await until(pilot, lambda place=place: app.board.progress is not None and number(app) == place + 1)
            await idle(pilot) if step.waits or step.question else None
            assert not step.views or step.views[0] == app.board.wish.views[app.board.wish.front]
            if step.question is not None:
                await pilot.press(str(step.question.right))
                await until(pilot, lambda: app.board.progress.answer is not None)
                if step.situation is not None and not step.waits:
                    await until(pilot, lambda: app.board.progress.is_done or snapshot(app).phase.moves)
            await pilot.press("L")
        await until(pilot, lambda: app.board.progress is None)


async def test_the_data_dialog_begins_with_a_lessons_situation() -> None:
    async with running() as (app, pilot):
        await press(pilot, "d")
        assert "lesson   Alpha too large" in screen(app)
        await press(pilot, "end")
        for _ in range(len(LESSONS) - 1 - LESSONS.index("too-large")):
            await press(pilot, "up")
        await pilot.press("enter")
        await until(pilot, lambda: snapshot(app).alpha == 1)
        assert snapshot(app).run.settings.data.noise == 4
        assert "lesson" not in app.board.arrangement.areas


async def test_the_key_that_goes_on_skips_no_step_that_has_just_come_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classroom, "HASTY", 1e9)
    async with running(learning()) as (app, pilot):
        await pilot.press("n", "n")
        await until(pilot, lambda: number(app) == 2)
        await press(pilot, "L")
        assert number(app) == 2
        await press(pilot, "up", "L")  # somebody has done something in this step
        assert number(app) == 3


async def test_a_step_that_is_done_is_seen_to_be_where_there_is_little_room() -> None:
    text = SMALL.replace("The first text.", "The first text. " * 10).replace(
        "waits = true", 'waits = true\nthen = "So."'
    )
    async with running(learning(text), size=(40, 12)) as (app, pilot):
        assert "✓" not in told(app)
        await press(pilot, "n", "n")
        assert "1/3 ✓" in told(app)
        assert "✓ Press n twice." in told(app)
        await press(pilot, "L")
        assert "2/3 ?" in told(app)


async def test_a_lessons_situation_takes_the_place_of_many_epochs_only_after_a_question() -> None:
    async with running(Settings(epochs=2000)) as (app, pilot):
        await finish(pilot)
        await press(pilot, "d", "end", "enter")
        assert isinstance(app.board.dialog, Confirm)
        await press(pilot, "escape")
        assert snapshot(app).done == 2000


@pytest.mark.parametrize("size", [(1, 1), (5, 2), (10, 5), (300, 7), (80, 24)])
async def test_keys_in_haste_leave_the_step_that_they_come_to(size: tuple[int, int]) -> None:
    async with running(learning(), size=size) as (app, pilot):
        for _ in range(4):
            await pilot.press("L", "2", "H", "j", "H", "L", "3", "L", "H", "k", "H", "L")
            await pilot.press("H")
        await pilot.press("L")
        await idle(pilot)
        assert (number(app), app.board.progress.is_asking) == (2, True)
        assert (snapshot(app).done, snapshot(app).phase.value, snapshot(app).alpha) == (0, "paused", 0.02)


@pytest.mark.parametrize("width", [2, 7, 40, 78])
def test_a_text_without_blanks_goes_on_in_the_next_row(width: int) -> None:
    text = "坡度下降" * 20 + "a" * 90
    rows = ["".join(part for part, _ in row) for row in laid_out([Told("text", text)], width).rows]
    assert "".join(rows) == text
    assert all(cell_len(row) <= width for row in rows)
