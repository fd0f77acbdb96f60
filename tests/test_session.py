"""A session and its file: whatever is asked for in whatever order, and whenever it is killed, all is what runs would
be that nothing interrupts and no file knows of."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdtui import plain
from gdtui.data.load import load
from gdtui.runs.reader import RunFile
from gdtui.runs.recipes import from_start, steered
from gdtui.runs.reopen import Watched, reopen
from gdtui.runs.run import Run, Shown
from gdtui.session import opening
from gdtui.session.commands import (
    Begin,
    Change,
    Command,
    Do,
    Edit,
    GoTo,
    NextBranch,
    Race,
    Restart,
    Save,
    SetAlpha,
    SetEpochs,
    Travel,
)
from gdtui.session.judging import Judging
from gdtui.session.log import Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import (
    MOST_RACERS,
    OPTIMIZERS,
    SCHEDULES,
    DataEdit,
    DataSettings,
    Display,
    Recipe,
    Settings,
    StopRules,
)
from gdtui.why.verdict import Kind, Remedy, Verdict
from tests.conftest import examples
from tests.oracles import START, noisy

SLOW = Display(speed=1e-9)
"""So slow that nothing is trained but what is pulled."""
ALL_IN_FILE = 10_000
"""Epochs of which a file keeps every one."""


def ask(session: Session, *commands: Command) -> None:
    for command in commands:
        session.do(command)
    session.turn()


def table(path: Path, test_size: float = 0.0) -> DataSettings:
    """A file of points that no line separates."""
    data = noisy()
    rows = [f"{a!r},{b!r},{int(y)}" for (a, b), y in zip(data.features.tolist(), data.y.tolist(), strict=True)]
    path.write_text("\n".join(["a,b,y", *rows]) + "\n")
    return DataSettings(str(path), standardize=False, test_size=test_size)


def assert_same(found: Shown, told: Run) -> None:
    """All that both know of the run, bit for bit; a file leaves out losses of long runs."""
    for name in ("done", "epochs", "recipe", "forked_at", "stop"):
        assert getattr(found, name) == getattr(told, name), name
    for epoch in (1, told.done + 1, *[told.forked_at] * (told.forked_at is not None)):
        assert found.owner(epoch).data.digest == told.owner(epoch).data.digest
    assert found.weights.tobytes() == told.weights.tobytes()
    assert repr(found.newest()) == repr(told.newest())  # a loss may be NaN, which equals nothing
    assert {*found.history.breaks} - {1} == {*told.history.breaks} - {1}  # a new file begins with what 1 begins with
    assert found.history.steered == told.history.steered
    known = ~np.isnan(found.history.losses)
    assert known[:ALL_IN_FILE].all()
    assert found.history.losses[known].tobytes() == told.history.losses[known].tobytes()
    tests, tested = found.history.tested.values, told.history.tested.values
    assert len(tests) == len(tested) == (len(known) if told.data.test else 0)
    assert tests[known[: len(tests)]].tobytes() == tested[known[: len(tests)]].tobytes()
    for epoch in {*range(1, told.done + 1, 1 + told.done // 100), *range(max(1, told.done - 60), told.done + 1)}:
        assert found.history.weights_at(epoch).tobytes() == told.history.weights_at(epoch).tobytes()
        assert found.history.recipe_at(epoch) == told.history.recipe_at(epoch)


@dataclass
class Trial:
    """A remedy that is tried: of which run, from which epoch on, and what it is held against."""

    of: int
    epoch: int
    alpha: float
    until: int
    loss: float
    outcome: str | None = None


def proposing(epoch: int, alpha: float) -> Callable[..., Verdict]:
    """Judges every run so."""
    remedy = Remedy(epoch, (("alpha", alpha),))
    return lambda run, moment, limits: Verdict(Kind.BOUNCING, moment.epoch, "bouncing", remedy=remedy)


class Story:
    """What is done to a session, and told to plain runs too. Each method is something that can happen."""

    def __init__(
        self,
        folder: Path,
        rules: StopRules,
        begun: int,
        recipe: dict[str, object],
        test_size: float,
        rivals: Sequence[dict[str, object]] = (),
    ) -> None:
        self.folder, self.files, self.seed, self.at = folder, 0, 0, 0
        data = table(folder / "points.csv", test_size)
        asked = Settings(data=data, epochs=begun + 60, init=tuple(START), stop=rules, **{"alpha": 0.1, **recipe})
        recipes = [replace(asked, **parts).recipe for parts in rivals]
        self.session = opening.begin(asked, SLOW, save=self.new_path(), rivals=recipes)
        first = Run(asked, load(asked.data))
        self.told = [first, *(first.forked(1, recipe=recipe) for recipe in recipes)]
        self.races = [[*range(len(self.told))]]
        self.trials: dict[int, Trial] = {}
        self.train(begun)

    @property
    def run(self) -> Run:
        return self.told[self.at]

    @property
    def race(self) -> list[int]:
        """The numbers of those who race with the run in front."""
        return next((race for race in self.races if self.at in race), [self.at])

    def level(self, more: int) -> None:
        """Those who race and have not ended train until none is behind the others, and so many epochs more."""
        going = [self.told[number] for number in self.race if self.told[number].stop is None]
        goal = max((run.done for run in going), default=0) + more
        for run in going:
            run.advance(goal - run.done)

    def new_path(self) -> str:
        self.files += 1
        return str(self.folder / f"{self.files}.jsonl")

    def train(self, epochs: int) -> None:
        ask(self.session, GoTo(None))
        if any(self.told[number].stop is None for number in self.race):
            self.pull(epochs)
            self.level(epochs)

    def pull(self, epochs: int) -> None:
        """The session stops where a remedy has been tried, and tells what came of it in its next turn."""
        going = [racer for racer in self.session.run.race if racer.stop is None]
        goal = max((racer.done for racer in going), default=0) + epochs
        while self.session.pull(max(0, goal - max((racer.done for racer in going), default=0))) is None:
            ask(self.session)
            if all(racer.stop is not None or racer.done >= goal for racer in going):
                return

    def step(self) -> None:
        ask(self.session, Do.STEP)
        self.level(1)

    def rival(self, parts: dict) -> None:
        """Another joins the race of the run in front."""
        run, past, chosen = self.run, self.session.past, self.session.recipe
        ask(self.session, Race(tuple(parts.items())))
        epoch = run.done + 1 if past is None else past
        before = run.history.recipe_at(epoch) if past is None else chosen  # what was chosen in the past counts too
        recipe = steered(before, parts, epoch, run.epochs - epoch + 1)
        is_over = past is None and run.stop is not None
        if is_over or len(self.race) >= MOST_RACERS or recipe == run.history.recipe_at(epoch):
            return
        self.told.append(run.forked(epoch, recipe=recipe))
        race = [*self.race, len(self.told) - 1]
        self.races = [race, *(other for other in self.races if self.at not in other)]

    def alpha(self, alpha: float) -> None:
        is_past = self.session.past is not None
        ask(self.session, SetAlpha(alpha))
        if not is_past and self.run.set_alpha(alpha):
            self.steered()

    def change(self, parts: dict[str, object]) -> None:
        is_past = self.session.past is not None
        ask(self.session, Change(tuple(parts.items())))
        if not is_past and self.run.steer(**parts):
            self.steered()

    def steered(self, number: int | None = None) -> None:
        """Whoever steers a run, the one in front or another, gives up what it tries."""
        trial = self.trials.get(self.at if number is None else number)
        if trial is not None and trial.outcome is None:
            trial.outcome = "off"

    def remedy(self, back: int, alpha: float) -> None:
        """A verdict on the epoch shown proposes another alpha, from so many epochs before it on; it is tried."""
        run, past, number = self.run, self.session.past, self.at
        until = run.done if past is None else past
        if not until:
            return
        epoch = max(1, until - back)
        with patch("gdtui.session.judging.judge", proposing(epoch, alpha)):
            self.session.judging = Judging()  # else it is the last verdict's remedy, which is still on the screen
            ask(self.session, Do.TRY)
        if past is None and number in self.trials and self.trials[number].outcome is None:
            return  # it is under way, and its line proposes nothing else
        known = Trial(number, epoch, alpha, until, run.moment(until).loss)
        if any((one.of, one.epoch, one.alpha) == (number, epoch, alpha) for one in self.trials.values()):
            if past is None:
                return
            self.told.append(run.forked(past, recipe=run.history.recipe_at(past)))
        else:
            recipe = steered(run.history.recipe_at(epoch), {"alpha": alpha}, epoch, run.epochs - epoch + 1)
            self.told.append(run.forked(epoch, recipe=recipe))
            self.trials[len(self.told) - 1] = known
        self.at = len(self.told) - 1
        self.train(0)

    def epochs(self, epochs: int) -> None:
        ask(self.session, SetEpochs(epochs))
        self._set_epochs(epochs)
        self.train(0)  # where that many are done already, that is the end

    def _set_epochs(self, epochs: int) -> None:
        for number in self.race:
            self.told[number].set_epochs(epochs)

    def travel(self, epochs: int) -> None:
        ask(self.session, Travel(epochs))

    def fork(self, back: int, alpha: float | None) -> None:
        if self.run.done:
            ask(self.session, Travel(-back), *([] if alpha is None else [SetAlpha(alpha)]))
            self.told.append(self.run.forked(self.session.past, recipe=self.session.recipe))
            ask(self.session, Do.FORK)
            self.at = len(self.told) - 1

    def begin(self, weights: list[float]) -> None:
        run, past, recipe = self.run, self.session.past, self.session.recipe
        ask(self.session, Begin(tuple(weights)))
        self._begun(run, past, recipe, np.array(weights))

    def _begun(self, run: Run, past: int | None, recipe: Recipe, weights: np.ndarray | None = None) -> None:
        """A new branch, also of a run that has ended."""
        epoch, is_over = self._next(run, past), past is None and run.stop is not None
        self.told.append(run.forked(epoch, recipe=recipe, weights=weights))
        if is_over:
            self.told[-1].set_epochs(max(self.told[-1].epochs, epoch - 1 + run.settings.epochs))
        self.at = len(self.told) - 1

    def _next(self, run: Run, past: int | None) -> int:
        return run.done if past is None and run.stop is not None and run.stop.diverged else past or run.done + 1

    def edit(self, *edits: DataEdit) -> None:
        run, past, recipe = self.run, self.session.past, self.session.recipe
        known = run.owner(self._next(run, past)).settings.data.edits
        ask(self.session, Edit(edits) if edits else Do.UNDO)
        edits = (*known, *edits) if edits else known[:-1]
        racers = [self.told[number] for number in self.race]
        if past is not None or any(racer.has_begun or racer.stop is not None for racer in racers):
            if edits == known:
                return
            self._begun(run, past, recipe)
            racers = [self.run]
        for racer in racers:
            if racer.change(edits):
                self.steered(self.told.index(racer))

    def regret(self, edit: DataEdit) -> None:
        self.edit(edit)
        self.edit()

    def branch(self) -> None:
        ask(self.session, NextBranch())
        self.at = (self.at + 1) % len(self.told)

    def restart(self, fresh: bool) -> None:
        left, before, front = self.session.saved_in, self.told, self.race.index(self.at)
        self.seed += fresh
        racers = [self.told[number] for number in self.race]
        first = racers[0].restarted(self.seed if fresh else None)
        recipes = [from_start(racer.recipe, racer.settings, racer.epochs) for racer in racers[1:]]
        recipes = [replace(one, seed=first.recipe.seed).settled(first.epochs) for one in recipes]
        again = [first, *(first.forked(1, recipe=recipe) for recipe in recipes)]
        ask(self.session, Restart(fresh))
        if left is not None:
            self.assert_in_file(left, before)
        self.told, self.at, self.races = again, front, [[*range(len(again))]]
        self.trials = {}

    def save(self) -> None:
        if self.session.saved_in is None:
            ask(self.session, Save(self.new_path()))

    def kill(self) -> None:
        """Go on from what is in the file by now; nobody has closed it."""
        if self.session.saved_in is not None:
            copy = shutil.copy(self.session.saved_in, self.new_path())
            self.session = opening.resume(copy, None, None, SLOW)
            self._catch_up()

    def resume(self, more: int | None, alpha: float | None) -> None:
        path = self.session.saved_in
        if path is not None:
            if self.run.done > ALL_IN_FILE:
                alpha = None  # it would count from the last epoch that is in the file
            assert self.session.close() is None
            done = max(self.told[number].done for number in self.race)
            epochs = None if more is None else max(1, done + more)
            self.session = opening.resume(path, epochs, alpha, SLOW)
            if epochs is not None:
                self._set_epochs(epochs)
            if alpha is not None and self.run.set_alpha(alpha):
                self.steered()
            self._catch_up()
            self.train(0)

    def _catch_up(self) -> None:
        """Of a long run, the last epochs are not in the file."""
        for _ in self.told:
            pairs = [(self.session.runs[number], self.told[number]) for number in self.race]
            if any(found.done < told.done for found, told in pairs):
                assert all(found.done >= ALL_IN_FILE for found, told in pairs if found.done < told.done)
                told, found = (max(run.done for run in runs if run.stop is None) for runs in zip(*pairs, strict=True))
                self.pull(found - told)
                self.level(0)
            self.branch()

    def check(self) -> None:
        self.check_trials()
        snapshot = self.session.snapshot()
        assert snapshot.run is self.session.runs[self.at]
        assert (snapshot.done, snapshot.epochs, snapshot.stop) == (self.run.done, self.run.epochs, self.run.stop)
        wanted = self.run.newest() if snapshot.past is None else self.run.moment(snapshot.past)
        assert snapshot.shown == wanted
        assert snapshot.shown.weights.tobytes() == wanted.weights.tobytes()
        data = self.run.data if snapshot.past is None else self.run.owner(snapshot.past).data
        assert snapshot.data.digest == data.digest
        assert [one.number for one in snapshot.race] == (self.race if len(self.race) > 1 else [])
        for one in snapshot.race:
            told, past = self.told[one.number], snapshot.past
            assert one.shown == (told.newest() if past is None or past > told.done else told.moment(past))
            assert (one.stop, one.name != "") == (told.stop, True)

    def check_trials(self) -> None:
        """What came of each remedy is what the runs tell that nothing interrupts."""
        for number, run in enumerate(self.session.runs):
            trial, told = self.trials.get(number), self.told[number]
            assert (run.tried is None) == (trial is None)
            if trial is None:
                continue
            has_ended = told.stop is not None and told.stop.rule != "epochs"
            if trial.outcome is None and (told.done >= trial.until or has_ended):
                now = (told.moment(trial.until) if told.done >= trial.until else told.end()).loss
                is_better = now <= trial.loss * 0.999 if np.isfinite(trial.loss) else np.isfinite(now)
                trial.outcome = "confirmed" if is_better else "refuted"
            assert (run.proved.outcome if run.proved else None) == trial.outcome

    def assert_in_file(self, path: str, told: list[Run]) -> None:
        found_runs, watched = reopen(RunFile(path)), Watched(path).runs
        for runs in (found_runs, watched):
            races = {tuple(map(runs.index, run.race)) for run in runs if len(run.race) > 1}
            assert races == ({tuple(race) for race in self.races if len(race) > 1} if told is self.told else races)
        for found, wanted in zip(found_runs, told, strict=True):
            found.advance(wanted.done - found.done)
            assert_same(found, wanted)
            assert found.descent.rules == wanted.descent.rules
        for seen, wanted in zip(watched, told, strict=True):
            if told is self.told:
                trial = self.trials.get(told.index(wanted))
                assert (seen.proved and seen.proved.outcome) == (trial and trial.outcome)
            for epoch in range(max(1, seen.done - 100), seen.done + 1):
                assert seen.history.weights_at(epoch).tobytes() == wanted.history.weights_at(epoch).tobytes()


ALPHAS = st.sampled_from([0.01, 0.1, 0.5, 2.0])
PARTS = {
    "optimizer": st.sampled_from(OPTIMIZERS),
    "momentum": st.sampled_from([0.5, 0.9]),
    "beta2": st.sampled_from([None, 0.99]),
    "batch_size": st.sampled_from([None, 7, 16]),
    "schedule": st.sampled_from(SCHEDULES),
    "decay_every": st.sampled_from([5, 100]),
    "warmup": st.sampled_from([0, 9]),
    "l2": st.sampled_from([0.0, 0.1]),
    "l1": st.sampled_from([0.0, 0.02]),
}
CHANGES = st.fixed_dictionaries({}, optional=PARTS)
RIVAL = st.fixed_dictionaries({"alpha": ALPHAS}, optional=PARTS)
RIVALS = st.lists(RIVAL, max_size=2)
CLASS, PLACE = st.integers(0, 1), st.sampled_from([-2.5, 0.0, 1.0])
HAPPENINGS = st.one_of(
    st.tuples(st.just("train"), st.integers(1, 40)),
    st.tuples(st.just("step")),
    st.tuples(st.just("alpha"), ALPHAS),
    st.tuples(st.just("change"), CHANGES),
    st.tuples(st.just("epochs"), st.one_of(st.integers(1, 150), st.integers(10_000, 10_150))),
    st.tuples(st.just("travel"), st.integers(-60, 20)),
    st.tuples(st.just("fork"), st.integers(1, 60), st.none() | ALPHAS),
    st.tuples(st.just("remedy"), st.integers(0, 30), ALPHAS),
    st.tuples(st.just("begin"), st.lists(st.sampled_from([-1.5, 0.0, 0.25]), min_size=3, max_size=3)),
    st.tuples(st.just("edit"), st.builds(DataEdit, CLASS, st.none(), st.tuples(PLACE, PLACE))),
    st.tuples(st.just("edit"), st.builds(DataEdit, CLASS, st.integers(0, 9)), st.builds(DataEdit, CLASS, st.just(3))),
    st.tuples(st.just("edit")),
    st.tuples(st.just("regret"), st.builds(DataEdit, CLASS, st.just(3))),
    st.tuples(st.just("branch")),
    st.tuples(st.just("rival"), RIVAL),
    st.tuples(st.just("restart"), st.booleans()),
    st.tuples(st.just("save")),
    st.tuples(st.just("kill")),
    st.tuples(st.just("resume"), st.none() | st.integers(0, 60), st.none() | ALPHAS),
)
RULES = st.sampled_from(
    [StopRules(), StopRules(target_loss=9.0), StopRules(target_accuracy=0.7), StopRules(patience=5, min_delta=0.02)]
)


TEST_SIZES = st.sampled_from([0.0, 0.3])


def whole_story(folder: Path, happenings: list, *begun_with: object) -> None:
    story = Story(folder, *begun_with)
    for name, *values in happenings:
        getattr(story, name)(*values)
        story.check()
    for found, told in zip(story.session.runs, story.told, strict=True):
        assert_same(found, told)
    path = story.session.saved_in
    if path is not None:
        story.assert_in_file(shutil.copy(path, story.new_path()), story.told)
        assert story.session.close() is None
        story.assert_in_file(path, story.told)


@pytest.mark.long
@given(RULES, CHANGES, TEST_SIZES, st.lists(HAPPENINGS, max_size=16), RIVALS)
@example(StopRules(), {}, 0.0, [("step",), ("remedy", 0, 0.01), ("change", {"decay_every": 5})], [])
@settings(max_examples=examples(30, 2000), deadline=None)
def test_any_story_of_a_session_and_its_file_has_the_bits_of_runs_that_nothing_interrupts(
    tmp_path_factory, rules, recipe, test_size, happenings, rivals
):
    whole_story(tmp_path_factory.mktemp("story"), happenings, rules, 0, recipe, test_size, rivals)


@pytest.mark.long
@given(
    st.sampled_from([StopRules(), StopRules(patience=9_990)]),
    CHANGES,
    TEST_SIZES,
    st.lists(HAPPENINGS, max_size=10),
    RIVALS,
)
@settings(max_examples=examples(3, 100), deadline=None)
def test_so_it_has_where_the_file_keeps_every_tenth_epoch_only(
    tmp_path_factory, rules, recipe, test_size, happenings, rivals
):
    whole_story(tmp_path_factory.mktemp("story"), happenings, rules, 10_003, recipe, test_size, rivals)


def test_there_are_no_more_branches_than_a_file_may_have(tmp_path, monkeypatch):
    path = tmp_path / "run.jsonl"
    session = opening.begin(Settings(table(tmp_path / "points.csv"), epochs=9), SLOW, save=str(path))
    session.pull(9)
    monkeypatch.setattr("gdtui.session.branching.MOST_BRANCHES", 3)
    ask(session, GoTo(5), Do.FORK, GoTo(3), Do.FORK)
    session.do(GoTo(2))
    session.do(Do.FORK)
    assert Said("a run has 3 branches at the most", is_error=True) in session.turn()
    assert (len(session.runs), session.phase) == (3, Phase.PAST)
    session.close()
    monkeypatch.setattr("gdtui.runs.reader.MOST_BRANCHES", 2)  # who has written more is told where
    damage = str(RunFile(str(path)).damage)
    assert re.search(r"line \d+ is a branch more than the 2 that a run may have; whole: the first", damage)


def test_who_writes_where_nothing_can_be_locked_is_told(tmp_path, monkeypatch, capsys):
    def fails(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", fails)
    settings = Settings(table(tmp_path / "points.csv"), epochs=2)
    first, second, third = (str(tmp_path / f"{number}.jsonl") for number in range(3))
    told = "{}: cannot be locked there; see that no other gdtui writes it meanwhile"
    session = opening.begin(settings, SLOW, save=first)
    assert told.format(first) in [entry.text for entry in session.log.entries]
    session = opening.begin(settings, SLOW)
    session.do(Save(second))
    assert Said(told.format(second), is_error=True) in session.turn()
    assert plain.train(settings, save=third) == 0
    assert capsys.readouterr().err.splitlines()[-1] == f"gdtui: {told.format(third)}"
    assert plain.resume(third, 3, None, Display()) == 0
    assert capsys.readouterr().err.splitlines()[-1] == f"gdtui: {told.format(third)}"
