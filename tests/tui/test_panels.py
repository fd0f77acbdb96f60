"""What each panel shows, at each size and in each theme."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.color import Color
from textual.geometry import Size

from gdtui.runs.samples import samples
from gdtui.session.commands import Note
from gdtui.settings import BUILT_IN_SETS, DataSettings, Display, Settings, StopRules
from gdtui.tui import front
from gdtui.tui.app import GdtuiApp
from gdtui.tui.bindings import BINDINGS
from gdtui.tui.dialogs import Question
from gdtui.tui.log_view import LogView
from gdtui.tui.workspace import Workspace
from tests.tui.driving import (
    FIVE,
    LONG,
    SLOWLY,
    START,
    base,
    finish,
    idle,
    log,
    press,
    running,
    saved,
    screen,
    session,
    status,
    step,
    until,
    watching,
)

SIZES = [(120, 40), (80, 24), (200, 60)]
THEMES = ["textual-dark", "textual-light"]


def style_of(app: Any, text: str) -> Any:
    """The style of the first piece of the screen that contains this."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            if text in segment.text:
                return segment.style
    raise AssertionError(f"{text!r} is not on the screen:\n{screen(app)}")


# Sizes


@pytest.mark.parametrize("size", SIZES)
async def test_everything_is_there_at_every_size_and_the_results_in_the_end(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await step(pilot, 2)
        await pilot.pause()
        shown = screen(app)
        assert [len(line) for line in shown.split("\n")] == [size[0]] * size[1]
        for piece in ("gdtui  blobs", "250 rows, 2 features", "Loss", "blobs and boundary", "● 0", "▲ 1", "epoch 2/5"):
            assert piece in shown, piece
        for piece in ("loss ", "accuracy", "alpha 0.01", "gradient", "Log", "epoch #2, loss=", "? Help", "q Quit"):
            assert piece in shown, piece

        await finish(pilot)
        await pilot.pause()
        shown = screen(app)
        named = "Confusion" if size[0] < 90 else "Confusion matrix"
        for piece in ("5 epochs done", "Sample", named, "pred", "true", "blobs and boundary"):
            assert piece in shown, piece
        assert "✓ right" in shown or "✗ wrong" in shown


@pytest.mark.parametrize("size", [(1, 1), (200, 2)])
async def test_no_size_breaks_anything(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await step(pilot)
        await press(pilot, "t", "question_mark", "escape", "d", "escape", "l")
        await finish(pilot)
        assert status(app).state == "done"


async def test_the_frames_follow_the_window() -> None:
    async with running() as (app, pilot):
        for size, frames in (((80, 24), "round"), ((40, 12), "none"), ((120, 40), "round"), ((60, 20), "rule")):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda frames=frames: base(app).has_class(f"charts-{frames}"), about=size)


async def test_the_charts_fill_their_panels_after_a_change_of_size() -> None:
    async with running() as (app, pilot):
        await step(pilot)
        for size in ((200, 60), (80, 24), (120, 40)):
            widths = [app.query_one(name).size.width for name in ("#first", "#second")]
            await pilot.resize_terminal(*size)
            for name, before in zip(("#first", "#second"), widths, strict=True):
                view = app.query_one(name)
                await until(pilot, lambda view=view, before=before: view.size.width != before)
                await until(pilot, lambda view=view: (view.chart.width, view.chart.height) == tuple(view.size))


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_dialogs_fit_every_size(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        for key, title in (("a", "alpha"), ("e", "epochs"), ("d", "Train on"), ("question_mark", "Keys")):
            await press(pilot, key)
            await pilot.pause()
            assert title in screen(app)
            dialog = app.screen.query_one("Dialog").region
            assert 0 <= dialog.x < dialog.right <= size[0]
            assert 0 <= dialog.y < dialog.bottom <= size[1]
            await press(pilot, "escape")


# Themes


@pytest.mark.parametrize("theme", THEMES)
async def test_the_classes_can_be_told_apart_from_each_other_and_from_the_ground(theme: str) -> None:
    async with running() as (app, pilot):
        app.theme = theme
        await step(pilot)
        await pilot.pause()
        looks = [style_of(app, marker) for marker in ("●", "▲")]
        assert looks[0].color != looks[1].color
        for look in looks:
            assert contrast(look) >= 3  # WCAG 2.2, 1.4.11: graphical objects
        assert contrast(style_of(app, "accuracy")) >= 3
        assert contrast(style_of(app, "[INFO] epoch")) >= 4.5


def contrast(look: Any) -> float:
    """WCAG's contrast between a style's two colours."""
    lights = []
    for colour in (look.color, look.bgcolor):
        channels = [part / 255 for part in Color.from_rich_color(colour).rgb]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


async def test_a_change_of_theme_changes_the_charts_and_the_table_at_once() -> None:
    async with running() as (app, pilot):
        await finish(pilot)
        before = [style_of(app, text) for text in ("●", "right", "accuracy")]
        app.theme = "textual-light"
        await idle(pilot)
        after = [style_of(app, text) for text in ("●", "right", "accuracy")]
        for old, new in zip(before, after, strict=True):
            assert old.color != new.color
            assert old.bgcolor != new.bgcolor


# The table and the matrix


async def test_the_table_shows_the_sampled_rows_at_the_final_weights() -> None:
    async with running(Settings(epochs=7, init=START, sample_size=6, seed=4)) as (app, pilot):
        await finish(pilot)
        await pilot.pause()
        lines = screen(app).split("\n")
        rows = samples(session(app).run, session(app).run.weights)
        assert len(rows) == 6
        for row in rows:
            verdict = "✓ right" if row.is_right else "✗ wrong"
            wanted = [str(row.index), f"{row.activation:.4f}", str(row.predicted), str(row.true), verdict]
            assert any(all(piece in line for piece in wanted) for line in lines), wanted


async def test_the_matrix_counts_all_rows() -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "t")
        await pilot.pause()
        measured = session(app).run.moment(3)
        true_negative, false_positive, false_negative, true_positive = measured.confusion
        assert sum(measured.confusion) == 250
        at = next(index for index, line in enumerate(screen(app).split("\n")) if "true ╲ pred" in line)
        rows = [line.split("│")[-2].split() for line in screen(app).split("\n")[at + 1 : at + 3]]
        assert rows == [["0", str(true_negative), str(false_positive)], ["1", str(false_negative), str(true_positive)]]


async def test_many_features_are_counted_where_they_do_not_fit() -> None:
    async with running(Settings(data=DataSettings("breast-cancer"), epochs=3)) as (app, pilot):
        await finish(pilot)
        await pilot.pause()
        shown = screen(app)
        assert "30 features, standardised" in shown
        assert "1 Data  principal components  ·  63% of the variance" in shown
        assert "standardised  ·  " in shown
        assert "more features" in shown
        assert "malignant" in shown


# The log


async def test_the_log_has_the_lines_of_the_article_in_order() -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        assert log(app)[0] == "[INFO] starting training..."
        assert log(app)[1] == "[INFO] epoch #1, loss=123.4238915"
        assert [line[: line.index(",")] for line in log(app)[1:]] == [f"[INFO] epoch #{number}" for number in (1, 2, 3)]


async def test_the_log_scrolls_back_and_stays_there_while_lines_come() -> None:
    async with running(Settings(epochs=100, init=START)) as (app, pilot):
        view = app.query_one(LogView)
        for number in range(1, 21):
            app.ask(Note(f"line {number}"))
        await idle(pilot)
        for _ in range(3):
            view.post_message(events.MouseScrollUp(view, 1, 1, 0, 0, 0, False, False, False))
        await pilot.pause()
        old = visible(view)
        assert "line 20" not in old
        assert "newer lines below" in screen(app)
        await step(pilot, 2)
        await pilot.pause()
        assert visible(view) == old
        for _ in range(9):
            view.post_message(events.MouseScrollDown(view, 1, 1, 0, 0, 0, False, False, False))
        await pilot.pause()
        assert "[INFO] epoch #2," in visible(view)
        assert "newer lines below" not in screen(app)


def visible(view: LogView) -> str:
    return "\n".join(view.render_line(row).text for row in range(view.size.height))


# The status


async def test_time_left_and_speed_are_told() -> None:
    async with running(Settings(epochs=1000), SLOWLY) as (app, _):
        assert "20/s" in screen(app)
        assert "50 s left" in screen(app)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (StopRules(target_loss=1e9), "loss reached 1e+09 at epoch 1"),
        (StopRules(target_accuracy=0.0), "accuracy reached 0 at epoch 1"),
        (StopRules(patience=3, min_delta=1e9), "no better loss in 3 epochs, since epoch 1"),
    ],
)
async def test_the_reason_of_a_stop_is_told_in_words(rules: StopRules, message: str) -> None:
    async with running(Settings(epochs=50, init=START, stop=rules)) as (app, pilot):
        await finish(pilot)
        assert status(app).state == "stopped"
        assert message in log(app)
        assert message in screen(app)
        await pilot.press("plus")  # which drops the rule
        await until(pilot, lambda: status(app).state == "done")
        await idle(pilot)
        assert session(app).run.done == 75


# Starting


async def failing(settings: Settings) -> GdtuiApp:
    """The app after it could not begin."""
    app = front.training(settings, Display())
    async with app.run_test() as pilot:
        await until(pilot, lambda: not app.is_running)
    return app


async def test_data_that_cannot_be_loaded_ends_the_app_with_2(tmp_path: Path) -> None:
    path = tmp_path / "gone.csv"
    app = await failing(replace(FIVE, data=DataSettings(str(path))))
    sets = ", ".join(BUILT_IN_SETS)
    assert (app.return_value, app.failure) == (
        2,
        f"{path}: no such file, and no built-in set of that name; there are {sets}",
    )


async def test_weights_that_do_not_fit_the_data_end_the_app_with_2() -> None:
    app = await failing(Settings(init=(1.0, 2.0)))
    assert app.return_value == 2
    assert app.failure is not None
    assert "3" in app.failure


async def test_too_much_data_for_the_memory_ends_the_app_with_2() -> None:
    app = await failing(replace(FIVE, data=DataSettings(samples=2**50)))
    words = "the data does not fit into memory; take fewer rows with --samples"  # not NumPy's
    assert (app.return_value, app.failure) == (2, words)


async def test_a_fault_of_the_program_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(_: DataSettings) -> Any:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("gdtui.session.opening.load", faulty)
    app = front.training(FIVE, Display())
    with pytest.raises(Exception, match="a fault"):
        async with app.run_test() as pilot:
            await until(pilot, lambda: not app.is_running)


async def test_training_begins_by_itself() -> None:
    async with running(LONG, SLOWLY, paused=False) as (app, pilot):
        await until(pilot, lambda: status(app).epoch >= 2)
        assert status(app).state == "training"


async def test_a_question_begins_with_todays_value() -> None:
    async with running() as (app, pilot):
        await press(pilot, "up", "up")
        await press(pilot, "a")
        assert isinstance(app.board.dialog, Question)
        assert app.screen.query_one("Input").value == "0.05"


# The keys at the foot


def foot(app: GdtuiApp) -> str:
    return screen(app).splitlines()[-1].rstrip()


@pytest.mark.parametrize("width", [60, 66, 80, 99, 100, 120, 200])
async def test_the_keys_at_the_foot_are_whole(width: int) -> None:
    not_now = {"space Pause", "f Fork here", "End Now", "b Branch", "←→ Time", "u Undo", "escape Give up"}
    whole = {key.footer for key in BINDINGS if key.footer} - not_now | {"space Go on"}
    async with running(size=(width, 30)) as (app, _):
        shown = re.split(r" {2,}", foot(app).strip())
        assert set(shown) <= whole
        assert {"space Go on", "? Help", "q Quit"} <= set(shown)
        left_out = whole - set(shown)
        assert len(left_out) == 0 or len(foot(app)) > width - 16


async def test_the_foot_says_what_can_be_done_now() -> None:
    async with running(LONG, SLOWLY, size=(200, 30), paused=False) as (app, pilot):
        await until(pilot, lambda: "space Pause" in foot(app) and status(app).epoch > 2)
        await press(pilot, "home")
        assert foot(app).startswith(" f Fork here  End Now  space Play")
        assert "n Step" not in foot(app)
        await pilot.press("p")
        await until(pilot, lambda: "space Stop" in foot(app))
        await pilot.press("f")
        await until(pilot, lambda: "b Branch" in foot(app) and "space Pause" in foot(app))
        assert "Fork" not in foot(app)
    async with running(size=(200, 30)) as (app, pilot):
        await finish(pilot)
        for words in ("space", "n Step", "Alpha", "Speed", "Max", "End"):
            assert words not in foot(app)
        assert "+- Epochs" in foot(app)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("a", "enter Take it  escape Leave it"),
        ("d", "enter Take it  escape Leave it"),
        ("T", "↑↓ Choose  enter Keep  escape As before"),
        ("question_mark", "↑↓ Scroll  escape Close"),
    ],
)
async def test_the_foot_has_the_keys_of_the_dialog_that_is_open(key: str, words: str) -> None:
    async with running(size=(80, 24)) as (app, pilot):
        before = foot(app)
        await press(pilot, key)
        await until(pilot, lambda: foot(app).strip() == words)
        await press(pilot, "escape")
        await until(pilot, lambda: foot(app) == before)


@pytest.mark.parametrize("size", [(40, 12), (60, 20)])
async def test_the_help_and_the_way_out_are_at_the_foot_also_where_one_looks_back(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await finish(pilot)
        await press(pilot, "left")
        assert {"f Fork here", "End Now", "? Help", "q Quit"} <= set(re.split(r" {2,}", foot(app).strip()))


async def test_a_click_on_a_key_at_the_foot_presses_it() -> None:
    async with running() as (app, pilot):
        await pilot.click(offset=(foot(app).index("Step"), 39))
        await until(pilot, lambda: status(app).epoch == 1)


class ResizedApp(GdtuiApp):
    """Its terminal has a size of its own, whatever it is told."""

    told: tuple[Size, ...] = ()

    def on_resize(self, event: events.Resize) -> None:
        self.told += (event.size,)

    def terminal_size(self) -> Size:
        return Size(100, 30)


async def test_a_size_that_is_told_late_is_not_believed() -> None:
    app = ResizedApp(front.training(FIVE, Display()).begin, Workspace("blobs"), Display())
    async with running(app, size=(100, 30), paused=True) as (_, pilot):
        app.post_message(events.Resize(Size(200, 50), Size(200, 50)))
        await until(pilot, lambda: (200, 50) in app.told)
        await until(pilot, lambda: app.told[-1] == app.size == base(app).size == (100, 30))
        await pilot.pause()
        assert len(screen(app).splitlines()) == 30


async def test_a_frame_that_comes_while_the_screen_is_taken_down_is_harmless(tmp_path: Path) -> None:
    saved(tmp_path / "run.jsonl")
    for app_of_it in (watching(tmp_path / "run.jsonl"), watching(tmp_path / "run.jsonl", target=1.0)):
        async with running(app_of_it) as (app, pilot):
            await idle(pilot)
            await app.board.query("*").remove()
            app.redraw()
            await idle(pilot)
            assert app.is_running
