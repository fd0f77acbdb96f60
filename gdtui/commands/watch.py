"""`gdtui watch`: look at run files, and at the logs of other programs."""

import argparse
import os
import signal
import sys

from gdtui.fronts import is_plain
from gdtui.logs.own import is_own, may_be_run
from gdtui.options import Parser, add_screen, display_from, film_from
from gdtui.outputs import check_apart
from gdtui.values import a_number

STANDARD_INPUT = "-"


def run(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    check(options)
    options.plain |= options.follow
    if STANDARD_INPUT not in options.whats and options.tee is not None:
        raise ValueError(f"--tee copies standard input: program 2>&1 | gdtui watch - --tee {options.tee}")
    check_apart([options.record, options.tee], [what for what in options.whats if what != STANDARD_INPUT])
    if STANDARD_INPUT in options.whats:
        return _watch_pipe(options)
    if _are_logs(options):
        return _watch_logs(options)
    if not is_plain(options):
        from gdtui.tui import front

        return front.run(front.watching(options.whats, options.loss, display_from(options), film_from(options)))
    from gdtui import plain

    if len(options.whats) == 1 and options.loss is None:
        return plain.watch(options.whats[0], options.follow, options.every)
    return plain.compare(options.whats, options.loss, options.follow)


def check(options: argparse.Namespace) -> None:
    """Refuse what would do nothing with what is watched. Raises ValueError."""
    whats = options.whats
    if options.loss is not None:
        if STANDARD_INPUT in whats:
            raise ValueError("--loss compares run files; what comes through a pipe is none")
        if (other := next((what for what in whats if not may_be_run(what)), None)) is not None:
            raise ValueError(f"--loss tells when gdtui's run files reached it, and {other} is none; leave it out")
        if options.x or options.y:
            raise ValueError("--x and --y are for the logs of other programs, --loss for gdtui's run files")
    for name in ("speed", "fps"):
        if getattr(options, name) is not None and (options.loss is not None or len(whats) > 1 or _are_logs(options)):
            raise ValueError(f"--{name} is for a single run file of gdtui's; logs are shown as they are written")


def _are_logs(options: argparse.Namespace) -> bool:
    """Whether they are looked at as the logs of any program, and not as gdtui's run files."""
    return options.loss is None and bool(options.x or options.y or not all(map(is_own, options.whats)))


def parser() -> Parser:
    about = """Look at training, also while it goes on: at gdtui's run files, with time travel and replay, and
at the logs of any program: JSON lines, CSV, TensorBoard's event files, trainer_state.json, the
stores of MLflow and trackio, and text such as loss=0.5. Several runs are compared. What is not
there yet is waited for."""
    epilog = "exit codes, as lines: 0 shown, 1 all of these trainings have crashed, 2 one cannot be read"
    parser = Parser("gdtui watch", about, epilog)
    whats = "a file; a folder, for all logs below it; or - for standard input: python train.py 2>&1 | gdtui watch -"
    parser.add_argument("whats", metavar="WHAT", nargs="+", help=whats)
    x = "what counts the training: step, epoch, time, record, or a column of the log, by its name (what most tell)"
    parser.add_argument("--x", metavar="NAME", help=x)
    y = "the metrics to show, by their names, also with * and ? (all); may be given several times"
    parser.add_argument("--y", metavar="NAME", action="append", default=[], help=y)
    parser.add_argument("--tee", metavar="FILE", help="copy standard input into a file too, as it comes")
    reached = "compare when run files reached this loss (the lowest of all)"
    parser.add_argument("--loss", type=a_number, metavar="L", help=reached)
    parser.add_argument("-f", "--follow", action="store_true", help="as lines: go on until all have ended")
    add_screen(parser.add_argument, "--record and --tee", trains=False)
    return parser


def _watch_logs(options: argparse.Namespace) -> int:
    if is_plain(options):
        from gdtui import plain_logs

        return plain_logs.watch(options.whats, options.x, options.y, options.follow, options.every)
    from gdtui.tui import front

    display, film = display_from(options), film_from(options)
    return front.run(front.looking(options.whats, options.x, options.y, display, film))


def _watch_pipe(options: argparse.Namespace) -> int:
    """Look at what comes through standard input. Who leaves the screen before the program ends has not ended it: what
    it writes is taken off until it does."""
    from gdtui.logs.pipe import begin
    from gdtui.text import complain, tell

    if sys.stdin is None or sys.stdin.isatty():
        raise ValueError("- is standard input, and nothing is piped into it: python train.py 2>&1 | gdtui watch -")
    pipe = begin(_give_terminal(), options.tee, options.force)
    code = _watch_logs(options)
    if not code and not pipe.is_at_end:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGTSTP, signal.SIGCONT):  # the screen had its own ways
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        tell("[INFO] the program goes on, and what it writes is taken; ctrl+c ends both")
        pipe.wait()
    if pipe.failure is not None and not is_plain(options):  # as lines, it has been said
        complain(pipe.failure)
    return code or 2 * (pipe.failure is not None)


def _give_terminal() -> int:
    """Have the keys come from the terminal, if there is one; returns the descriptor of what was standard input."""
    source = os.dup(0)
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return source
    os.dup2(terminal, 0)
    os.close(terminal)
    return source
