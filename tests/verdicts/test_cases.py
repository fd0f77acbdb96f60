"""Verdicts and remedies, held against runs of which it is known how they go."""

from __future__ import annotations

import pytest

from gdtui.analysis.stability import limits
from gdtui.runs.recipes import steered
from gdtui.runs.run import Run
from gdtui.why.confirm import confirm
from gdtui.why.judge import judge, judge_losses
from gdtui.why.verdict import Kind, Remedy, Verdict
from tests.conftest import examples
from tests.verdicts.cases import FAMILIES, made
from tests.verdicts.curves import CURVES, curve_of
from tests.verdicts.making import healthy_run

CASES, CURVED, HEALTHY = examples(1, 20), examples(2, 50), examples(3, 80)
"""Of each family in each half."""
WELL = (Kind.BEGINNING, Kind.FALLING, Kind.LEVELLING, Kind.DONE, Kind.SEPARABLE, Kind.INSEPARABLE)


def judged(run: Run, epoch: int | None = None) -> Verdict:
    moment = run.newest() if epoch is None else run.moment(epoch)
    return judge(run, moment, limits(run.data, run.settings.loss, run.recipe, moment.weights))


def tried(run: Run, remedy: Remedy) -> tuple[bool, str]:
    """The remedy, as a fork for as many epochs."""
    before = run.history.recipe_at(remedy.epoch)
    recipe = steered(before, dict(remedy.parts), remedy.epoch, run.done - remedy.epoch + 1)
    fork = run.forked(remedy.epoch, recipe=recipe)
    fork.set_epochs(run.done)
    fork.advance(run.done)
    found = confirm(remedy, run.moment(run.done), fork.moment(fork.done))
    return found.is_confirmed, f"{remedy.told}: {found.text}"


@pytest.mark.long
@pytest.mark.parametrize("half", [0, 1], ids=["made the rules", "held out"])
def test_of_100_verdicts_on_runs_98_are_right_and_of_100_remedies_90_are_confirmed(half: int) -> None:
    wrong, refuted, verdicts, remedies = [], [], 0, 0
    for name in FAMILIES:
        for seed in range(half, 2 * CASES, 2):
            case = made(name, seed)
            found = judged(case.run)
            verdicts += 1
            if found.kind not in case.kinds:
                wrong.append(f"{case.name}: {found.text}")
            if found.remedy is not None:
                assert found.remedy.epoch <= case.run.done
                remedies += 1
                is_confirmed, told = tried(case.run, found.remedy)
                if not is_confirmed:
                    refuted.append(f"{case.name}: {told}")
    print(f"{verdicts - len(wrong)} of {verdicts} right, {remedies - len(refuted)} of {remedies} confirmed")
    assert len(wrong) <= 0.02 * verdicts, wrong
    assert len(refuted) <= 0.1 * remedies, refuted
    assert remedies > 0.4 * verdicts


@pytest.mark.long
@pytest.mark.parametrize("half", [0, 1], ids=["made the rules", "held out"])
def test_of_100_verdicts_on_losses_98_are_right(half: int) -> None:
    wrong = []
    for name in CURVES:
        for seed in range(half, 2 * CURVED, 2):
            curve, kind = curve_of(name, seed)
            found = judge_losses(curve)
            assert found.remedy is None
            if found.kind is not kind:
                wrong.append(f"{name} {seed}: {found.text}")
    assert len(wrong) <= 0.02 * CURVED * len(CURVES), wrong


@pytest.mark.long
@pytest.mark.parametrize("half", [0, 1], ids=["made the rules", "held out"])
def test_no_healthy_run_is_judged_wrongly_twice_in_a_row(half: int) -> None:
    twice = []
    for seed in range(half, 2 * HEALTHY, 2):
        run, was_wrong = healthy_run(seed), False
        for epoch in (*range(1, 60), *range(60, 401, 5)):
            found = judged(run, epoch)
            is_wrong = found.kind not in WELL
            if is_wrong and was_wrong:
                twice.append(f"run {seed}, epoch {epoch}: {found.text}")
            was_wrong = is_wrong
    assert not twice
