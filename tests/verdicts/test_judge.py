"""What a verdict says, and of what: steered, forked, watched and ended runs, and moments of the past."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest

from gdtui.analysis.stability import Limits, limits
from gdtui.data.dataset import Dataset, dataset
from gdtui.data.load import load
from gdtui.runs.curve import KnownLosses
from gdtui.runs.envelope import Envelope
from gdtui.runs.recipes import steered
from gdtui.runs.run import Run
from gdtui.settings import DataSettings, Settings, StopRules
from gdtui.why.confirm import confirm
from gdtui.why.judge import judge, judge_losses
from gdtui.why.verdict import Kind, Verdict

ARTICLE = Settings()
MOONS = Settings(loss="cross-entropy", data=DataSettings("moons"), epochs=300)


def run_of(settings: Settings, epochs: int | None = None, data: Dataset | None = None, **changes: object) -> Run:
    settings = replace(settings, **changes)  # type: ignore[arg-type]
    run = Run(settings, data or load(settings.data))
    run.advance(settings.epochs if epochs is None else epochs)
    return run


def said(run: Run, epoch: int | None = None) -> Verdict:
    moment = run.newest() if epoch is None else run.moment(epoch)
    known = limits(run.data, run.settings.loss, run.history.recipe_at(max(1, moment.epoch)), moment.weights)
    return judge(run, moment, known)


def test_the_article_falls_and_then_grows_for_ever() -> None:
    run = run_of(ARTICLE)
    assert [said(run, epoch).kind for epoch in (0, 1, 4)] == [Kind.BEGINNING] * 3
    assert said(run, 10).text == "falling: the last 9 epochs took 62 % off the loss"
    found = said(run)
    assert found.text == (
        "separable: every row is right, so the loss goes to 0 and the weights grow for ever, "
        "from 0.81 at epoch 50 to 0.944"
    )
    assert found.remedy is None
    assert found.advice == "--l2 0.01 would keep them finite"


@pytest.mark.parametrize("alpha", [0.001, 1.0, 30.0])
def test_a_moment_of_the_past_is_judged_as_it_was_when_it_was_the_newest(alpha: float) -> None:
    run, then = run_of(MOONS, 0, alpha=alpha), {}
    for epoch in (1, 3, 8, 20, 50, 51, 150):
        run.advance(epoch - run.done)
        then[epoch] = said(run)
    run.set_alpha(0.5)
    run.advance(100)
    assert {epoch: said(run, epoch) for epoch in then} == then


def test_what_a_limit_says_of_a_bounce() -> None:
    found = said(run_of(MOONS, alpha=100.0))
    assert found.text == "bouncing since epoch 2: alpha is 1.79 × the stable limit; 10 of the last 20 epochs rose"
    assert found.remedy is not None
    assert found.remedy.told == "alpha 5 from epoch 1"


def test_of_an_alpha_that_is_about_the_limit_it_is_said_how_far_it_is_beyond_what_is_stable_anywhere() -> None:
    run = run_of(replace(ARTICLE, data=DataSettings("blobs", noise=3.0)), 99, alpha=0.2)
    assert (
        said(run).text
        == "bouncing since epoch 2: alpha is 2.17 × what is stable anywhere; 10 of the last 20 epochs rose"
    )


def test_momentum_that_goes_past_the_optimum_and_comes_back_does_not_bounce() -> None:
    cross = replace(MOONS, data=DataSettings("xor"), init=(4.0, 5.0, -6.0))
    run = run_of(cross, 150, optimizer="momentum", alpha=2.0)
    assert (np.diff(run.history.losses[:40]) > 0).sum() > 10
    assert {said(run, epoch).kind for epoch in range(5, 151)} <= {Kind.FALLING, Kind.LEVELLING, Kind.INSEPARABLE}


def test_a_bounce_is_followed_back_to_where_it_began_however_long_ago() -> None:
    run = run_of(replace(MOONS, epochs=30_000), 6000, alpha=2.0)
    run.set_alpha(100.0)
    run.history.steered = [(1, run.recipe)]  # as if that had never been steered
    run.advance(24_000)
    found = said(run)
    assert found.since is not None
    assert 6000 < found.since < 6010
    assert found.remedy is not None
    assert found.remedy.epoch == found.since - 1


def test_a_bounce_is_seen_too_where_a_file_keeps_every_10th_epoch() -> None:
    live, epochs = run_of(replace(MOONS, epochs=3000), alpha=30.0), np.arange(1, 3001, 10)
    known = Run(live.settings, live.data)
    losses, weights = live.history.losses[epochs - 1], live.history.keyframes[1][epochs - 1]
    assert not (np.diff(losses[-20:]) > 1e-6).any()
    known.history.append_records(epochs, losses, weights)
    assert said(known, 2991).text.endswith("; 10 of the last 20 epochs rose")


def test_what_bounces_since_it_was_steered_goes_back_to_before_that() -> None:
    run = run_of(MOONS, 100, alpha=2.0)
    run.set_alpha(100.0)
    run.advance(3)
    assert said(run).text == "too few epochs since the change at epoch 101 to tell"
    run.advance(60)
    found = said(run)
    assert found.kind is Kind.BOUNCING
    assert found.since is not None
    assert 101 <= found.since <= 106
    assert found.remedy is not None
    assert found.remedy.epoch == found.since - 1


def test_only_what_came_since_a_fork_began_counts() -> None:
    run = run_of(MOONS, alpha=100.0)
    fork = run.forked(150, weights=np.array([1.0, -1.0, 1.0]), recipe=replace(run.recipe, alpha=1.0))
    assert said(fork).text == "too few epochs to tell"
    fork.advance(100)
    assert said(fork).kind in (Kind.FALLING, Kind.LEVELLING)


def test_where_losses_are_the_same_on_both_sides_of_the_valley_each_step_undoes_the_one_before() -> None:
    features = np.array([[-0.3], [-0.15], [0.15], [0.3], [0.09], [-0.09]])
    labels = np.array([0.0, 0, 1, 1, 0, 1])
    data = dataset("mirrored", np.vstack([features, -features]), np.append(labels, 1 - labels))
    run = run_of(ARTICLE, data=data, init=(2.0, 0.0), alpha=200.0, loss="cross-entropy", epochs=60)
    assert not (np.diff(run.history.losses[-20:]) > 0).any()
    assert said(run).text.startswith("bouncing since epoch")


def test_noise_of_batches_is_no_bounce_but_too_large_an_alpha_is() -> None:
    rising = run_of(MOONS, alpha=0.5, batch_size=8, epochs=100)
    assert (np.diff(rising.history.losses[-20:]) > 0).sum() > 5
    assert said(rising).kind in (Kind.LEVELLING, Kind.DONE)
    found = said(run_of(MOONS, alpha=200.0, batch_size=8, epochs=100))
    assert found.kind is Kind.BOUNCING
    assert found.text.partition(": ")[2].startswith("alpha is 38.4 × what is stable anywhere without batches; ")


def test_how_much_longer_a_crawl_takes() -> None:
    slow = run_of(MOONS, alpha=0.001)
    assert said(slow).text == (
        "crawling: alpha is 1/5,200 of what is stable anywhere; "
        "the 49 % that is left takes 3,700 epochs more at this pace"
    )
    asked = run_of(MOONS, alpha=0.001, stop=StopRules(target_loss=0.5))
    last = asked.history.losses[-1]
    more = (last - 0.5) / (asked.history.losses[-31] - last) * 30
    told = int(said(asked).text.partition("loss 0.5 takes ")[2].split()[0].replace(",", ""))
    assert told == pytest.approx(more, rel=0.05)


def test_no_crawl_is_seen_while_alpha_warms_up_and_one_is_where_its_schedule_is_at_an_end() -> None:
    assert said(run_of(MOONS, 50, alpha=0.5, warmup=100_000)).kind is not Kind.CRAWLING
    found = said(run_of(MOONS, alpha=1.0, schedule="step", decay=0.1))
    assert found.text.startswith("crawling: alpha has fallen to 1e-09 by its schedule; ")
    assert found.remedy is not None
    assert found.remedy.told == "alpha 1, constant from epoch 150"


def test_done_is_told_with_what_proves_it() -> None:
    assert said(run_of(MOONS, alpha=2.0)).text == (
        "done: less than 0.1 % of the cross-entropy is left to gain; accuracy is 87 %"
    )
    assert said(run_of(MOONS, alpha=2.0, stop=StopRules(target_loss=0.4))).text.startswith("done: loss reached 0.4 at ")
    l1 = run_of(MOONS, alpha=2.0, l1=0.01, epochs=2000)
    assert said(l1).text.startswith("done: the last half of the epochs took less than 0.1 % off the loss")


def test_a_loss_is_flat_far_out_though_a_line_could_part_the_classes() -> None:
    run = run_of(ARTICLE, init=(30.0, 30.0, 30.0))
    assert all(said(run, epoch).kind in (Kind.LEVELLING, Kind.PLATEAU) for epoch in range(5, 100))
    found = said(run)
    assert found.text == "on a plateau: 50 % of the rows are wrong where the sigmoid is flat, and this loss with it"
    assert found.remedy is not None
    fork = run.forked(found.remedy.epoch, recipe=steered(run.recipe, dict(found.remedy.parts), found.remedy.epoch, 51))
    fork.advance(100 - fork.done)
    assert confirm(found.remedy, run.newest(), fork.newest()).is_confirmed
    thrown = said(run_of(ARTICLE, 20, init=(300.0, 300.0, 300.0), alpha=1))  # and would be again
    assert (thrown.kind, thrown.remedy) == (Kind.PLATEAU, None)


def test_where_the_gradient_is_0_on_a_plateau_there_is_no_remedy() -> None:
    found = said(run_of(ARTICLE, loss="squared-error", init=(30.0, 30.0, 30.0)))
    assert found.text == "stuck on a plateau: 50 % of the rows are wrong where the sigmoid is flat, and push no more"
    assert (found.remedy, found.advice) == (None, "with --loss cross-entropy they would")
    assert said(run_of(ARTICLE, loss="squared-error", alpha=2)).remedy is not None


def test_a_line_cannot_part_a_cross_but_a_penalty_may_be_another_reason() -> None:
    cross = replace(MOONS, data=DataSettings("xor"), alpha=2.0)
    assert said(run_of(cross)).text == (
        "a line cannot part these: accuracy is 54 %, and less than 0.1 % of the cross-entropy is left to gain"
    )
    assert said(run_of(cross, l2=0.1)).text.startswith(
        "done: less than 0.1 % of the cross-entropy and the penalty is left to gain"
    )


def test_the_features_of_wild_scale_are_named() -> None:
    wine = replace(MOONS, data=DataSettings("wine", standardize=False), alpha=1e-6)
    found = said(run_of(wine))
    assert found.text == "features of wildly different scale: proline is 2,100 × as large as nonflavanoid_phenols"
    assert found.advice == "--standardize would even them out"


def test_a_bounce_of_features_of_wild_scale_is_none_that_a_smaller_alpha_mends() -> None:
    found = said(run_of(replace(ARTICLE, data=DataSettings("wine", standardize=False)), 60, alpha=0.01))
    assert found.text == "bouncing since epoch 2: alpha is 1,700 × what is stable anywhere; scales differ 2,100 ×"
    assert (found.kind, found.remedy, found.advice) == (Kind.BOUNCING, None, "try --standardize")


def test_weights_that_hardly_grow_are_not_said_to_grow_from_a_number_to_the_same() -> None:
    found = said(run_of(ARTICLE, alpha=100))
    assert found.text == "separable: every row is right, so the loss goes to 0 and the weights grow for ever"


def test_an_alpha_times_a_penalty_beyond_2_diverges() -> None:
    run = run_of(MOONS, alpha=60.0, l2=0.1, epochs=2000)
    assert said(run, 60).text.endswith("; alpha times the L2 penalty is 6, and stable below 2")
    found = said(run)
    assert found.text == (
        "diverging since epoch 1: the loss is not finite any more; alpha times the L2 penalty is 6, and stable below 2"
    )
    assert found.remedy is not None
    assert found.remedy.epoch == 1


def test_without_limits_or_data_it_says_what_losses_tell() -> None:
    run = run_of(MOONS, alpha=30.0)
    assert judge(run, run.newest()).text.startswith("bouncing since epoch 2: alpha is 5.75 × ")
    bare = judge(run, run.newest(), Limits(why_not="the data is not at hand"))
    assert bare.text == "bouncing since epoch 2: 10 of the last 20 epochs rose"


@pytest.mark.parametrize(("alpha", "kind"), [(2.0, Kind.DONE), (30.0, Kind.BOUNCING), (0.003, Kind.CRAWLING)])
def test_thinned_losses_are_neither_rises_nor_falls(alpha: float, kind: Kind) -> None:
    """Beyond 2**20 epochs each entry stands for the smallest and largest of several losses."""
    run = run_of(replace(MOONS, epochs=1000), 0, alpha=alpha)
    run.history.envelope = Envelope(256)
    run.advance(1000)
    assert run.history.envelope.stride == 4
    found = said(run)
    assert found.kind is kind, found.text
    assert "epochs rose" not in found.text


def curve_of(losses: list[float] | np.ndarray, tested: list[float | None] | None = None, step: int = 1) -> KnownLosses:
    curve = KnownLosses()
    curve.extend(range(1, 1 + step * len(losses), step), losses, tested or [])
    return curve


def test_losses_alone_are_judged_as_of_an_epoch() -> None:
    at = np.arange(200.0)
    curve = curve_of(0.5 + np.exp(-at / 30))
    assert judge_losses(curve, 3).kind is Kind.BEGINNING
    assert judge_losses(curve, 30).kind is Kind.FALLING
    assert judge_losses(curve, 200).text == "levelling out: the last 20 epochs took 0.25 % off the loss"
    assert judge_losses(curve_of([])).kind is Kind.BEGINNING


def test_a_loss_that_is_unknown_or_infinite_at_the_end_has_diverged() -> None:
    for last in (math.nan, math.inf):
        found = judge_losses(curve_of([3.0, 2.0, 1.0, 5.0, 50.0, 900.0, last]))
        assert found.text == "diverging since epoch 3: the loss is not finite any more"


def test_losses_at_the_end_of_all_numbers_are_judged_without_a_warning():
    """They are told to people in lines, beside which a warning would stand."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert judge_losses(curve_of([1.7e308, 1.6e308] * 20)).kind is not Kind.BEGINNING


def test_of_every_500th_loss_no_epoch_is_said_to_have_risen() -> None:
    found = judge_losses(curve_of([1.0, 2.0] * 40, step=500))
    assert found.text == "bouncing: the loss goes up and down"


def test_losses_tell_of_overfitting() -> None:
    at = np.arange(100.0)
    found = judge_losses(curve_of(1 / (1 + at), (1 + np.abs(at - 40) / 100).tolist()))
    assert found.text == (
        "overfitting since epoch 47: the test loss rose from 1 at epoch 41 to 1.59 while the loss fell"
    )


def test_a_loss_that_has_fallen_and_risen_again_to_what_it_was_is_not_done() -> None:
    run = run_of(Settings(DataSettings(noise=3), loss="squared-error", alpha=0.5), 100)
    kinds = {said(run, epoch).kind for epoch in range(80, 101)}
    assert kinds == {Kind.LEVELLING}
