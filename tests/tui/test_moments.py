"""What is shown for an epoch is all measured at one set of weights, recomputed here as the article does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gdtui.settings import Settings
from gdtui.tui.app import GdtuiApp
from gdtui.tui.chart_view import ChartView
from gdtui.views.data import ScatterChart
from gdtui.wire.link import Link
from tests.tui.driving import FIVE, START, base, log, running, screen, status, step, until


class Article:
    """The article's loop on the app's own data."""

    def __init__(self, app: GdtuiApp) -> None:
        assert app.run_shown is not None
        self.X, self.y = app.run_shown.data.X, app.run_shown.data.y
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
    view = app.query_one("#scatter", ChartView)
    drawn = ScatterChart(app.run_shown.data).draw(article.W, *view.size)
    assert view.chart.lines() == drawn.lines()
    assert (view.chart.grounds == drawn.grounds).all()


async def test_epoch_k_is_shown_at_the_weights_before_its_step_and_the_end_after_the_last() -> None:
    async with running(Settings(epochs=4, init=START, alpha=0.5)) as (app, pilot):
        article = Article(app)
        for number in (1, 2, 3):
            await step(app, pilot)
            await pilot.pause()
            assert_shows(app, article)
            assert log(app)[-1] == f"[INFO] epoch #{number}, loss={article.measure()['loss']:.7f}"
            article.step(0.5)
        # The fourth is the last: its loss is logged, and what is shown is what it led to.
        await pilot.press("n")
        await until(pilot, lambda: status(app).state == "done")
        await pilot.pause()
        assert log(app)[-2] == f"[INFO] epoch #4, loss={article.measure()['loss']:.7f}"
        article.step(0.5)
        assert_shows(app, article)
        assert app.run_shown.weights == pytest.approx(article.W, rel=1e-11)


async def test_a_changed_alpha_counts_from_the_next_step() -> None:
    async with running(Settings(epochs=50, init=START, alpha=0.5)) as (app, pilot):
        article = Article(app)
        for alpha in (0.5, 1.0, 1.0, 0.2):
            if alpha != app.run_shown.alpha:
                await pilot.press("a", *f"{alpha:g}", "enter")
            await step(app, pilot)
            await pilot.pause()
            assert_shows(app, article)
            article.step(alpha)


async def test_before_the_first_epoch_the_boundary_is_that_of_the_first_weights() -> None:
    async with running() as (app, _):
        view = app.query_one("#scatter", ChartView)
        assert view.chart.lines() == ScatterChart(app.run_shown.data).draw(np.array(START), *view.size).lines()
        assert (status(app).epoch, status(app).loss) == (0, None)


async def test_the_table_asked_for_in_the_middle_is_that_of_the_epoch_shown() -> None:
    async with running(Settings(epochs=50, init=START, alpha=0.5)) as (app, pilot):
        await step(app, pilot, 3)
        await pilot.press("t")
        await pilot.pause()
        weights = app.run_shown.history.weights_at(3)
        from gdtui.runs.samples import samples

        for row in samples(app.run_shown, weights):
            assert f"{row.activation:.4f}" in screen(app)


async def test_what_a_frame_could_not_show_is_shown_when_training_is_paused() -> None:
    """A terminal far away is not ready for each frame. Once training stands still, the newest state is due."""
    async with running(Settings(epochs=10**9, init=START, speed=20)) as (app, pilot):
        app.link = far = FarLink()
        await pilot.press("space")
        await until(pilot, lambda: app.run_shown.done >= 2)
        assert status(app).epoch == 0
        await pilot.press("space")
        await pilot.pause()
        far.come_back()
        await until(pilot, lambda: status(app).epoch == app.run_shown.done, seconds=3)
        assert f"epoch #{app.run_shown.done}, loss=" in "\n".join(log(app))


async def test_a_terminal_far_away_does_not_hold_up_training_and_gets_the_newest_state() -> None:
    async with running(Settings(epochs=10**9, init=START, speed=20)) as (app, pilot):
        app.link = far = FarLink()
        await pilot.press("space")
        await until(pilot, lambda: app.run_shown.done >= 3)
        assert status(app).epoch == 0
        far.come_back()
        await until(pilot, lambda: status(app).epoch >= 3)
        numbers = [int(line.split("#")[1].split(",")[0]) for line in log(app) if "epoch #" in line]
        assert numbers == list(range(1, len(numbers) + 1))


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


async def test_the_end_is_shown_even_where_the_terminal_was_not_ready() -> None:
    async with running(FIVE) as (app, pilot):
        app.link = far = FarLink()
        app.pace.speed = math.inf
        await pilot.press("space")
        await until(pilot, lambda: app.run_shown.stop is not None)
        far.come_back()
        await until(pilot, lambda: base(app).has_class("results"))
        assert "all 5 epochs done" in log(app)


@pytest.mark.parametrize("loss", ["article", "cross-entropy", "squared-error"])
async def test_each_objective_is_named_above_its_curve(loss: str) -> None:
    async with running(Settings(epochs=3, loss=loss)) as (app, _):
        title: Any = app.query_one("#loss").border_title
        assert app.run_shown.objective.title in str(title)
