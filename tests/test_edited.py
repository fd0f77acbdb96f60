"""Data that is changed by hand while a run is under way: what comes after is as on a file with that data, and what came
before keeps its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gdtui.data.dataset import Dataset
from gdtui.data.edits import edited
from gdtui.data.load import load
from gdtui.learning.descent import Descent
from gdtui.learning.kernel import kernel_for
from gdtui.learning.stop import Best
from gdtui.runs.run import Run
from gdtui.runs.samples import sampled_rows
from gdtui.session import opening
from gdtui.session.commands import Begin, Do, Edit, GoTo, Race, SetAlpha
from gdtui.session.log import Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import DataEdit, DataSettings, Settings, StopRules
from tests.oracles import START
from tests.test_forks import begun
from tests.test_session import SLOW, ask, table

ADDED, FLIPPED = DataEdit(1, features=(-2.0, -1.5)), DataEdit(0, row=1)


def texts(session: Session) -> list[str]:
    return [entry.text for entry in session.snapshot().log]


def said(session: Session, command) -> list[Said]:
    session.do(command)
    return [event for event in session.turn() if isinstance(event, Said)]


def saved(tmp_path: Path, test_size: float = 0.0, **options) -> tuple[Session, str]:
    path = str(tmp_path / "run.jsonl")
    asked = Settings(table(tmp_path / "points.csv", test_size), **{"epochs": 50, "init": tuple(START), **options})
    return opening.begin(asked, SLOW, save=path), path


def written(path: Path, data: Dataset) -> DataSettings:
    """A file of that data as it is, and how it is to be read."""
    rows = [f"{a!r},{b!r},{int(y)}" for (a, b), y in zip(data.features.tolist(), data.y.tolist(), strict=True)]
    path.write_text("\n".join(["a,b,y", *rows]) + "\n")
    return DataSettings(str(path), standardize=False)


def by_hand(data: Dataset) -> Dataset:
    """The data with the two changes, made otherwise."""
    X, y = np.vstack([data.X, [1.0, -2.0, -1.5]]), np.append(data.y, 1.0)
    y[1] = 0.0
    return replace(data, X=X, y=y)


@pytest.mark.parametrize("options", [{}, {"alpha": 0.5, "l2": 0.1, "loss": "cross-entropy"}])
def test_it_goes_on_with_the_bits_of_a_fresh_run_on_a_file_of_that_data_from_the_same_weights(tmp_path, options):
    session, _ = saved(tmp_path, **options)
    session.pull(9)
    weights = session.run.weights
    ask(session, Edit((ADDED,)), Edit((FLIPPED,)))
    session.pull(20)
    file = written(tmp_path / "edited.csv", by_hand(load(session.runs[0].settings.data)))
    fresh = Run(replace(session.run.settings, data=file, init=tuple(weights.tolist())), load(file))
    fresh.advance(20)
    assert session.run.weights.tobytes() == fresh.weights.tobytes()
    assert session.run.history.losses[9:].tolist() == fresh.history.losses.tolist()
    assert session.run.data.digest == fresh.data.digest
    assert session.snapshot().shown == replace(fresh.newest(), epoch=29)


def test_the_optimiser_goes_on_and_the_patience_begins_anew():
    session = begun(epochs=90, optimizer="adam", alpha=0.1, stop=StopRules(patience=30))
    session.pull(20)
    state = session.run.descent.state
    ask(session, Edit((ADDED, FLIPPED)))
    data = by_hand(session.runs[0].data)
    descent = Descent(kernel_for(data, session.run.objective), replace(state, best=Best()), session.recipe, 90)
    descent.advance(20)
    session.pull(20)
    assert session.run.weights.tobytes() == descent.weights.tobytes()
    assert session.run.descent.state.best.epoch > 20


def test_a_new_point_is_standardised_by_what_the_others_were():
    data = load(DataSettings("wine", classes=("class_0", "class_1")))
    raw = load(DataSettings("wine", classes=("class_0", "class_1"), standardize=False))
    mean, deviation = raw.features.mean(axis=0), raw.features.std(axis=0)
    point = tuple(raw.features[7].tolist())
    found = edited(data, [DataEdit(1, features=point), DataEdit(1, row=0)])
    assert found.X[:-1].tobytes() == data.X.tobytes()
    assert found.X[-1].tobytes() == data.X[7].tobytes()
    assert np.allclose(found.X[-1, 1:], (raw.features[7] - mean) / deviation, rtol=1e-12)
    assert (found.y[0], found.y[-1], data.y[0], len(found)) == (1.0, 1.0, 0.0, len(data) + 1)
    assert load(replace(DataSettings("wine", classes=("class_0", "class_1")), edits=(DataEdit(1, row=0),))).y[0] == 1


@pytest.mark.parametrize("capacity", [None, 4])
def test_the_past_keeps_its_own_data_also_where_few_states_are_kept(capacity):
    session = begun(capacity, epochs=100)
    session.pull(40)
    then = {epoch: session.run.moment(epoch) for epoch in (1, 30, 40)}
    ask(session, Edit((ADDED,)))
    session.pull(30)
    after, changed = session.run.moment(41), session.run.data
    ask(session, Edit((FLIPPED,)))
    session.pull(30)
    for epoch, moment in then.items():
        ask(session, GoTo(epoch))
        assert session.snapshot().shown == moment
        assert session.snapshot().data is session.runs[0].data
    ask(session, GoTo(41))
    assert (session.snapshot().shown, session.snapshot().data) == (after, changed)
    ask(session, GoTo(71))
    assert session.snapshot().data is session.run.data
    assert sum(session.snapshot().shown.confusion) == sum(then[1].confusion) + 1
    fork = session.run.forked(50)
    assert (fork.data, fork.kernel) == (changed, session.runs[1].kernel)
    fork.advance(100)
    session.runs[1].advance(100)
    assert fork.weights.tobytes() == session.runs[1].weights.tobytes()


def test_it_is_seen_at_once_and_changes_before_the_next_epoch_belong_to_one_branch():
    session = begun(epochs=100)
    session.pull(5)
    ask(session, Do.PAUSE, Edit((ADDED,)))
    shown = session.snapshot()
    assert (shown.phase, shown.done, shown.shown.epoch, len(shown.data)) == (Phase.PAUSED, 5, 5, 43)
    assert sum(shown.shown.confusion) == 43
    ask(session, Edit((FLIPPED,)), Edit((DataEdit(1, row=5),)), Do.UNDO)
    assert (len(session.runs), session.run.forked_at) == (2, 6)
    assert session.run.settings.data.edits == (ADDED, FLIPPED)
    assert texts(session)[-4:] == [
        "fork 1 from epoch 6: a point of class 1 at x1 -2, x2 -1.5",
        "row 1 is of class 0 now",
        "row 5 is of class 1 now",
        "taken back: row 5 is of class 1 now",
    ]
    session.pull(1)
    assert session.run.history.losses[5] == session.run.moment(6).loss


@pytest.mark.parametrize("before", [(), (GoTo(3),), (Do.PAUSE,)])
def test_what_trains_goes_on_and_what_stands_still_stands_still(before):
    session = begun(epochs=100)
    session.pull(5)
    ask(session, *before)
    ask(session, Edit((ADDED,)))
    assert session.phase is (Phase.PAUSED if before else Phase.TRAINING)
    assert session.run.forked_at == (3 if before == (GoTo(3),) else 6)


def test_changes_are_taken_back_one_by_one_also_after_more_was_trained():
    session = begun(epochs=100)
    assert [one.text for one in said(session, Do.UNDO)] == ["there is no change of the data to take back"]
    session.pull(5)
    first = session.run.data
    ask(session, Edit((ADDED, FLIPPED)))
    session.pull(5)
    ask(session, Do.UNDO)
    assert (len(session.runs), session.run.forked_at, session.run.settings.data.edits) == (3, 11, (ADDED,))
    ask(session, Do.UNDO)
    assert (len(session.runs), session.run.data) == (3, first)
    assert len(said(session, Do.UNDO)) == 1


def test_in_the_past_it_is_a_fork_with_the_alpha_that_was_chosen_there():
    session = begun(epochs=100)
    session.pull(20)
    ask(session, GoTo(7), SetAlpha(0.7), Edit((ADDED,)))
    assert (session.run.forked_at, session.run.alpha, session.run.done) == (7, 0.7, 6)
    ask(session, Begin((1.0, 2.0, 3.0)), Edit((FLIPPED,)))  # which has no epochs of its own either
    assert (len(session.runs), session.run.settings.data.edits) == (3, (ADDED, FLIPPED))
    assert session.snapshot().shown.weights.tolist() == [1.0, 2.0, 3.0]
    assert session.runs[1].settings.data.edits == (ADDED,)


def test_after_the_end_it_has_as_many_epochs_as_the_run_was_begun_with():
    session = begun(epochs=10)
    session.pull(10)
    ask(session, Edit((ADDED,)))
    assert (session.run.forked_at, session.run.epochs, session.phase) == (11, 20, Phase.PAUSED)
    ask(session, Do.PAUSE)
    session.pull(100)
    assert session.run.done == 20


def test_before_the_first_epoch_a_race_stays_one_and_later_a_branch_trains_alone():
    session = begun(epochs=30)
    ask(session, Race((("alpha", 0.1),)), Edit((ADDED,)))
    assert [len(run.data) for run in session.runs] == [43, 43]
    assert {one.shown.loss for one in session.snapshot().race} == {session.snapshot().shown.loss}
    session.pull(5)
    ask(session, Edit((FLIPPED,)))
    session.pull(5)
    assert [run.done for run in session.runs] == [5, 5, 10]
    assert session.run.race == (session.run,)


def test_points_that_are_added_are_trained_on_and_not_tested(tmp_path):
    session, _ = saved(tmp_path, 0.3)
    session.pull(5)
    before = session.run.data
    ask(session, Edit((ADDED,)))
    session.pull(1)
    assert (len(session.run.data), session.run.data.test) == (len(before) + 1, before.test)
    alone = kernel_for(before.test, session.run.objective).loss(session.run.history.weights_at(6))
    assert session.snapshot().shown.test_loss == pytest.approx(alone * len(session.run.data) / len(before.test))


def test_the_samples_and_the_place_of_every_point_stay_as_they_are():
    data = load("wine")
    changed = edited(data, [DataEdit(1, features=tuple(data.means.tolist()))])
    run = Run(Settings(DataSettings("wine")), data)
    assert np.array_equal(sampled_rows(run), sampled_rows(run, data=changed))
    assert np.allclose(changed.plane.points[:-1], data.plane.points, atol=1e-12)
    assert (changed.plane.spans, changed.plane.labels) == (data.plane.spans, data.plane.labels)
    far = edited(data, [DataEdit(1, features=tuple((data.means + 50 * data.deviations).tolist()))])
    assert far.plane.spans != data.plane.spans
