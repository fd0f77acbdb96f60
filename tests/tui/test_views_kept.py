"""Views are kept, for how they look; what they have seen is not, once another run has taken its place."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import pytest

from gdtui.session.commands import ChooseData, Edit, Restart
from gdtui.settings import DataEdit, DataSettings
from gdtui.tui.bindings import VIEWS
from gdtui.views.view import View
from tests.tui.driving import base, press, running, screen, session, step, until


@pytest.mark.parametrize("command", [Restart(fresh=True), ChooseData(DataSettings("iris"))], ids=["restart", "data"])
async def test_a_run_that_made_way_for_another_is_let_go_of(command: Any) -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        app.ask(Edit((DataEdit(1, features=(1.0, 2.0)),)))
        await step(pilot, 2)
        board = base(app)
        for number in (number for number, names in VIEWS.items() for _ in names):
            await press(pilot, number)
            await until(pilot, lambda: set(board.wish.views) <= set(board._views))
        assert len(board._views) > 8
        runs = session(app).runs
        kept = [] if isinstance(command, Restart) else [runs[1].data]
        known = [*map(weakref.ref, (*runs, *(run.history for run in runs), *kept))]
        del runs, kept
        await press(pilot, "1")
        app.ask(command)
        await press(pilot, "n")

        def are_gone() -> bool:
            gc.collect()
            return not any(one() for one in known)

        await until(pilot, are_gone, about=f"that these were gone: {known}")


async def test_a_view_looks_the_same_after_that_though_it_was_not_seen_meanwhile() -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        before = screen(app)
        await press(pilot, "l")
        assert "Loss (log)" in screen(app)
        await press(pilot, "3", "r", "n", "1")
        assert "Loss (log)" in screen(app)
        assert "Loss (log)" not in before


async def test_views_are_made_beside_the_screens_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """To make one imports its module."""
    here, makers, init = threading.get_ident(), set(), View.__init__

    def watched(view: View) -> None:
        makers.add(threading.get_ident())
        init(view)

    monkeypatch.setattr(View, "__init__", watched)
    async with running() as (app, pilot):
        await step(pilot, 3)
        board = base(app)
        for number in VIEWS:
            board.action_show_view(number)  # all at once: nothing is drawn in between
            board.action_log_scale()
            board.action_turn(1, 0)
            board.slots[0].action_touch()
            await press(pilot)
        assert makers
        assert here not in makers
