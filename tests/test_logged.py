"""What is said of other people's losses: right names for what goes wrong, and none for noise."""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path

import numpy as np
import pytest

from gdtui.logs.places import LogPlaces
from gdtui.logs.run import LogRun
from gdtui.session.line import Mood
from gdtui.session.logged import line_of, losses_of, state_line
from gdtui.why.logged import Losses, judge_logged
from gdtui.why.verdict import Kind
from tests.logs import RECORDED, read

TROUBLES = {Kind.DIVERGING, Kind.OVERFITTING, Kind.SPIKE, Kind.BOUNCING, Kind.PLATEAU}


def told(number: int) -> str:
    return f"step {10 * number:,}"


def descent(count: int, noise: float = 0.1, seed: int = 0, steep: float = 3) -> np.ndarray:
    """Losses of steps by some rows each, whose noise has heavy tails."""
    generator = np.random.default_rng(seed)
    fall = 2.3 * np.exp(-np.arange(count) / count * steep)
    return 0.2 + fall * (1 + noise * generator.normal(size=count)) + noise * 0.3 * np.abs(generator.normal(size=count))


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.2, 0.4])
@pytest.mark.parametrize("count", [8, 30, 100, 1000, 20_000])
def test_noise_is_called_nothing_worse_than_it_is(noise: float, count: int) -> None:
    kinds = [judge_logged(Losses(descent(count, noise, seed), told)).kind for seed in range(20)]
    assert set(kinds) <= {Kind.FALLING, Kind.LEVELLING}
    assert kinds.count(Kind.FALLING) >= 10 or (count < 100 and noise > 0.1)


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.2])
def test_a_plateau_is_levelling_out(noise: float) -> None:
    for seed in range(10):
        flat = np.append(descent(300, noise, seed), 0.3 + noise * 0.3 * np.random.default_rng(seed).normal(size=900))
        found = judge_logged(Losses(flat, told))
        assert found.kind is Kind.LEVELLING, found.text
        assert found.text.startswith("on a plateau: the last half of the records changed the loss by less than ")


@pytest.mark.parametrize("noise", [0.02, 0.1])
@pytest.mark.parametrize("width", [2, 12, 40])
def test_a_spike_is_told_where_it_was_and_only_while_it_is_news(noise: float, width: int) -> None:
    losses = descent(3000, noise)
    losses[2700 : 2700 + width] += 5 * np.exp(-np.arange(width) / width * 3)
    found = judge_logged(Losses(losses, told))
    assert found.kind is Kind.SPIKE
    assert found.text.startswith("spike at step 27,01") or found.text.startswith("spike at step 27,02")
    assert "came back" in found.text
    assert judge_logged(Losses(losses[:2704], told)).kind is not Kind.SPIKE
    assert judge_logged(Losses(np.append(losses, np.tile(losses[-200:], 10)), told)).kind is not Kind.SPIKE


def test_what_rises_for_good_is_no_spike_and_diverges() -> None:
    losses = np.append(descent(300), 0.4 * 1.1 ** np.arange(40))
    found = judge_logged(Losses(losses, told))
    assert (found.kind, found.text[:22]) == (Kind.DIVERGING, "diverging since step 2")
    losses = descent(500)
    losses[490:] = np.nan
    found = judge_logged(Losses(losses, told))
    assert found.text == "diverging since step 4,910: the loss is not finite any more"


def test_what_is_no_number_any_more_grew_before() -> None:
    values = np.concatenate([0.9 ** np.arange(100), 0.9**100 * 1.2 ** np.arange(100), [math.nan] * 20])
    told = judge_logged(Losses(values, "step {}".format)).text
    assert re.match(r"diverging since step 10\d: the loss rose from .* to .*, and is not finite since step 201", told)
    values[100:200] = 0.9**100
    told = judge_logged(Losses(values, "step {}".format)).text
    assert told == "diverging since step 201: the loss is not finite any more"


def test_a_bounce_begins_where_the_loss_has_come_to() -> None:
    count = np.arange(300.0)
    falls = 10 ** np.maximum(1 - count / 70, -2)
    values = falls * (1 + 0.5 * (-1) ** count * (1 + 0.3 * np.random.default_rng(20).standard_normal(300)))
    found = judge_logged(Losses(values, "epoch {}".format, are_epochs=True))
    assert found.kind is Kind.BOUNCING
    assert 160 < int(found.text.split()[3].rstrip(":")) < 220


def test_the_noise_of_epochs_is_no_bounce() -> None:
    for seed in range(20):
        noise = np.random.default_rng(seed).uniform(0, 0.3, 400)
        text = judge_logged(Losses(25 * 0.98 ** np.arange(400) + noise, "epoch {}".format, are_epochs=True)).text
        assert "bouncing" not in text


def test_gaps_are_passed_over() -> None:
    losses = descent(500)
    losses[::3] = np.nan
    assert judge_logged(Losses(losses, told)).kind is Kind.FALLING
    assert judge_logged(Losses(np.full(9, np.nan), told)).kind is Kind.DIVERGING
    assert judge_logged(Losses(np.empty(0), told)).kind is Kind.BEGINNING


def overfit(noise: float, seed: int = 0, rise: float = 1.0) -> Losses:
    tested = np.append(np.linspace(2, 0.5, 20), np.linspace(0.5, rise, 20))
    tested += noise * np.random.default_rng(seed).normal(size=40)
    measured = np.arange(25, 1001, 25)
    return Losses(descent(1000, 0.1, seed), told, False, tested, measured, lambda k: f"step {250 * k:,}", "val/loss")


def test_overfitting_is_by_what_is_measured_on_other_rows() -> None:
    found = judge_logged(overfit(0.0))
    assert found.kind is Kind.OVERFITTING
    assert found.text.startswith("overfitting since step 5,")
    assert "val/loss rose from 0.5 at step 5,000 to 1 while the loss fell" in found.text
    kinds = {judge_logged(overfit(0.02, seed, rise=0.5)).kind for seed in range(20)}
    assert Kind.OVERFITTING not in kinds


def test_a_loss_of_epochs_that_goes_up_and_down_bounces() -> None:
    swinging = 1 + 0.5 * (-1.0) ** np.arange(60)
    assert judge_logged(Losses(swinging, told, are_epochs=True)).kind is Kind.BOUNCING
    assert judge_logged(Losses(swinging, told)).kind is not Kind.BOUNCING


# Of logs

RECORDED_LOGS = [
    *(RECORDED / name / "stdout.txt" for name in ("keras_fit", "lightgbm_train", "print_loop", "sklearn_verbose")),
    *(RECORDED / name / "stdout.txt" for name in ("tqdm_loop", "transformers_trainer", "xgboost_train")),
    *(RECORDED / name for name in ("keras_fit/training.csv", "lightning_fit/metrics.csv", "transformers_trainer")),
    *(RECORDED / name for name in ("print_loop/metrics.jsonl", "ultralytics_train/results.csv")),
]


@pytest.mark.parametrize("path", RECORDED_LOGS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_logs_of_real_programs_are_called_no_names_at_any_time(path: Path) -> None:
    run = read(path)
    whole = losses_of(run, len)
    assert whole is not None
    kinds = []
    for count in range(1, len(whole.values) + 1):
        losses = losses_of(run, lambda metric, count=count: min(count, len(metric)))
        assert losses is not None
        kinds.append(judge_logged(losses).kind)
    assert not {*kinds} & TROUBLES
    assert kinds[-1] is Kind.FALLING or "transformers" in str(path)


def logged(path: Path, records: list[dict[str, object]]) -> LogRun:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    (run,) = LogPlaces([str(path)]).runs
    run.poll()
    return run


def test_a_log_is_judged_by_its_loss_and_in_its_own_units(tmp_path: Path) -> None:
    epochs = [{"epoch": at, "loss": 2.0**-at, "val_loss": 0.5 + abs(at - 10) / 10, "acc": 0.5} for at in range(30)]
    run = logged(tmp_path / "keras.jsonl", epochs)
    line = line_of(run, losses_of(run, len))
    assert line.text.startswith("overfitting since epoch 1")
    assert "val_loss rose from 0.5 at epoch 10" in line.text
    assert line_of(run, losses_of(run, lambda metric: 3)).text == "too few records to tell"
    only = logged(tmp_path / "only.jsonl", [{"step": at, "accuracy": at} for at in range(30)])
    assert losses_of(only, len) is None
    assert line_of(only, None).text == ""


@pytest.mark.parametrize(
    ("places", "units"),
    [
        ([at / 5 for at in range(60)], "records"),  # batches within epochs
        ([5 * at for at in range(60)], "records"),  # each fifth epoch
        ([at + 3 for at in range(60)], "epochs"),
    ],
)
def test_what_is_counted_is_called_what_it_is(places: list[float], units: str, tmp_path: Path) -> None:
    records = [{"epoch": place, "loss": 0.9**at} for at, place in enumerate(places)]
    run = logged(tmp_path / "run.jsonl", records)
    assert line_of(run, losses_of(run, len)).text == f"falling: the last 10 {units} took 65 % off the loss"


def test_where_each_is_a_mean_of_several_that_is_told() -> None:
    jumps = np.tile([1.0, 1.0, 1.6, 1.6], 80) * np.linspace(2, 1, 320)
    text = judge_logged(Losses(jumps, told, are_epochs=True)).text
    assert text.startswith("bouncing since")
    assert "means of 2 epochs rose" in text


def test_what_was_written_long_ago_is_at_rest_and_not_stalled(tmp_path: Path) -> None:
    path, now = tmp_path / "run.jsonl", [1e9]
    path.write_text('{"step": 1, "loss": 1}\n')
    os.utime(path, (0, 0))
    run = LogRun(str(path), clock=lambda: now[0], now=lambda: now[0])
    run.poll()
    now[0] += 1000
    assert run.state == "at rest"
    assert state_line(run).text == ""
    with path.open("a") as file:
        file.write('{"step": 2, "loss": 0.5}\n')
    run.poll()
    assert run.state == "following"


def test_who_has_said_nothing_for_long_is_at_rest(tmp_path: Path) -> None:
    path, now = tmp_path / "run.jsonl", [0.0]
    run = LogRun(str(path), clock=lambda: now[0])
    for at in range(6):
        path.write_text("".join(json.dumps({"step": step, "loss": 1.0}) + "\n" for step in range(at + 1)))
        run.poll()
        now[0] += 20
    states = []
    for silence in (90, 110, 900, 1010):
        now[0] = 100.0 + silence
        states.append(run.state)
    assert states == ["following", "stalled", "stalled", "at rest"]


def test_states_come_first(tmp_path: Path) -> None:
    (run,) = LogPlaces([str(tmp_path / "later.jsonl")]).runs
    run.poll()
    assert state_line(run).text == "waiting: later is not there yet"
    now, path = [0.0], tmp_path / "run.jsonl"
    run = LogRun(str(path), clock=lambda: now[0])
    for at in range(6):
        with path.open("a") as file:
            file.write(json.dumps({"step": at, "loss": 1.0 - at / 10}) + "\n")
        run.poll()
        now[0] += 2
    assert state_line(run).text == ""
    now[0] += 118
    line = line_of(run, losses_of(run, len))
    assert line.text.startswith("stalled: nothing for 120 s, and its own interval is 2 s; ")
    assert line.mood is Mood.ATTENTION
    path.unlink()
    run.poll()
    assert line_of(run, losses_of(run, len)).mood is Mood.BAD
