"""What each command comes to in a session."""

from __future__ import annotations

from concurrent.futures import wait
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from gdtui.data.load import load
from gdtui.learning.objective import objective_named
from gdtui.numbers import ladder_step
from gdtui.runs.events import Switched, in_turn
from gdtui.runs.race import race_of
from gdtui.runs.recipes import from_start, steered
from gdtui.runs.run import Run
from gdtui.session import branching, holding, racing, trying
from gdtui.session import commands as ask
from gdtui.session.guests import refusal
from gdtui.session.reading import Reading
from gdtui.session.saving import save
from gdtui.session.snapshot import Phase
from gdtui.settings import MOST_EPOCHS, Settings

if TYPE_CHECKING:
    from gdtui.session.session import Session

WHILE_READING = (ask.Do.PAUSE, ask.Do.LEAVE, ask.ChangeSpeed, ask.ChooseData, ask.Train, ask.Save, ask.Note)
"""What can be asked for while data is read."""

BY_HAND = ask.Begin | ask.Hold | ask.Edit
"""What clicks ask for."""

REPLAY_FRAMES = 50
"""Frames of a replay at full speed."""
AT_ONCE = 0.2
"""Seconds within which data is waited for in the turn that asks for it: most is there by then."""


def carry_out(command: ask.Command, session: Session) -> None:
    """Do what was asked for. What trains or steers is not to be had where a file is only watched; while data is read,
    the run stands still, and `Do.PAUSE` gives the reading up."""
    if session.is_guest and (why := refusal(session, command)):
        session.say(why, is_error=True, is_logged=False)
        return
    if session.reading is not None:
        if command is ask.Do.PAUSE or isinstance(command, ask.ChooseData | ask.Train):
            session.reading.give_up()
            session.reading = None
        if command is ask.Do.PAUSE:
            return
        if command not in WHILE_READING and type(command) not in WHILE_READING:
            # A dialog's answer, maybe, or a click.
            if isinstance(command, ask.Restart | ask.SetAlpha | ask.Change | ask.SetEpochs | BY_HAND):
                session.say("the run stands still while other data is read; space gives that up", is_logged=False)
            return
    asked, command = command, holding.taken(session, command)
    if isinstance(session.run, Run):
        _steer(command, session, session.run)
        if asked is ask.Do.STEP and command is not asked:  # from the weights that were held
            _steer(asked, session, session.run)
    elif isinstance(command, BY_HAND) or command is ask.Do.UNDO:
        session.say("a file that is only watched cannot be changed; gdtui resume goes on with it", is_logged=False)
    _look(command, session)


def _steer(command: ask.Command, session: Session, run: Run) -> None:
    match command:
        case ask.SetAlpha(alpha):
            _change(session, run, alpha=alpha)
        case ask.StepAlpha(up):
            _change(session, run, alpha=ladder_step(session.alpha, up))
        case ask.Change(parts):
            _change(session, run, **dict(parts))
        case ask.Race(parts):
            racing.add(session, run, dict(parts))
        case ask.SetEpochs(epochs):
            _set_epochs(session, run, epochs)
        case ask.ScaleEpochs(up):
            _set_epochs(session, run, run.epochs + max(1, run.epochs // 2) if up else round(run.epochs / 1.5))
        case ask.Do.STEP:
            session.go(run.done + 1)
            if not session.is_over:
                racing.step(session, run)
        case ask.Do.FORK | ask.Do.TRY:
            (branching.fork if command is ask.Do.FORK else trying.try_remedy)(session, run)
        case ask.Begin(weights):
            branching.begin(session, run, weights)
        case ask.Hold(weights):
            holding.hold(session, run, weights)
        case ask.Edit(changes):
            branching.edit(session, run, changes)
        case ask.Do.UNDO:
            branching.undo(session, run)
        case ask.Restart(fresh):
            session.seed += fresh
            start_over(session, first_of(run).restarted(session.seed if fresh else None))
        case ask.ChooseData():
            _choose_data(session, run, command)
        case ask.Train():
            _read(session, command.settings, command)
        case ask.Save(path, then):
            if save(session, path) and then is not None:
                carry_out(then, session)


def _look(command: ask.Command, session: Session) -> None:
    run = session.run
    match command:
        case ask.Do.PAUSE if session.past is None and session.watched is None:
            session.stepping = None
            other = {Phase.TRAINING: Phase.PAUSED}
            if session.phase is Phase.PAUSED and not session.lacks_points():
                other = {Phase.PAUSED: Phase.TRAINING}
            session.phase = other.get(session.phase, session.phase)
        case ask.Do.PAUSE | ask.Do.PLAY:
            _play(session)
        case ask.ChangeSpeed(to):
            {"faster": session.pace.faster, "slower": session.pace.slower, "max": session.pace.toggle_max}[to]()
        case ask.Travel(epochs, tenths) if run.done:
            epochs += tenths * max(1, run.done // 10)
            here = run.done + 1 if session.past is None else session.past
            # The present shows the last epoch too, unless the run has ended: then what came after its step.
            skip = session.past is None and run.stop is None and epochs < 0
            session.go(max(1, here + epochs - skip))
        case ask.GoTo(epoch):
            session.go(run.done + 1 if epoch is None else epoch)
        case ask.NextBranch(step) if len(session.runs) > 1:
            number = (session.runs.index(run) + step) % len(session.runs)
            session.bring(session.runs[number])
            session.tell(Switched(number))
            session.log.add(f"{session.name(session.run)}, one of {len(session.runs)} branches", is_marked=True)
        case ask.Note(text, is_logged):
            session.log.add(text) if is_logged else session.say(text, is_logged=False)
        case ask.Do.LEAVE:
            session.is_leaving = True


def _change(session: Session, run: Run, **parts: Any) -> None:
    if session.past is None:
        session.tell(*run.steer(**parts))
        session.seen = None
    else:
        session.fork_recipe = steered(session.recipe, parts, session.past, run.epochs - session.past + 1)


def _set_epochs(session: Session, run: Run, epochs: int) -> None:
    was_over, front = session.is_over, session.runs.index(run)
    for racer in run.race:
        if isinstance(racer, Run):
            events = racer.set_epochs(min(max(1, epochs), MOST_EPOCHS))
            session.tell(*in_turn(session.runs.index(racer), front, events), of=racer)
    if was_over and not session.is_over and session.past is None:
        session.enter(run)
        session.phase = Phase.TRAINING


def _choose_data(session: Session, run: Run, command: ask.ChooseData) -> None:
    run = first_of(run)
    settings = run.settings
    init = settings.init if isinstance(settings.init, str) else "uniform"
    recipe = asdict(from_start(run.recipe, settings, run.epochs))
    settings = replace(settings, data=command.data, epochs=run.epochs, init=init, **recipe)
    _read(session, settings)


def _read(session: Session, settings: Settings, asked: ask.Train | None = None) -> None:
    """Read the data of these settings, and train with them once it is there."""

    def make() -> Run:
        data = load(settings.data)
        objective = objective_named(settings.loss, len(data.class_names))
        return Run(settings, data, session.place.kernel(data, objective))

    session.reading = Reading(settings.data.source, make, asked)
    wait([session.reading.run], AT_ONCE)
    take_in(session)


def start_over(session: Session, run: Run, asked: ask.Train | None = None) -> None:
    """Another run takes the place of all branches; where nothing else is asked for, those who race do so again, it in
    the place of the first. The file of those before, if any, is left behind."""
    left, race = session.saved_in, session.run.race
    session.close_file()
    recipes = [from_start(racer.recipe, racer.settings, racer.epochs) for racer in race[1:]]
    rivals = [replace(one, seed=run.recipe.seed).settled(run.epochs) for one in recipes]
    again = race_of(run, asked.rivals if asked else rivals)
    session.runs, session.logs, session.rivals, session.writer = [*again], {}, {}, None
    session.trials = trying.Trials()
    session.enter(again[0 if asked else race.index(session.run)])
    session.phase = Phase.PAUSED if asked and asked.waits else Phase.TRAINING
    if asked:
        session.seed = run.settings.seed
        session.pace.run_at(asked.speed or session.pace.speed)
    if left is not None:
        session.left_behind = left
        session.say(f"{left} holds the run before; w saves this one")


def first_of(run: Run) -> Run:
    """The first of those who race, which the others are forks of."""
    first = run.race[0]
    assert isinstance(first, Run)
    return first


def take_in(session: Session) -> None:
    """What was read takes the place of the run, once it is there; where it cannot be had, the run goes on as it was."""
    if session.reading is None or not session.reading.run.done():
        return
    reading, session.reading = session.reading, None
    try:
        new = reading.run.result()
    except (ValueError, MemoryError) as error:
        text = "the data does not fit into memory" if isinstance(error, MemoryError) else str(error)
        session.say(text, is_error=True, is_logged=False)
        return
    start_over(session, new, reading.asked)


def _play(session: Session) -> None:
    if session.phase is Phase.REPLAY:
        session.phase = Phase.PAST
    elif session.run.done:
        session.go(1 if session.past is None else session.past)
        session.phase = Phase.REPLAY
        session.pace.rest()


def replay_on(session: Session, now: float) -> None:
    """Show the next epochs of the past that are due by then."""
    count = max(1, session.run.done // REPLAY_FRAMES) if session.pace.is_max else session.pace.due(now)[0]
    if count and session.past is not None:
        session.go(session.past + count)
        session.phase = session.phase if session.past is None else Phase.REPLAY
