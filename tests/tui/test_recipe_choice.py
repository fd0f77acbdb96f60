"""The dialog in which optimiser, batches, schedule and penalties are chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.events import MouseDown

from gdtui.recipe_options import RECIPE, RULES
from gdtui.settings import Recipe
from gdtui.tui.recipe_choice import HINT, RecipeChoice
from tests.tui.driving import FIVE, keys, log, press, running, screen, session, status, step, until

TO = {part.name: ["down"] * place for place, part in enumerate(RECIPE)}
"""The keys that lead to a part."""


@pytest.mark.parametrize("key", keys("ask_recipe"))
async def test_what_is_chosen_counts_from_the_next_epoch_on(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot)
        await press(pilot, key)
        assert isinstance(app.board.dialog, RecipeChoice)
        await press(pilot, "right", "right", "right", "right")
        assert RULES["adam"][:40] in screen(app)
        await press(pilot, *TO["batch_size"], "right", "right", "right", "enter")
        assert app.board.dialog is None
        assert log(app)[-1] == "optimizer gd → adam, batch size all → 4 from epoch 2"
        await step(pilot)
        assert session(app).run.recipe == replace(FIVE.recipe, optimizer="adam", batch_size=4)
        assert [since for since, _ in session(app).run.history.trained] == [1, 2]
        await until(pilot, lambda: "adam, batches of 4" in screen(app))
        assert "adam, batch 4" in screen(app)  # at the curve


async def test_words_go_round_and_numbers_stop_at_their_ends() -> None:
    async with running() as (app, pilot):
        await press(pilot, "o", "left")
        assert RULES["adam"][:40] in screen(app)
        await press(pilot, *["left"] * 4, *TO["l2"], "left", "right", "right", "enter")
        assert session(app).run.recipe.l2 == 3e-5
        await press(pilot, "o", *TO["l2"], *["left"] * 5, "enter")
        assert session(app).run.recipe == FIVE.recipe


async def test_a_value_can_be_typed_and_a_wrong_one_is_said_to_be_wrong() -> None:
    async with running() as (app, pilot):
        await press(pilot, "o", *TO["momentum"], *"1.5", "enter")
        await until(pilot, lambda: "'1.5' is not a number of at least 0 and below 1" in screen(app))
        await press(pilot, "escape")
        assert HINT in screen(app)
        await press(pilot, *"0.75", "left", "right", "enter", "enter")
        assert session(app).run.recipe.momentum == 0.75


async def test_a_value_that_is_typed_has_each_key_also_where_a_click_would_lose_the_focus() -> None:
    async with running() as (app, pilot):
        await press(pilot, "o", *TO["momentum"], "0")
        beyond = MouseDown(None, 500, 5, 0, 0, 1, False, False, False)  # the window has been that wide, or will be
        app.post_message(beyond)
        await press(pilot, *".75", "enter", "enter")
        assert app.board.dialog is None
        assert session(app).run.recipe.momentum == 0.75


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_what_a_part_does_can_be_read_to_its_end(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await press(pilot, "o", "left")
        assert RULES["adam"] in screen(app)
        for part in RECIPE[1:]:
            await press(pilot, "down")
            assert (RULES["constant"] if part.choices else part.about.rpartition(" (")[0]) in screen(app)


async def test_what_is_wrong_can_be_read_to_its_end_in_a_small_window() -> None:
    async with running(size=(40, 12)) as (app, pilot):
        await press(pilot, "o", *TO["momentum"], *"1.5", "enter")
        await until(pilot, lambda: "least 0 and below 1" in screen(app))


async def test_escape_leaves_everything_as_it_was() -> None:
    async with running() as (app, pilot):
        await press(pilot, "o", "right", "escape")
        assert app.board.dialog is None
        assert session(app).run.recipe == FIVE.recipe


async def test_in_the_past_it_is_chosen_for_a_fork_and_time_travel_leaves_the_rest_as_it_was() -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "left", "left", "o", "right", "enter", "f")
        await until(pilot, lambda: session(app).run.stop is not None)
        fork, first = session(app).run, session(app).runs[0]
        assert (fork.forked_at, fork.recipe.optimizer, first.recipe.optimizer) == (1, "momentum", "gd")
        assert "fork 1 from epoch 1, alpha 0.01, momentum" in log(app)


async def test_the_band_says_what_a_schedule_makes_of_alpha() -> None:
    async with running(replace(FIVE, schedule="step", decay_every=2, alpha=0.4)) as (app, pilot):
        for wanted in (0.4, 0.4, 0.2, 0.2, 0.1):
            await step(pilot)
            assert (status(app).alpha, status(app).effective) == (0.4, pytest.approx(wanted))
            assert f"0.4 now {wanted:g}" in screen(app)


def test_each_part_steps_through_all_its_rungs_and_back() -> None:
    for part in RECIPE:
        seen = [part.rungs[0]]
        for _ in part.rungs[1:]:
            seen.append(part.next(seen[-1], up=True))
        assert tuple(seen) == part.rungs
        assert part.next(seen[-1], up=True) == (part.rungs[0] if part.choices else seen[-1])
        for before in reversed(part.rungs[:-1]):
            seen.append(part.next(seen[-1], up=False))
            assert seen[-1] == before


def test_what_a_recipe_makes_no_use_of_is_known() -> None:
    used = {part.name for part in RECIPE if part.is_used(Recipe(optimizer="rmsprop", schedule="step"))}
    assert used == {part.name for part in RECIPE} - {"momentum"}
    assert {"beta2", "epsilon", "momentum", "decay", "decay_every"}.isdisjoint(
        part.name for part in RECIPE if part.is_used(Recipe())
    )
