"""Rows with workers: the same bits as in this process, whoever is lost."""

from __future__ import annotations

import signal
import weakref
from dataclasses import replace
from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.cluster import line
from gdtui.cluster import link as linking
from gdtui.cluster.holder import Holder, Question, Task
from gdtui.cluster.link import ClusterError
from gdtui.cluster.placed import evened
from gdtui.cluster.workers import Workers
from gdtui.data.load import load
from gdtui.data.rows import BLOCK
from gdtui.data.split import split
from gdtui.learning.kernel import Kernel, kernel_for
from gdtui.learning.objective import objective_named
from gdtui.runs.run import Run
from gdtui.settings import LOSSES, Settings
from tests.cluster.crew import SECONDS, all_there, kill_one, many, processes_of
from tests.oracles import noisy


@given(st.lists(st.sampled_from(["", "a", "b", "c", "gone"]), min_size=1, max_size=70), st.integers(1, 4))
def test_stretches_are_spread_evenly_and_few_are_moved(where, count):
    workers = ["a", "b", "c", "d"][:count]
    goal = evened(where, workers)
    shares = [goal.count(worker) for worker in workers]
    assert sum(shares) == len(where)
    assert max(shares) - min(shares) <= 1
    stay = sum(min(where.count(worker), share) for worker, share in zip(workers, shares, strict=True))
    assert sum(before == after for before, after in zip(where, goal, strict=True)) == stay


@pytest.fixture(scope="module")
def crew():
    workers = Workers(2)
    yield workers
    workers.close()
    assert not processes_of()


@pytest.fixture
def workers(crew):
    return all_there(crew)


def found(kernel: Kernel, weights) -> tuple:
    """All that a kernel tells, to the bit."""
    gradient = np.empty(len(weights))
    told = kernel.loss_gradient(weights, gradient), gradient.tobytes(), kernel.confusion()
    tests = kernel.held_out
    return told if tests is None else (*told, tests.loss(weights), tests.confusion())


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("loss", LOSSES)
def test_workers_give_what_this_process_gives(workers, loss, classes):
    data, objective = split(many(classes), 0.2, 0), objective_named(loss, classes)
    weights = np.random.default_rng(0).normal(size=data.units * data.X.shape[1])
    there = workers.kernel(data, objective)
    assert found(there, weights) == found(kernel_for(data, objective), weights)
    assert sorted({*there._placed.where}) == sorted(workers._here)  # both had their share of it


def test_few_rows_are_evaluated_as_they_are_here(workers):
    data, objective = noisy(), objective_named("article")
    weights = np.array([0.3, 0.8, -0.4])
    assert found(workers.kernel(data, objective), weights) == found(kernel_for(data, objective), weights)
    assert "40 rows are few" in workers.told[0]


def test_a_data_set_without_rows_is_no_trouble(workers):
    data = load("none")
    assert Run(Settings(), data, workers.kernel(data, objective_named("article"))).newest().epoch == 0


@pytest.mark.parametrize(("kills", "parts"), [(3, {}), (1, {"batch_size": 1000, "optimizer": "adam", "l2": 0.01})])
def test_workers_that_are_killed_change_no_bit(workers, kills, parts):
    data, settings = many(), Settings(epochs=40, loss="cross-entropy", init="zeros", **parts)
    undisturbed = Run(settings, data).advance(40)
    run, losses = Run(settings, data, workers.kernel(data, objective_named(settings.loss))), []
    for _ in range(kills):
        losses += run.advance(10).losses.tolist()
        kill_one()
        losses += run.advance(1).losses.tolist()
        assert [*workers.told] == ["a worker was lost; its rows are on another now"]
        all_there(workers)
    batch = run.advance(40)
    assert [*losses, *batch.losses.tolist()] == undisturbed.losses.tolist()
    assert (batch.end.weights == undisturbed.end.weights).all()
    assert batch.end.confusion == undisturbed.end.confusion


def test_a_worker_that_is_lost_while_it_is_asked_is_asked_of_another(workers, monkeypatch):
    data, objective, weights = many(), objective_named("article"), np.ones(many().X.shape[1])
    kernel, expected, answers = workers.kernel(data, objective), found(kernel_for(data, objective), weights), []
    stuck = processes_of()[0]
    stuck.send_signal(signal.SIGSTOP)
    asked, wait = Event(), line.wait
    monkeypatch.setattr(line, "wait", lambda *waited: (asked.set(), wait(*waited))[1])
    asking = Thread(target=lambda: answers.append(found(kernel, weights)))
    asking.start()
    assert asked.wait(SECONDS)
    stuck.kill()
    asking.join()
    assert answers == [expected]
    assert [*workers.told] == ["a worker was lost; its rows are on another now"]


def test_workers_to_whom_no_line_can_be_had_give_the_same(workers, monkeypatch):
    data, objective, weights = many(), objective_named("article"), np.ones(many().X.shape[1])
    kernel, expected = workers.kernel(data, objective), found(kernel_for(data, objective), weights)
    lines = workers._link._lines
    assert {*lines} == {*workers._here}
    for none in ({}, dict([*lines.items()][:1])):
        monkeypatch.setattr(workers._link, "_lines", none)
        assert found(kernel, weights) == expected


def test_a_worker_that_came_back_empty_is_given_its_rows_again(workers):
    data, objective, weights = many(), objective_named("article"), np.ones(many().X.shape[1])
    kernel = workers.kernel(data, objective)
    workers._link.ask("drop", {workers._here[0]: (kernel._placed.key,)})
    assert found(kernel, weights) == found(kernel_for(data, objective), weights)


def test_rows_that_nobody_evaluates_any_more_leave_the_workers(workers):
    kernel = workers.kernel(many(), objective_named("article"))
    key = kernel._placed.key
    assert key in workers._placed
    del kernel
    assert workers.is_ready()
    assert key not in workers._placed
    gone = workers._link.ask("sums", {one: [Question(key, (0,), np.ones(1))] for one in workers._here})
    assert all(isinstance(answer, KeyError) for answer in gone.values())


def test_a_worker_keeps_rows_once_and_stretches_beside_each_other():
    holder, task = Holder(), Task("article", 2, 1.0, False)
    given = [np.ones((BLOCK + 5, 3)) for _ in range(2)]
    alive = [weakref.ref(X) for X in given]
    for number in range(2):
        holder.hold("key", number, task, given.pop(), np.zeros(BLOCK + 5))
    assert all(X() is None for X in alive)
    kernels = holder._kernels_of(Question("key", (0, 1), np.zeros(3)))
    first, *others = [block.base for kernel in kernels for block in kernel._blocks]
    assert len(others) == 3
    assert all(other is first for other in others)


def test_without_workers_this_process_goes_on_and_says_what_it_waits_for(workers):
    data, objective, weights = many(3), objective_named("hinge", 3), np.ones(3 * many(3).X.shape[1])
    kernel, expected = workers.kernel(data, objective), found(kernel_for(data, objective), weights)
    workers._processes._process.kill()
    for process in processes_of():
        process.kill()
    assert found(kernel, weights) == expected
    assert workers.told[0].startswith("all workers are lost")
    if not workers.is_ready():
        assert workers.waiting == "waiting for a worker …"
    all_there(workers)  # they are begun again
    assert not workers.waiting
    assert found(kernel, weights) == expected
    assert {*kernel._placed.where} == {*workers._here}


@pytest.mark.parametrize("name", ["gdtui", "Python", "NumPy"])
def test_a_worker_of_another_version_is_refused(workers, monkeypatch, name):
    monkeypatch.setattr(linking, "versions", lambda: {**linking.Holder().versions(), name: "0.1"})
    address = workers._link.workers()[0]
    with pytest.raises(ClusterError, match=rf"{address} has {name} \S+, and here it is 0\.1: install the same there"):
        workers._link.meet(address)


def test_a_test_set_lives_there_too(workers):
    data = split(many(), 0.5, 1)
    kernel = workers.kernel(data, objective_named("article"))
    assert {*kernel.held_out._placed.where} == {*workers._here}


def test_other_data_of_a_run_goes_where_its_rows_are(workers):
    data = many()
    run = Run(Settings(), data, workers.kernel(data, objective_named("article")))
    assert type(run.kernel.again(replace(data), run.objective)) is type(run.kernel)
    assert run.restarted().kernel is run.kernel
