import gc
import weakref

import numpy as np
import pytest

from gdtui.data.load import load
from gdtui.learning.moment import measure
from gdtui.runs.events import EpochsWanted, RuleDropped, Steered
from gdtui.runs.run import Run
from gdtui.settings import LOSSES, Settings, StopRules
from tests.oracles import TickingKernel, article_losses, kernel_of, noisy

HALVES = Settings(init=(0.5, 0.5, 0.5))


def run(**options) -> Run:
    return Run(Settings(**options), noisy())


@pytest.mark.parametrize("alpha", [0.1, 0.01, 0.001])
def test_a_run_on_blobs_is_the_articles(alpha):
    running = Run(Settings(init=(0.5, 0.5, 0.5), alpha=alpha), load())
    running.advance(running.epochs)
    assert running.history.losses.tolist() == article_losses(alpha, 100)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_same_settings_give_the_same_bits(loss):
    first, second = run(loss=loss, seed=3), run(loss=loss, seed=3)
    first.advance(100)
    for _ in range(20):
        second.advance(5)
    assert (first.weights == second.weights).all()
    assert first.history.losses.tolist() == second.history.losses.tolist()


def test_uniform_weights_are_in_0_to_1_and_follow_the_seed():
    starts = [run(seed=seed).weights for seed in (0, 0, 1)]
    assert (starts[0] == starts[1]).all()
    assert (starts[0] != starts[2]).any()
    assert all(((start >= 0) & (start < 1)).all() for start in starts)


@pytest.mark.parametrize(("init", "start"), [("zeros", [0, 0, 0]), ("ones", [1, 1, 1]), ((1.5, -2, 0), [1.5, -2, 0])])
def test_other_starts(init, start):
    assert run(init=init).weights.tolist() == start


def test_too_few_weights_are_refused():
    with pytest.raises(ValueError, match=r"--init gives 2 weights, but the data needs 3 \(the bias and 2 features\)"):
        run(init=(1.0, 2.0))


def test_an_unknown_start_is_refused():
    with pytest.raises(ValueError, match="no such start: 'twos'; there are uniform, zeros, ones"):
        run(init="twos")


def test_what_is_asked_for_is_what_is_run():
    running = run(epochs=7, alpha=0.3, stop=StopRules(target_loss=1e-9))
    assert (running.done, running.epochs, running.alpha, running.stop) == (0, 7, 0.3, None)
    batch = running.advance(5)
    assert (len(batch), running.done, len(running.history)) == (5, 5, 5)
    running.advance(5)
    assert running.stop.rule == "epochs"
    assert running.descent.rules.target_loss == 1e-9


def test_alpha_changed_live_is_in_the_history_and_gives_the_same_weights_again():
    running = run(epochs=60)
    expected = []
    for alpha in (0.01, 0.02, 0.5):
        running.set_alpha(alpha)
        expected.extend(running.advance(20).weights)
    assert running.history.alphas == [(1, 0.01), (21, 0.02), (41, 0.5)]
    assert all((running.history.weights_at(k + 1) == weights).all() for k, weights in enumerate(expected))


def test_an_epoch_shown_again_is_measured_as_it_was():
    running = run(alpha=0.3)
    last = running.advance(17).last
    running.advance(30)
    assert running.moment(17) == last
    assert running.moment(17).weights.tobytes() == last.weights.tobytes()


def test_the_end_is_measured_after_the_last_step():
    running = run()
    batch = running.advance(10)
    assert running.end() == measure(kernel_of(running.data), running.weights, 10)
    assert running.end() != batch.last


def test_looking_beside_the_descent_does_not_disturb_it():
    looked_at, left_alone = run(alpha=0.3), run(alpha=0.3)
    for _ in range(10):
        looked_at.advance(5)
        measure(looked_at.kernel, np.zeros(3))
        looked_at.history.weights_at(2)
    left_alone.advance(50)
    assert (looked_at.weights == left_alone.weights).all()


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan"), float("inf")])
def test_an_alpha_that_is_not_positive_and_finite_is_refused(alpha):
    running = run()
    with pytest.raises(ValueError, match="alpha must be a positive number"):
        running.set_alpha(alpha)
    assert running.history.steered == [(1, running.recipe)] == [(1, running.settings.recipe)]


def test_a_fork_by_a_schedule_that_was_chosen_later_begins_it_where_it_was_forked():
    running = run(epochs=60)
    running.advance(30)
    running.steer(schedule="exponential", decay_every=10)
    assert (running.forked(31).recipe.since, running.forked(7).recipe.since) == (31, 7)
    assert running.forked(7).history.recipe_at(7).since == 7


def test_what_is_steered_is_told_once_and_what_changes_nothing_is_not():
    running = run(epochs=60, stop=StopRules(target_loss=1e9))
    assert running.set_alpha(0.01) == running.set_epochs(60) == []
    assert running.advance(50).stop.rule == "target-loss"
    assert running.set_alpha(0.5) == [Steered({"alpha": 0.5}, 2, {"alpha": 0.01})]
    assert running.set_epochs(60) == [RuleDropped("target-loss")]
    assert running.set_epochs(70) == [EpochsWanted(70, 60)]
    assert running.set_epochs(0 + 1) == [EpochsWanted(1, 70)]


def test_the_newest_is_the_last_epoch_and_after_the_end_what_came_of_it():
    running = run(epochs=10)
    assert (running.newest(), running.newest().epoch) == (running.moment(0), 0)
    assert running.advance(4).last == running.newest() == running.moment(4)
    batch = running.advance(10)
    assert running.newest() == running.end() == batch.end
    assert running.newest() != batch.last
    running.set_epochs(20)
    assert running.newest() == batch.last


def test_fewer_epochs_than_1_are_refused():
    running = run()
    with pytest.raises(ValueError, match="epochs must be at least 1, not 0"):
        running.set_epochs(0)
    assert running.epochs == 100


def test_a_finished_run_goes_on_when_given_more():
    running = run(epochs=10)
    running.advance(100)
    running.set_epochs(15)
    assert running.stop is None
    running.advance(100)
    assert (running.done, len(running.history)) == (15, 15)


def test_fewer_epochs_than_are_done_end_it_where_it_stands():
    running = run(epochs=100)
    running.advance(20)
    running.set_epochs(5)
    assert len(running.advance(10)) == 0
    assert running.stop.message == "all 20 epochs done"


def test_a_time_budget_reaches_the_descent():
    like = run(epochs=1000)
    kernel = TickingKernel(like.data.X, like.data.y, like.objective)
    running = Run(like.settings, like.data, kernel)
    running.advance(1, 1.0, kernel.clock)
    assert len(running.advance(1000, 25.0, kernel.clock)) == 25
    assert len(running.history) == 26


def test_restarted_has_the_same_start_and_todays_alpha_and_epochs():
    running = run(seed=4)
    start = running.weights
    running.advance(10)
    running.set_alpha(0.2)
    running.set_epochs(150)
    again = running.restarted()
    assert (again.weights == start).all()
    assert (again.done, again.alpha, again.epochs, len(again.history)) == (0, 0.2, 150, 0)
    assert running.done == 10


def test_restarted_with_a_seed_has_fresh_weights_also_where_they_were_given():
    running = run(init=(0.5, 0.5, 0.5))
    fresh = running.restarted(seed=9)
    assert (fresh.weights != running.weights).all()
    assert (fresh.weights == run(seed=9).weights).all()
    assert fresh.settings.seed == 9


def test_the_library_names_are_those_of_the_modules():
    import gdtui

    for name in gdtui.__all__:
        assert getattr(gdtui, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Ascent'"):
        gdtui.Ascent  # noqa: B018


def test_data_that_a_run_has_let_go_of_is_freed_without_garbage_collection():
    gc.disable()
    try:
        running = Run(HALVES, load())
        running.advance(5)
        data = weakref.ref(running.data.drawn)
        assert data() is running.data
        del running
        assert data() is None
    finally:
        gc.enable()
