"""What is computed again of some epochs, against scikit-learn, finite differences and the weights themselves."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.learning.penalty import Penalty
from gdtui.learning.weights import logits
from gdtui.runs.run import Run, Shown
from gdtui.runs.samples import predictions
from gdtui.settings import DataEdit, DataSettings, Recipe, Settings
from gdtui.views import track as module
from gdtui.views.track import MOST, Track, Tracks, sample_of, sample_told, wanted_of
from tests.oracles import finite_difference

CASES = {
    "article": Settings(epochs=60, alpha=0.5),
    "adam": Settings(
        data=DataSettings("breast-cancer", test_size=0.3), loss="cross-entropy", optimizer="adam", alpha=0.1, epochs=60
    ),
    "batches": Settings(
        data=DataSettings("moons"), loss="squared-error", optimizer="momentum", batch_size=16, schedule="cosine",
        warmup=5, epochs=60,
    ),
    "softmax": Settings(
        data=DataSettings("iris", test_size=0.3), loss="cross-entropy", l2=0.1, l1=0.01, alpha=0.3, epochs=60
    ),
}  # fmt: skip


def of(run: Shown, epoch: int = 0, moves: bool = False, tracks: Tracks | None = None) -> Track:
    """The track of a run, once nothing more is to come."""
    woken = threading.Semaphore(0)
    tracks, known, deadline = tracks or Tracks(woken.release), -1, time.monotonic() + 60
    while time.monotonic() < deadline:
        track = tracks.of(run.data, run.objective, [(run.history, epoch or run.done)], moves)[0]
        if not tracks.is_busy and len(track.epochs) == known:
            return track
        known = len(track.epochs)
        woken.acquire(timeout=0.01)
    raise AssertionError("there was always more to come")


def trained(settings: Settings) -> Run:
    """A run of those settings, steered on its way, up to an epoch before its end."""
    run = Run(settings, load(settings.data))
    run.advance(20)
    run.steer(alpha=settings.alpha / 2, optimizer="nesterov" if settings.optimizer == "momentum" else "gd")
    run.advance(settings.epochs - 21)
    return run


def accuracy(data: Dataset, weights: np.ndarray, run: Run) -> float:
    return float(accuracy_score(data.y, predictions(run.objective.activations(logits(data.X, weights)))))


@pytest.mark.parametrize("settings", CASES.values(), ids=CASES)
def test_what_is_known_of_an_epoch_is_what_it_was(settings: Settings) -> None:
    run = trained(settings)
    track = of(run)
    assert track.epochs.tolist() == list(range(1, 60))
    after = [*(run.history.weights_at(epoch) for epoch in range(2, 60)), run.weights]
    for epoch, known, end in zip(range(1, 60), track.known, after, strict=True):
        before = run.history.weights_at(epoch)
        assert known.weights.tobytes() == before.tobytes()
        assert known.step.tobytes() == (end - before).tobytes()
        assert known.step_length == pytest.approx(np.sqrt(((end - before) ** 2).sum()), rel=1e-12)
        assert known.ratio == pytest.approx(known.step_length / np.sqrt((before**2).sum()), rel=1e-12)
        assert known.accuracy == pytest.approx(accuracy(run.data, before, run), abs=1e-12)
        if run.data.test is None:
            assert np.isnan(known.test_accuracy)
        else:
            assert known.test_accuracy == pytest.approx(accuracy(run.data.test, before, run), abs=1e-12)


@pytest.mark.parametrize("name", ["adam", "batches", "softmax"])
def test_the_gradient_is_that_of_all_rows_with_the_penalty_of_squares(name: str) -> None:
    run = trained(replace(CASES[name], epochs=30))
    track = of(run)
    for place in (0, 12, 28):
        recipe = run.history.recipe_at(place + 1)
        penalty = Penalty(Recipe(l2=recipe.l2), run.kernel)
        found = finite_difference(lambda weights, penalty=penalty: run.kernel.loss(weights) + penalty.loss(weights),
                                  track.known[place].weights)  # fmt: skip
        assert track.known[place].gradient == pytest.approx(found, abs=1e-7)


def test_the_articles_gradient_is_the_one_it_follows() -> None:
    run = trained(CASES["article"])
    known = of(run).known[7]
    assert known.step == pytest.approx(-run.history.recipe_at(8).alpha * known.gradient, rel=1e-9)


def test_epochs_are_kept_ones_and_what_was_computed_is_of_use_while_the_run_grows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, computed, evaluated = Run(Settings(epochs=10_000), load("blobs")), [], module.evaluated

    def counted(*args: Any) -> Any:
        computed.append(args[1])
        return evaluated(*args)

    monkeypatch.setattr(module, "evaluated", counted)
    tracks = Tracks(lambda: None)
    for epochs in (100, 500, 1500, 5000):
        run.advance(epochs)
        track = of(run, tracks=tracks)
        kept = run.history.keyframes[0]
        assert np.isin(track.epochs[:-1], kept).all()
        firsts, seconds = track.epochs[:-1:2], track.epochs[1:-1:2]
        if run.done == 100:
            assert track.epochs.tolist() == list(range(1, 101))
        else:
            strides = set(np.diff(firsts))
            assert len(strides) == 1
            assert strides <= {2**power for power in range(10)}
            assert (firsts[: len(seconds)] + 1 == seconds).all()
        assert len(track.epochs) <= 2 * MOST + 1
        assert track.epochs[-1] == run.done
    assert len(computed) <= len(set(computed)) + 3  # the newest may have been known without the one before
    assert len(computed) < 8 * MOST


def test_while_a_run_goes_on_the_epochs_on_the_way_are_enough() -> None:
    run = Run(Settings(epochs=1000), load("blobs"))
    run.advance(777)
    track = of(run, moves=True)
    assert track.epochs.tolist() == [epoch for epoch in range(1, 778) if epoch % 4 in (1, 2)]
    assert track.at(777) == (777, track.known[-1])
    assert track.at(776) == (774, track.known[-2])
    assert track.at(0) == (0, None)


def test_a_branch_is_a_track_of_its_own() -> None:
    run = Run(Settings(epochs=40), load("blobs"))
    run.advance(40)
    fork = run.forked(20, 1.0)
    fork.advance(10)
    one, other = of(run), of(fork)
    assert other.epochs.tolist() == list(range(1, 30))
    assert [known.step.tobytes() for known in one.known[:19]] == [known.step.tobytes() for known in other.known[:19]]
    assert other.known[19].step == pytest.approx(100 * one.known[19].step, rel=1e-9)


def test_each_epoch_is_evaluated_on_the_data_of_its_time() -> None:
    run = Run(Settings(epochs=40, alpha=0.1), load("blobs"))
    run.advance(40)
    fork = run.forked(20)
    fork.change(tuple(DataEdit(1, row=row) for row in range(60)))
    fork.advance(10)
    track = of(fork)
    for epoch, known in zip(track.epochs.astype(int).tolist(), track.known, strict=True):
        moment = fork.moment(epoch)
        assert known.accuracy == moment.accuracy
        assert np.linalg.norm(known.gradient) == pytest.approx(moment.gradient_norm, rel=1e-12)
        step = -0.1 * known.gradient
        assert known.step == pytest.approx(step, rel=1e-9)
    assert fork.moment(19).accuracy != fork.moment(20).accuracy


def test_of_large_data_a_sample_is_evaluated_and_steps_are_those_that_were_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LARGE", 400)
    monkeypatch.setattr(module, "FEWEST", 50)
    settings = Settings(data=DataSettings("blobs", test_size=0.3), epochs=30)
    run = Run(settings, load(settings.data))
    run.advance(30)
    part, track = sample_of(run.data), of(run)
    assert part.test is not None
    assert (len(part), len(part.test)) == (50, 50)
    assert sample_told(run.data) == "over 50 of 174 rows"
    assert track.epochs.tolist() == list(range(1, 30))  # of the last, whose step no epoch follows, nothing is known
    for epoch, known in enumerate(track.known, 1):
        assert known.step.tobytes() == (run.history.weights_at(epoch + 1) - known.weights).tobytes()
        assert known.accuracy == pytest.approx(accuracy(part, known.weights, run), abs=1e-12)
        assert known.test_accuracy == pytest.approx(accuracy(part.test, known.weights, run), abs=1e-12)
        p = run.objective.activations(part.X @ known.weights)
        assert known.gradient == pytest.approx(part.X.T @ (p - part.y) / len(part), rel=1e-9)
    assert sample_told(load("blobs")) != ""
    monkeypatch.undo()
    assert sample_told(load("blobs")) == ""
    assert sample_of(run.data) is run.data


def test_a_run_that_diverges_has_no_step_where_nothing_could_be_measured() -> None:
    run = Run(Settings(epochs=50, alpha=1e308), load("blobs"))
    run.advance(50)
    assert run.stop is not None
    track = of(run)
    assert np.isfinite(track.known[0].gradient).all()
    assert not np.isfinite(track.known[-1].step_length)


def many(sizes: Sequence[int]) -> list[int]:
    return [len(wanted_of(run.history, 0)) for run in map(wide, sizes)]


def wide(features: int) -> Run:
    rng = np.random.default_rng(0)
    X = np.column_stack([np.ones(4), rng.normal(size=(4, features))])
    names = tuple(f"x{number}" for number in range(features))
    run = Run(Settings(epochs=300), Dataset("wide", X, np.array([0.0, 1.0, 0.0, 1.0]), names, ("no", "yes")))
    run.advance(300)
    return run


def test_the_more_weights_the_fewer_epochs_are_kept() -> None:
    assert many([2, 5000]) == [150, 19]
