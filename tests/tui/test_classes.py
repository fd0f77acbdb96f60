"""More than two classes on the screen, and the hinge."""

from __future__ import annotations

import re

from gdtui.charts.field import Shading
from gdtui.session.commands import ChooseData
from gdtui.settings import DataSettings, Settings
from gdtui.tui.app import GdtuiApp
from gdtui.tui.arrangement import Area
from tests.tui.driving import base, finish, idle, press, running, screen, snapshot, status, until

TEN = Settings(DataSettings("blobs", centers=10), epochs=20, loss="hinge")


async def test_a_matrix_of_ten_classes_is_whole_at_80_by_24_and_activations_are_scores() -> None:
    async with running(TEN, size=(80, 24)) as (app, pilot):
        await finish(pilot)
        shown = screen(app)
        for piece in (
            "250 rows, 2 features, 10 classes",
            "mean hinge, one vs rest",
            "✗ wrong  ●0 ▲1 ■2 ◆3",
            " score pred",
        ):
            assert piece in shown, piece
        assert "activ" not in shown
        await press(pilot, "tab")
        counts = snapshot(app).shown.confusion
        rows = re.findall(r"^│ ( *\d(?: +\d+){10})\W*$", screen(app), re.MULTILINE)
        rows = [list(map(int, row.split())) for row in rows]
        assert rows == [[label, *counts[10 * label : 10 * label + 10]] for label in range(10)]
        assert "└" in screen(app)  # and there still are charts


async def test_ten_classes_have_their_markers_told_at_80_by_24(monkeypatch) -> None:
    async with running(TEN, size=(80, 24)) as (app, pilot):
        monkeypatch.setattr(base(app), "_shading", lambda: Shading.TONES)
        app.redraw()
        await until(pilot, lambda: " ✗ ●0 ▲1 ■2 ◆3 ▼4 ★5 ✚6 ◀7 ▶8 ♥9 ─╯" in screen(app), about=screen(app))
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: " ✗ wrong  ●0 ▲1 ■2 ◆3 ▼4 ★5 ✚6 ◀7 ▶8 ♥9 " in screen(app))


async def test_other_data_has_the_screen_that_it_would_have_had() -> None:
    async with running(Settings(epochs=20), size=(120, 40)) as (app, pilot):
        await finish(pilot)
        usual = base_areas(app)
        for centers, told in ((10, "10 classes"), (2, "2 features, not")):
            app.ask(ChooseData(DataSettings("blobs", centers=centers)))
            await until(pilot, lambda told=told: told in screen(app) and status(app).state == "done")
            await idle(pilot)
            assert (base_areas(app) == usual) == (centers == 2)
            assert base_areas(app)["confusion"].width == (56 if centers == 10 else 40)


def base_areas(app: GdtuiApp) -> dict[str, Area]:
    return app.board.areas(*app.size)
