"""A training session: the one owner of what is trained, looked at and saved. Commands go in, snapshots come out.

`turn` does all the work, in whichever one thread calls it; `do` may be called from any other meanwhile. What happens
is told once, as an event, to the log, the file and the front end.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable

from gdtui.data.empty import lacks_points
from gdtui.learning.moment import Moment
from gdtui.numbers import watchable_speed
from gdtui.runs.events import Event
from gdtui.runs.reopen import Watched
from gdtui.runs.run import Shown
from gdtui.runs.samples import at_hand
from gdtui.runs.writer import RunWriter
from gdtui.session import racing, trying, watching
from gdtui.session.acts import carry_out, replay_on, take_in
from gdtui.session.commands import ChooseData, Command, Train
from gdtui.session.elsewhere import Place
from gdtui.session.holding import held
from gdtui.session.judging import Judging
from gdtui.session.log import Happened, Log, Said, log_of
from gdtui.session.pace import POLL, Pace
from gdtui.session.reading import Reading
from gdtui.session.snapshot import NO_POINTS, Phase, Snapshot
from gdtui.settings import Display, Recipe
from gdtui.types import Floats

JUDGING = 0.02
"""Seconds between two looks at whether limits are known."""


class Session:
    """One run and its branches; see `gdtui.session.opening` for where they come from.

    Args:
        runs: all branches, each after its parent.
        run: the one shown.
        display: how fast it goes.
        writer: writes it into a file, if anything does.
        watched: the file that is only looked at, if that is what this is.
        clock: seconds.
        place: where the rows are, if not in this process.
    """

    def __init__(
        self, runs: list[Shown], run: Shown, display: Display, writer: RunWriter | None = None,
        watched: Watched | None = None, clock: Callable[[], float] = time.perf_counter, place: Place | None = None,
    ) -> None:  # fmt: skip
        self.runs, self.run, self.writer, self.watched, self.place = runs, run, writer, watched, place or Place()
        self.is_guest, self.given = display.guest, run.settings.data.source
        """Whether a guest asks, and the data that whoever serves it has named."""
        self.pace = Pace(display.speed or watchable_speed(run.epochs), display.fps)
        self.past: int | None = None
        """The epoch shown, where that is not the newest."""
        self.fork_recipe: Recipe | None = None
        """The recipe chosen for a fork from there."""
        self.hand: Floats | None = None
        """The weights that are shown instead, if any are held; see `gdtui.session.holding`."""
        self.stepping: tuple[Shown, int] | None = None
        """The epoch after which all stand still, while a step to it is under way, and the first of those who race."""
        self.reading: Reading | None = None
        """Other data that is being read; the run stands still meanwhile."""
        self.is_leaving, self._done = False, 0
        self.left_behind: str | None = None
        self.failure: str | None = None
        """Why what was to be saved is in no file, or not all of it."""
        self.clock = clock
        self.seed = run.settings.seed
        """The last that fresh weights were drawn with."""
        self._queue: deque[Command] = deque()
        self.is_asked = threading.Event()
        self._happened: list[Happened] = []
        self.seen: Moment | None = None
        """What is shown of the run, once it has been measured; None where it may be another by now."""
        self.rivals: dict[Shown, tuple[object, Moment]] = {}
        """What was last shown of those who race with the run shown, and what that depends on."""
        self.logs = {run: log_of(run, self._happened)}
        if writer is not None and writer.warning is not None:
            self.log.add(writer.warning)
        self._began = clock()
        self.phase = self._first_phase()
        self.phase_before = self.phase
        """The phase in which weights were first held; it comes back when they are given up."""
        self.judging, self.trials = Judging(), trying.Trials()

    def _first_phase(self) -> Phase:
        phase, is_ready = self.standing(), self.watched is None and not lacks_points(self.run.data)
        return Phase.TRAINING if phase is Phase.PAUSED and is_ready else phase

    # From outside

    def do(self, command: Command) -> None:
        """Ask for something; it is done in the next turn, which a turn that is under way makes room for."""
        self._queue.append(command)
        self.is_asked.set()

    def due(self) -> float | None:
        """Seconds until there is something to do again; None where that is not before something is asked for."""
        if self._queue or (self.phase is Phase.TRAINING and self.reading is None and racing.is_midway(self)):
            return 0.0
        if self.reading is None and self.phase in (Phase.TRAINING, Phase.REPLAY):
            least = 0.1 if self.phase is Phase.REPLAY and self.pace.is_max else 0.0
            return max(0.0, max(least, self.pace.wait()) - (self.clock() - self._began))
        if self.judging.is_busy:
            return JUDGING
        return None if self.watched is None and self.reading is None else POLL

    def turn(self) -> list[Happened]:
        """Do what was asked for, so that it can be shown at once, or train, play or read on for a moment; returns what
        happened."""
        self._happened.clear()
        self.is_asked.clear()
        if self.reading is not None:
            take_in(self)
        elif not self._queue:
            self._began = self.clock()
            if self.phase is Phase.TRAINING:
                count, seconds = self.pace.due(self._began, racing.is_midway(self))
                if count:
                    self.pull(count, seconds)
            elif self.phase is Phase.REPLAY:
                replay_on(self, self._began)
            if self.watched is not None:
                watching.read_on(self, self.watched)
        while self._queue:
            carry_out(self._queue.popleft(), self)
            self._done += 1
        trying.settle(self)
        self.place.tell(self)
        if not self.phase.moves or self.reading is not None:
            self.pace.rest()
        return [*self._happened]

    def snapshot(self) -> Snapshot:
        """All that is to be shown, as it is now. Called where `turn` is."""
        run, log, pace, judging = self.run, self.log, self.pace, self.judging
        judging.look(self)
        data = (run if self.past is None else run.owner(self.past)).data
        at_hand(run, data)
        return Snapshot(
            self.phase, run, data, self.moment(), self.past,
            run.done, run.epochs, max(run.epochs for run in self.runs), self.recipe, run.stop,
            tuple(map(self.name, self.runs)), tuple(run.history for run in self.runs), tuple(log.entries), log.added,
            pace.text(), pace.measured if pace.is_max else pace.speed, pace.is_max,
            None if self.watched is None else self.watched.path,
            self.saved_in, self.left_behind, self.failure, self._done, self.is_leaving,
            "" if self.reading is None else self.reading.progress.text, racing.standings(self),
            judging.verdict, judging.limits, judging.line, judging.is_busy, self.place.waiting,
        )  # fmt: skip

    def moment(self) -> Moment:
        """What is shown of the run."""
        if self.seen is None:
            self.seen = held(self) or (self.run.newest() if self.past is None else self.run.moment(self.past))
        return self.seen

    def close(self) -> str | None:
        """Nothing more is to come: what was asked for and has not been done yet is done, but for training and
        for data, which may take long. Returns `failure`."""
        for command in (*self._queue,):
            if not isinstance(command, ChooseData | Train):
                carry_out(command, self)
        self._queue.clear()
        self.place.close()
        self.close_file()
        return self.failure

    def close_file(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.failure = self.writer.failure or self.failure

    # What is shown

    @property
    def saved_in(self) -> str | None:
        """The file that the run is being written into."""
        return None if self.writer is None else self.writer.path

    @property
    def log(self) -> Log:
        """The log of the branch shown."""
        return self.logs[self.run]

    @property
    def recipe(self) -> Recipe:
        """How the next step is taken: that of a fork, where one looks at the past."""
        if self.past is None:
            return self.run.recipe
        return self.fork_recipe or self.run.history.recipe_at(self.past)

    @property
    def alpha(self) -> float:
        """The alpha of that recipe."""
        return self.recipe.alpha

    def name(self, run: Shown) -> str:
        """A branch for people: its number, and the alpha it ended or stands with; of a racer, what it differs in."""
        if len(run.race) > 1:
            return racing.name_of(run)
        number = self.runs.index(run)
        what = "first run" if number == 0 else f"fork {number} at {run.forked_at}"
        return f"{what}, α {run.alpha:g}"

    @property
    def is_over(self) -> bool:
        """Whether the run has ended, and all that race with it."""
        return all(run.stop is not None for run in self.run.race)

    def standing(self) -> Phase:
        """The phase in the present, where nothing is trained."""
        if self.run.stop is not None and self.is_over:
            return {"epochs": Phase.DONE, "diverged": Phase.DIVERGED}.get(self.run.stop.rule, Phase.STOPPED)
        state = "paused" if self.watched is None or self.watched.state == "ended" else self.watched.state
        return Phase(state)

    def tell(self, *events: Event, of: Shown | None = None) -> None:
        """Tell the log, the file and the front end what happened in the branch shown, or in another; a log that nobody
        has seen yet learns it from the run."""
        log = self.logs.get(of or self.run)
        for event in events:
            self._happened.append(event)
            if log is not None:
                log.take(event)
            if self.writer is not None:
                self.writer.take(event)
                if self.writer.failure is not None:
                    self.failure, self.writer = self.writer.failure, None
                    self.say(f"{self.failure}; training goes on", is_error=True)

    def say(self, text: str, is_error: bool = False, is_logged: bool = True) -> None:
        self._happened.append(Said(text, is_error))
        if is_logged:
            self.log.add(text)

    # What the acts are made of

    def pull(self, count: int, seconds: float = math.inf) -> None:
        """Train so many epochs, for so long at the most, or until something is asked for."""
        if self.lacks_points() or not self.place.is_ready(self):
            return
        began = self.clock()
        trained = racing.pull(self, trying.left(self, count), seconds)
        self.pace.saw(trained, self.clock() - began)
        self.seen = None
        if self.is_over:
            self.phase = self.standing()

    def lacks_points(self) -> bool:
        """Whether there is nothing to train on; that is said, and nothing goes on."""
        if lacks := lacks_points(self.run.data):
            self.say(f"{NO_POINTS}: a click in the data adds one, or c and a digit", is_logged=False)
            self.phase = Phase.PAUSED
        return lacks

    def go(self, epoch: int) -> None:
        """Show that epoch of the past, standing still, or the present, if it is beyond the last. Whoever is in the
        present and goes further is there already: training goes on."""
        if self.past is None and epoch > self.run.done:
            return
        if epoch > self.run.done:
            self.past = self.fork_recipe = None
            self.phase = self.standing()
        else:
            here = self.run.done if self.past is None else self.past
            self.past = self.run.reachable(max(1, epoch), forward=epoch > here)
            self.phase = Phase.PAST
        self.seen = None

    def enter(self, run: Shown) -> None:
        """Show this branch from now on, in its present, standing still."""
        if run not in self.runs:
            self.runs.append(run)
        if run not in self.logs:
            self.logs[run] = log_of(run, self._happened)
        self.run = run
        self.past = self.fork_recipe = self.seen = None
        self.phase = self.standing()
        if self.watched is not None and self.watched.is_shown:  # the branch may have grown while another was shown
            self.log.read_on(self.watched.branches[self.runs.index(run)], run.done)

    def bring(self, run: Shown) -> None:
        """Show another branch: one who races with the one shown goes on, or stands in the past, as that did."""
        past, phase, is_rival = self.past, self.phase, run in self.run.race
        self.enter(run)
        if is_rival and (past is None or run.done):
            self.phase = phase
            self.past = None if past is None else run.reachable(min(past, run.done), forward=False)
