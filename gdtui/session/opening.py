"""Sessions, as the command line asks for them. All of these are slow, and belong off the screen's thread."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from gdtui.data.load import load
from gdtui.learning.objective import objective_named
from gdtui.runs.race import race_of
from gdtui.runs.reader import OnlyLossesError
from gdtui.runs.reopen import Watched
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter, continued
from gdtui.session.comparison import Comparison
from gdtui.session.elsewhere import place_for
from gdtui.session.logs import LogsSession
from gdtui.session.session import Session
from gdtui.session.snapshot import NO_POINTS
from gdtui.settings import PARTITIONS, Display, Recipe, Settings

AnySession = Session | Comparison | LogsSession
"""What a screen can show."""


def begin(
    settings: Settings,
    display: Display,
    save: str | None = None,
    force: bool = False,
    clock: Callable[[], float] = time.perf_counter,
    rivals: Sequence[Recipe] = (),
) -> Session:
    """Load the data and stand at the start of a run.

    Args:
        save: the run file to write, if any.
        force: overwrite it.
        clock: seconds, for the pace.
        rivals: the recipes of those who race with the run.

    Raises:
        ValueError: the data, the file or the settings cannot be used, or there are no such workers.
    """
    with place_for(display) as place:
        partitions = max(PARTITIONS, place.workers_there)  # or some workers would have nothing to do
        settings = replace(settings, data=replace(settings.data, partitions=partitions))
        data = load(settings.data)
        run = Run(settings, data, place.kernel(data, objective_named(settings.loss, len(data.class_names))))
        racers = race_of(run, rivals)
        writer = None if save is None else RunWriter(save, run, force, racers)
        return Session([*racers], run, display, writer, clock=clock, place=place)


def resume(path: str, epochs: int | None, alpha: float | None, display: Display) -> Session:
    """The run in a file, to go on in that file. Raises RunFileError where it cannot go on, and ClusterError where
    there are no such workers.

    Args:
        epochs: how many are wanted in all now; None for as many as the file says.
        alpha: the learning rate from here; None for the file's last.
    """
    with place_for(display) as place:
        runs, run, writer = continued(path, epochs, alpha, place.kernel)
        session = Session([*runs], run, display, writer, place=place)
    if run.done:
        session.log.add(f"going on after epoch {run.done}")
    return session


def watch(path: str, display: Display) -> Session | Comparison:
    """The runs in a file, to be looked at, or, where there is no more than losses, those. Raises RunFileError."""
    try:
        watched = Watched(path)
    except OnlyLossesError:
        return Comparison([path])
    session = Session([*watched.runs], watched.run, display, watched=watched)
    missing = session.snapshot().missing
    if missing and missing != NO_POINTS:
        session.log.add(f"all but the points can be shown: {missing}")
    session.log.add(watched.error or f"{path}: {watched.state}")
    return session
