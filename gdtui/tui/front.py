"""The terminal's front end: begins sessions, shows them, and leaves what was learnt on the normal screen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from gdtui.settings import CastSettings, Display, Settings
from gdtui.tui.app import GdtuiApp
from gdtui.tui.board import Board
from gdtui.tui.workspace import Workspace

if TYPE_CHECKING:
    from gdtui.session.comparison import Comparison
    from gdtui.session.session import Session


def train(settings: Settings, display: Display, save: str | None, force: bool, film: CastSettings) -> int:
    """Train in the terminal; returns the exit code. What was learnt stays on the normal screen.

    Raises:
        CastError: what is asked to be recorded cannot be.
    """

    def begin() -> Session:
        from gdtui.session import opening

        return opening.begin(settings, display, save, force)

    return _run(begin, Workspace(settings.data.source, settings.epochs, settings.alpha), display, film)


def resume(path: str, epochs: int | None, alpha: float | None, display: Display, film: CastSettings) -> int:
    """Go on with a saved run in the terminal; returns and raises as `train`."""

    def begin() -> Session:
        from gdtui.session import opening

        return opening.resume(path, epochs, alpha, display)

    return _run(begin, Workspace(path), display, film)


def watch(paths: list[str], target: float | None, display: Display, film: CastSettings) -> int:
    """Look at run files in the terminal; returns and raises as `train`. One file is shown with all that it holds,
    several are compared; `target` is the loss of which the comparison says when it was reached."""
    is_one = len(paths) == 1 and target is None

    def begin() -> Session | Comparison:
        from gdtui.runs.reader import OnlyLossesError
        from gdtui.session import opening
        from gdtui.session.comparison import Comparison

        if is_one:
            try:
                return opening.watch(paths[0], display)
            except OnlyLossesError:
                pass
        return Comparison(paths, target)

    what = paths[0] if len(paths) == 1 else f"comparing {len(paths)} runs"
    if is_one:
        return _run(begin, Workspace(what), display, film)
    from gdtui.tui.comparison import ComparisonBoard

    return _run(begin, ComparisonBoard(what, len(paths)), display, film)


def _run(begin: Callable[[], Session | Comparison], board: Board, display: Display, film: CastSettings) -> int:
    app = GdtuiApp(begin, board, display, film)
    code = 2
    try:
        app.run()
        code = (app.return_code or 0) if app.return_value is None else app.return_value
    finally:
        recorded = app.film.end(discard=app.failure is not None)  # nothing was to be seen
    if app.failure is not None:
        print(f"gdtui: {app.failure}", file=sys.stderr)
        return 2
    if app.session is not None:
        _leave(app.session)
    if recorded is not None:
        print(f"recorded in {recorded}")
    return code


def _leave(session: Session | Comparison) -> None:
    """Say on the normal screen what there is to say."""
    from gdtui.report import print_report, print_standings
    from gdtui.session.session import Session

    if not isinstance(session, Session):
        print_standings(session.entrants, session.target)
        return
    saved_in, left_behind = session.saved_in, session.left_behind
    failure = session.close()
    print_report(session.run)
    if failure is not None:
        print(f"gdtui: {failure}", file=sys.stderr)
    elif saved_in is not None:
        print(f"saved in {saved_in}")
    elif left_behind is not None:
        print(f"not saved; {left_behind} holds the run before")
