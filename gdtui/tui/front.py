"""The terminal's front end: begins sessions, shows them, and leaves what was learnt on the normal screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gdtui.crash import CrashError
from gdtui.session.commands import Do
from gdtui.settings import CastSettings, Display, Recipe, Settings
from gdtui.text import complain, tell
from gdtui.tui.app import PATIENCE, GdtuiApp
from gdtui.tui.workspace import Workspace

if TYPE_CHECKING:
    from gdtui.lessons.lesson import Lesson
    from gdtui.session.logs import LogsSession
    from gdtui.session.opening import AnySession
    from gdtui.session.session import Session


NOT_FILMED = CastSettings()


def _opening(name: str, *arguments: Any, **named: Any) -> Callable[[], Any]:
    """Calls what has that name in `gdtui.session.opening`, which brings NumPy: imported after the first paint."""
    return lambda: getattr(import_module("gdtui.session.opening"), name)(*arguments, **named)


def training(
    settings: Settings,
    display: Display,
    save: str | None = None,
    force: bool = False,
    film: CastSettings = NOT_FILMED,
    rivals: Sequence[Recipe] = (),
) -> GdtuiApp:
    """The app that trains; see `gdtui.session.opening.begin`."""
    board = Workspace(settings.data.source, settings.epochs, settings.alpha)
    return GdtuiApp(_opening("begin", settings, display, save, force, rivals=rivals), board, display, film)


def learning(lesson: Lesson, display: Display, film: CastSettings = NOT_FILMED) -> GdtuiApp:
    """The app that plays a lesson."""
    from gdtui.tui.classroom import Classroom

    def begin() -> Session:
        from gdtui.lessons.played import opened

        return opened(lesson, display)

    return GdtuiApp(begin, Classroom(lesson, display.speed), display, film)


def resuming(
    path: str, epochs: int | None, alpha: float | None, display: Display, film: CastSettings = NOT_FILMED
) -> GdtuiApp:
    """The app that goes on with a saved run, see `gdtui.session.opening.resume`."""
    return GdtuiApp(_opening("resume", path, epochs, alpha, display), Workspace(path), display, film)


def watching(paths: list[str], target: float | None, display: Display, film: CastSettings = NOT_FILMED) -> GdtuiApp:
    """The app that looks at run files. One file is shown with all that it holds, several are
    compared; `target` is the loss of which the comparison says when it was reached."""
    if len(paths) == 1 and target is None:
        return GdtuiApp(_opening("watch", paths[0], display), Workspace(paths[0]), display, film)
    from gdtui.tui.comparison import ComparisonBoard

    what = paths[0] if len(paths) == 1 else f"comparing {len(paths)} runs"
    return GdtuiApp(_opening("Comparison", paths, target), ComparisonBoard(what), display, film)


def looking(
    whats: Sequence[str],
    x: str | None,
    y: Sequence[str],
    display: Display,
    film: CastSettings = NOT_FILMED,
) -> GdtuiApp:
    """The app that looks at other people's logs, and may steer, see `gdtui.logs.places.LogPlaces`, also for what
    is raised when it begins."""
    from gdtui.tui.logs_board import LogsBoard

    is_guest = display.guest  # somebody who came by the web

    def begin() -> LogsSession:
        from gdtui.logs.places import LogPlaces  # not all of gdtui.session.opening, which takes longer
        from gdtui.session.logs import LogsSession

        return LogsSession(LogPlaces(whats, x, y), steers=not is_guest)

    what = whats[0] if len(whats) == 1 else f"{len(whats)} logs"
    app = GdtuiApp(begin, LogsBoard(what), display, film)
    app.is_shared = "-" in whats and not is_guest
    return app


def run(app: GdtuiApp) -> int:
    """Show an app until it is left; returns the exit code. What was learnt stays on the normal screen, and what could
    not be saved or recorded.

    Raises CrashError where the app fails."""
    try:
        app.run()
        if app.fault is not None:
            raise app.fault
    except Exception as error:
        app.give_back()
        raise CrashError(_rescued(app.session)) from error
    finally:
        recorded = app.film.end(discard=app.session is None)  # nothing was to be seen
    code = (app.return_code or 0) if app.return_value is None else app.return_value
    if app.failure is not None:
        complain(app.failure)
        return 2
    if app.is_guest:  # there is no normal screen, and nothing to be saved
        return code
    failures = [app.film.failure]
    if app.session is not None:
        app.session.do(Do.LEAVE)  # which cuts a turn short
        if not app.turning.acquire(timeout=PATIENCE) and (place := getattr(app.session, "place", None)):
            place.close()  # it may wait for a worker that does not answer
        failures.insert(0, _leave(app.session))
    if recorded is not None:
        tell(f"recorded in {recorded}")
    for failure in filter(None, failures):
        complain(failure)
        code = max(code, 2)
    return code


def _rescued(session: AnySession | None) -> str | None:
    """The file of the run of an app that has failed, if there is one, with all that can still be written there."""
    saved_in: str | None = getattr(session, "saved_in", None)
    with suppress(Exception):
        getattr(session, "close", lambda: None)()
    return saved_in


def _leave(session: AnySession) -> str | None:
    """Say on the normal screen what there is to say; returns what could not be saved, if anything could not."""
    from gdtui.report import print_cells, print_report, print_standings
    from gdtui.runs.race import by_place
    from gdtui.session.logs import LogsSession
    from gdtui.session.session import Session

    if isinstance(session, LogsSession):
        from gdtui.views.metrics import Metrics, Seen

        metrics, shown = Metrics(), session.snapshot()
        groups = metrics.groups(shown)
        if groups:
            print_cells([run.cells for run in metrics.table(groups[0], replace(shown, at=None), Seen())])
            if shown.line.text:
                tell(shown.line.text)
        return None
    if not isinstance(session, Session):
        print_standings(session.now.entrants, session.now.target)
        return None
    saved_in, left_behind = session.saved_in, session.left_behind
    race = session.snapshot().race
    failure = session.close()
    if race:
        print_standings(by_place(race))
    else:
        print_report(session.run)
    if failure is None and saved_in is not None:
        tell(f"saved in {saved_in}")
    elif left_behind is not None:
        tell(f"not saved; {left_behind} holds the run before")
    return failure
