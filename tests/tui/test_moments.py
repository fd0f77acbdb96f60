"""What is shown for an epoch is all measured at one set of weights, recomputed here as the article does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdtui.charts.field import Shading
from gdtui.settings import Settings
from gdtui.tui.app import GdtuiApp
from gdtui.tui.chart_view import ChartView
from gdtui.views.data import ScatterChart
from gdtui.wire.link import Link
from tests.tui.driving import (
    FIVE,
    FLAT_OUT,
    LONG,
    SLOWLY,
    START,
    base,
    idle,
    log,
    press,
    running,
    screen,
    session,
    snapshot,
    status,
    step,
    until,
)


class Article:
    """The article's loop on the app's own data."""

    def __init__(self, app: GdtuiApp) -> None:
        self.X, self.y = snapshot(app).run.data.X, snapshot(app).run.data.y
        self.W = np.array(START)

    def measure(self) -> dict[str, float]:
        p = 1 / (1 + np.exp(-(self.X @ self.W)))
        error = p - self.y
        self.gradient = self.X.T @ error / len(self.y)
        return {
            "loss": float(np.sum(error**2)),
            "accuracy": float(np.mean((p >= 0.5) == (self.y >= 0.5))),
            "gradient_norm": float(np.linalg.norm(self.gradient)),
        }

    def step(self, alpha: float) -> None:
        self.W = self.W - alpha * self.gradient


def assert_shows(app: GdtuiApp, article: Article) -> None:
    """Status, screen and boundary are those at the article's weights as they are now."""
    wanted = article.measure()
    shown = status(app)
    assert {name: getattr(shown, name) for name in wanted} == pytest.approx(wanted, rel=1e-11)
    text = screen(app)
    assert f"loss {wanted['loss']:.7g}" in text
    assert f"accuracy {wanted['accuracy']:7.2%}" in text
    assert f"gradient {wanted['gradient_norm']:.4g}" in text
    view = app.query_one("#second", ChartView)
    drawn = ScatterChart(snapshot(app).run.data).draw(article.W, *view.size, Shading.HATCHED)
    assert view.chart.lines() == drawn.lines()
    assert (view.chart.grounds == drawn.grounds).all()


async def test_epoch_k_is_shown_at_the_weights_before_its_step_and_the_end_after_the_last() -> None:
    async with running(Settings(epochs=4, init=START, alpha=0.5)) as (app, pilot):
        article = Article(app)
        for number in (1, 2, 3):
            await step(pilot)
            await pilot.pause()
            assert_shows(app, article)
            assert log(app)[-1] == f"[INFO] epoch #{number}, loss={article.measure()['loss']:.7f}"
            article.step(0.5)
        # The fourth is the last: its loss is logged, and what is shown is what it led to.
        await press(pilot, "n")
        assert status(app).state == "done"
        assert log(app)[-2] == f"[INFO] epoch #4, loss={article.measure()['loss']:.7f}"
        article.step(0.5)
        assert_shows(app, article)
        assert session(app).run.weights == pytest.approx(article.W, rel=1e-11)


async def test_a_changed_alpha_counts_from_the_next_step() -> None:
    async with running(Settings(epochs=50, init=START, alpha=0.5)) as (app, pilot):
        article = Article(app)
        for alpha in (0.5, 1.0, 1.0, 0.2):
            if alpha != session(app).run.alpha:
                await press(pilot, "a", *f"{alpha:g}", "enter")
            await step(pilot)
            await pilot.pause()
            assert_shows(app, article)
            article.step(alpha)


async def test_before_the_first_epoch_the_boundary_is_that_of_the_first_weights() -> None:
    async with running() as (app, _):
        view = app.query_one("#second", ChartView)
        assert (
            view.chart.lines()
            == ScatterChart(session(app).run.data).draw(np.array(START), *view.size, Shading.HATCHED).lines()
        )
        assert (status(app).epoch, status(app).loss) == (0, None)


async def test_the_table_asked_for_in_the_middle_is_that_of_the_epoch_shown() -> None:
    async with running(Settings(epochs=50, init=START, alpha=0.5)) as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "t")
        await pilot.pause()
        weights = session(app).run.history.weights_at(3)
        from gdtui.runs.samples import samples

        for row in samples(session(app).run, weights):
            assert f"{row.activation:.4f}" in screen(app)


class FarLink(Link):
    """A link on which nothing arrives until it comes back."""

    def __init__(self) -> None:
        super().__init__(lambda: 0.0)
        self.is_there = False

    def come_back(self) -> None:
        self.is_there = True
        self.answered()

    @property
    def is_ready(self) -> bool:
        return self.is_there


async def test_what_a_frame_could_not_show_is_shown_when_training_is_paused() -> None:
    """A terminal far away is not ready for each frame. Once training stands still, the newest state is due."""
    async with running(LONG, SLOWLY) as (app, pilot):
        app.link = far = FarLink()
        done = app.session.run.history.__len__
        await pilot.press("space")
        await until(pilot, lambda: done() >= 2)
        assert (status(app).epoch, status(app).state) == (0, "training")  # what the key did is told
        await pilot.press("space")
        await until(pilot, lambda: status(app).state == "paused")
        assert (status(app).epoch, app.is_idle) == (0, False)
        far.come_back()
        await idle(pilot)
        assert status(app).epoch == done() >= 2
        assert f"epoch #{done()}, loss=" in "\n".join(log(app))


async def test_a_terminal_far_away_does_not_hold_up_training_and_gets_the_newest_state() -> None:
    async with running(LONG, SLOWLY) as (app, pilot):
        app.link = far = FarLink()
        done = app.session.run.history.__len__
        await pilot.press("space")
        await until(pilot, lambda: done() >= 3)
        assert status(app).epoch == 0
        far.come_back()
        await until(pilot, lambda: status(app).epoch >= 3)
        numbers = [int(line.split("#")[1].split(",")[0]) for line in log(app) if "epoch #" in line]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_to_a_terminal_that_is_not_ready_nothing_is_sent_but_what_a_key_did() -> None:
    async with running(LONG, SLOWLY) as (app, pilot):
        app.link = FarLink()
        done = app.session.run.history.__len__
        await pilot.press("space")
        await until(pilot, lambda: status(app).state == "training")
        before, at = screen(app), done()
        await until(pilot, lambda: done() >= at + 3)
        assert screen(app) == before
        await pilot.press("up")
        await until(pilot, lambda: status(app).alpha == 0.02)
        assert status(app).epoch == 0  # whose curve and boundary are still to be seen


async def test_keys_are_heard_while_the_terminal_is_not_ready() -> None:
    async with running(LONG, SLOWLY) as (app, pilot):
        await step(pilot, 2)
        app.link = FarLink()
        await pilot.press("n")
        await until(pilot, lambda: len(app.session.run.history) == 3)
        await pilot.press("n", "q")
        await until(pilot, lambda: not app.is_running)
    assert (app.return_value, len(app.session.run.history)) == (0, 4)


async def test_the_end_is_shown_even_where_the_terminal_was_not_ready() -> None:
    async with running(FIVE, FLAT_OUT) as (app, pilot):
        app.link = far = FarLink()
        run = app.session.run
        await pilot.press("space")
        await until(pilot, lambda: run.stop is not None)
        far.come_back()
        await until(pilot, lambda: base(app).wish.page == "samples")
        assert "all 5 epochs done" in log(app)


@pytest.mark.parametrize("loss", ["article", "cross-entropy", "squared-error"])
async def test_each_objective_is_named_above_its_curve(loss: str) -> None:
    async with running(Settings(epochs=3, loss=loss)) as (app, _):
        title: Any = app.query_one("#first").border_title
        assert session(app).run.objective.title in str(title)
