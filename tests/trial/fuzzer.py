"""Feeds inputs to the command line within one process, and says of each what it is and what went wrong.

`python -m tests.trial.fuzzer KIND SEED COUNT LEFT_OUT…` prints JSON lines: {"input": …} before each input,
{"failure": …} for each that breaks a promise. What takes too long is for its parent to see and to end.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import resource
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from hypothesis import HealthCheck, Phase, given, seed, settings

from gdtui import cli
from gdtui.options import build_parser, display_from, settings_from
from gdtui.recording.parser import parse
from gdtui.session.commands import Do
from gdtui.text import complain
from gdtui.tui.bindings import NUMBERS
from tests.drawings import view_named
from tests.trial.inputs import KINDS, Input
from tests.trial.story import DOCUMENTED, Rules

if TYPE_CHECKING:
    from gdtui.session.session import Session
    from gdtui.session.snapshot import Snapshot
    from gdtui.views.view import View

BUSY = 8.0
"""Seconds for which views may compute what they show of small data."""
MEMORY = 3 * 2**30
"""Bytes of address space that the process may have."""
GROWTH = 300
"""Megabytes that a small input may take beside what was taken before."""


class Pipe(io.BytesIO):
    """What was written, with a file descriptor, as standard streams have one."""

    def fileno(self) -> int:
        return NOTHING


CALMLY = settings(database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
NOTHING = os.open(os.devnull, os.O_RDWR)


def run(given: Input) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command. Raises what a traceback would be of."""
    out, errors = Pipe(), Pipe()
    streams = {
        "stdin": io.TextIOWrapper(Pipe(given.stdin), "utf-8"),
        "stdout": io.TextIOWrapper(out, "utf-8", write_through=True),
        "stderr": io.TextIOWrapper(errors, "utf-8", "backslashreplace", write_through=True),
    }
    with contextlib.ExitStack() as stack:
        for name, stream in streams.items():
            stack.enter_context(mock.patch.object(sys, name, stream))
        try:
            code = COMMANDS.get(given.arguments[0], _command)(given.arguments)
        except SystemExit as end:
            code = end.code
    return code, out.getvalue().decode(), errors.getvalue().decode()


def _command(arguments: tuple[str, ...]) -> int:
    return cli.main(arguments)


def _parse(arguments: tuple[str, ...]) -> int:
    """Read a tape, as `gdtui tape` does before it plays it."""
    try:
        parse(arguments[1])
    except ValueError as error:
        complain(str(error))
        return 2
    return 0


def _draw(arguments: tuple[str, ...]) -> int:
    """Train, and draw what the screen shows of it, at several sizes."""
    from gdtui.session import opening

    options = build_parser().parse_args(arguments[1:])
    try:
        session = opening.begin(settings_from(options), display_from(options))
    except ValueError as error:
        complain(str(error))
        return 2
    return _shown(session)


def _shown(session: Session) -> int:
    """Draw every view, and at last what each has computed beside the frames."""
    views = [view_named(name) for name in NUMBERS]
    for size in ((3, 2), (200, 80), (60, 20)):
        session.turn()
        _drawn(views, session.snapshot(), *size)
    if session.phase.moves:
        session.do(Do.PAUSE)
        session.turn()
    shown, end = session.snapshot(), time.monotonic() + BUSY
    _drawn(views, shown, *size)
    while any(view.is_busy for view in views):
        if time.monotonic() > end:
            raise TimeoutError(f"views are busy for more than {BUSY:g} s")
        time.sleep(0.002)
        _drawn(views, shown, *size)
    _drawn(views, shown, *size)
    return 0


def _drawn(views: list[View], shown: Snapshot, width: int, height: int) -> None:
    for view in views:
        view.titles(shown)
        view.draw(shown, width, height)


def _look(arguments: tuple[str, ...]) -> int:
    """Look at a run file, as the screen does."""
    from gdtui.session import opening
    from gdtui.session.session import Session
    from gdtui.settings import Display

    try:
        session = opening.watch(arguments[1], Display())
    except ValueError as error:
        complain(str(error))
        return 2
    return _shown(session) if isinstance(session, Session) else 0


COMMANDS = {"parse": _parse, "draw": _draw, "look": _look}


def what_is_wrong(given: Input, rules: Rules) -> str:
    """The promise that this input breaks, in one line; empty where there is none."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("default")
        for name, content in given.files.items():
            Path(name).write_bytes(content)
        try:
            code, out, errors = run(given)
        except (Exception, KeyboardInterrupt) as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            return f"a traceback: {type(error).__name__}: {str(error)[:200]} ({Path(at.filename).name}:{at.lineno})"
    if code not in DOCUMENTED:
        return f"exit code {code} is not documented"
    is_strict = rules.allows("fuzz.control-characters")
    lines, most = errors.count("\n"), 1
    if given.arguments[:1] == ("watch",):  # of many, each that cannot be read has a line
        most = max(1, len(given.arguments) - 1)
    if code == 2 and (not 1 <= lines <= most if is_strict else not errors):
        return f"exit code 2 and {lines} lines on standard error: {errors[:300]!r}"
    if is_strict and (strange := [line for line in errors.splitlines() if not line.startswith("gdtui: ")]):
        return f"something else on standard error: {strange[0][:300]!r}"
    if is_strict and (found := re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", out + errors)):
        at = (out + errors)[max(0, found.start() - 60) : found.end() + 20]
        return f"a control character is written: {at!r}"
    return ""


def peak(is_new: bool = False) -> int:
    """Megabytes that this process has had at the most since this was last asked with `is_new`."""
    with contextlib.suppress(OSError):
        if is_new:
            Path("/proc/self/clear_refs").write_text("5")
        found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
        return int(found[1]) // 1000 if found else 0
    return 0


def main() -> None:
    kind, number, count, left_out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    rules, out = Rules(left_out=frozenset(left_out)), sys.stdout

    @seed(number)
    @settings(CALMLY, max_examples=count)
    @given(KINDS[kind](rules))
    def feed(one: Input) -> None:
        print(json.dumps({"input": repr(one)}), file=out, flush=True)
        before = peak(is_new=True)
        failure = what_is_wrong(one, rules)
        if not failure and peak() > before + GROWTH:
            failure = f"{peak() - before} MB are taken"
        if failure:
            print(json.dumps({"failure": f"{kind}: {failure}"}), file=out, flush=True)

    feed()


if __name__ == "__main__":
    main()
