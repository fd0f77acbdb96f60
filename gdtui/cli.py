"""The command line: the one place that knows every front end, and imports each only when it is wanted."""

import argparse
import difflib
import math
import os
import shlex
import signal
import sys
from collections.abc import Callable, Sequence

from gdtui.encoding import fit_streams
from gdtui.options import (
    ASKS,
    THEMES,
    USAGE,
    Parser,
    add_screen,
    build_parser,
    display_from,
    film_from,
    settings_from,
)
from gdtui.outputs import check_apart
from gdtui.race_options import racers_of
from gdtui.settings import BUILT_IN_SETS
from gdtui.text import complain, tell
from gdtui.values import a_count, a_factor, a_number, a_positive

TRAINED, INTERRUPTED, BROKEN_PIPE = 0, 130, 141


def wants_plain(forced: bool) -> bool:
    """Whether to print lines rather than draw: asked for, no terminal on either side, or a dumb one."""
    if forced or os.environ.get("TERM", "") in ("", "dumb"):
        return True
    return not (sys.stdin is not None and sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty())


def _is_plain(options: argparse.Namespace) -> bool:
    """The same, by the options. Raises ValueError where the screen is to be recorded, and there is none, or where there
    is no theme of the name that is asked for, and OSError where there is nothing to print on."""
    is_plain = wants_plain(options.plain)
    if is_plain and options.record is not None:
        raise ValueError("--record needs the screen; on a terminal, and without --plain, there is one")
    if is_plain and sys.stdout is None:
        raise OSError("standard output is closed")
    theme = options.theme or os.environ.get("GDTUI_THEME") or THEMES[0]
    if is_plain and theme not in THEMES:  # which is refused as the screen would refuse it
        from gdtui.tui.themes import known_themes, theme_to_show

        theme_to_show(options.theme, known_themes())
    return is_plain


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    _open_standard_streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if ASKS in os.environ:
        from gdtui.completion import command_asked_for

        given = command_asked_for(COMMANDS)
    command = COMMANDS.get(given[0]) if given else None
    if given and command is None and not given[0].startswith("-"):
        build_parser().error(_what_is_meant(given[0]))
    try:
        fit_streams("--ascii" in given)
        return command(given[1:]) if command is not None else _train(_training_options(given))
    except ValueError as error:  # DataError, or weights that do not fit the data
        return _fail(str(error), *getattr(error, "__notes__", ()))
    except MemoryError:
        return _fail("the data does not fit into memory; take fewer rows with --samples")
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()  # the reader has gone (`gdtui | head -3`)
        return BROKEN_PIPE
    except OSError as error:
        _forget_output()
        return _fail(f"cannot write the output: {error.strerror or error}")
    except Exception as error:
        from gdtui.crash import report_crash

        return report_crash(error, "--debug" in given)


def _open_standard_streams() -> None:
    """Standard streams that are closed lead nowhere: else a file would get the number of one, and be written to, or
    replaced at a hangup, in its stead."""
    while (lowest_free := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(lowest_free, True)
    os.close(lowest_free)


def _training_options(given: list[str]) -> argparse.Namespace:
    """The options of a run. A word among them that belongs to none, such as a file's name, is told as that."""
    parser = build_parser(tuple(COMMANDS))
    others = [] if ASKS in os.environ else parser.parse_known_args(given)[1]
    if others and not others[0].startswith("-"):
        parser.error(_what_is_meant(others[0]))
    return parser.parse_args(given)  # type: ignore[no-any-return]


def _what_is_meant(word: str) -> str:
    """What to say of a word that is no command, or not in the place of one."""
    name = shlex.quote(word)
    if word == "help":
        return "'help' is no command"
    if word in COMMANDS:
        return f"{word} comes first, before all options: gdtui {word}"
    if word in BUILT_IN_SETS or word.lower().endswith((".csv", ".tsv", ".npy", ".npz", ".parquet")):
        return f"{word!r} is no command; gdtui --data {name} trains on it"
    if os.path.exists(word):
        return f"{word!r} is no command; gdtui watch {name} shows a run file, gdtui --data {name} trains on a table"
    near = difflib.get_close_matches(word, COMMANDS, 1)
    meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(COMMANDS)}"
    return f"{word!r} is no command{meant}"


def _forget_output() -> None:
    """Python would complain at exit, while flushing what is left."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _train(options: argparse.Namespace) -> int:
    if options.detach_on_hangup and options.save is None:
        raise ValueError("--detach-on-hangup needs --save RUN.jsonl: a file to go on in")
    check_apart([options.save, options.record], [] if options.data in (*BUILT_IN_SETS, "-") else [options.data])
    settings, rivals = racers_of(settings_from(options), options.race)
    display = display_from(options)
    if _is_plain(options):
        from gdtui import plain

        return plain.train(settings, display, save=options.save, force=options.force, rivals=rivals)
    from gdtui.tui import front

    return front.run(front.training(settings, display, options.save, options.force, film_from(options), rivals))


def _resume(arguments: list[str]) -> int:
    parser = Parser("gdtui resume", "Go on with a saved run, in the same file.")
    parser.add_argument("run", metavar="RUN.jsonl")
    parser.add_argument("-e", "--epochs", type=a_count, metavar="N", help="epochs in all (as many as the file says)")
    parser.add_argument("-a", "--alpha", type=a_positive, metavar="A", help="learning rate from here (the file's last)")
    add_screen(parser.add_argument, "--record", trains=True)
    options = parser.parse_args(arguments)
    check_apart([options.record], [options.run])
    asked = options.run, options.epochs, options.alpha, display_from(options)
    if _is_plain(options):
        from gdtui import plain

        return plain.resume(*asked)
    from gdtui.tui import front

    return front.run(front.resuming(*asked, film_from(options)))


def _watch(arguments: list[str]) -> int:
    about = """Look at a run file, also while it is written: with time travel and replay, or as
lines. Several runs are compared: their loss curves on one chart, and a table."""
    parser = Parser("gdtui watch", about)
    parser.add_argument("runs", metavar="RUN.jsonl", nargs="+")
    reached = "compare when the runs reached this loss (the lowest of all)"
    parser.add_argument("--loss", type=a_number, metavar="L", help=reached)
    parser.add_argument("-f", "--follow", action="store_true", help="as lines: go on until the run has ended")
    add_screen(parser.add_argument, "--record", trains=False)
    options = parser.parse_args(arguments)
    check_apart([options.record], options.runs)
    options.plain |= options.follow
    if not _is_plain(options):
        from gdtui.tui import front

        return front.run(front.watching(options.runs, options.loss, display_from(options), film_from(options)))
    from gdtui import plain

    if len(options.runs) == 1 and options.loss is None:
        return plain.watch(options.runs[0], options.follow, options.every)
    return plain.compare(options.runs, options.loss, options.follow)


def _export(arguments: list[str]) -> int:
    parser = Parser("gdtui export", "Turn a run file into a table.")
    parser.add_argument("run", metavar="RUN.jsonl")
    parser.add_argument("--format", choices=("csv", "json", "md"), default="csv", help="(csv)")
    parser.add_argument("-o", metavar="FILE", help="where to (standard output)")
    parser.add_argument("--force", action="store_true", help="overwrite that file")
    options = parser.parse_args(arguments)
    check_apart([options.o], [options.run])
    from gdtui.runs.export import export

    export(options.run, options.format, options.o, options.force)
    return TRAINED


def _check(arguments: list[str]) -> int:
    epilog = "exit codes: 0 all are whole, 1 one is cut off or not checked to its end, 2 one is damaged or no run file"
    parser = Parser("gdtui check", "Say how far run files are whole: cut off, torn, or with bits that changed.", epilog)
    parser.add_argument("runs", metavar="RUN.jsonl", nargs="+")
    from gdtui.runs.verdict import verdict

    verdicts = [verdict(path) for path in parser.parse_args(arguments).runs]
    for _, text in verdicts:
        tell(text)
    return max(code for code, _ in verdicts)


TAPE_EPILOG = """\
-o makes, by its ending: .cast an asciicast; .gif an animation (needs gdtui[gif]); .svg or .txt the last screen;
.ascii the screens at each Wait, at each Screenshot and at the end, to be compared with those of another play.
without -o, what the tape's Output lines name; without those, NAME.cast. gdtui/recording/README.md tells the rest."""


def _tape(arguments: list[str]) -> int:
    about = "Play a tape (a script of keys, in VHS's language) in a terminal of its own, and record it."
    parser = Parser("gdtui tape", about, TAPE_EPILOG)
    parser.add_argument("tape", metavar="FILE.tape")
    parser.add_argument("-o", "--output", action="append", metavar="OUT", help="what to make; may be given again")
    parser.add_argument("--speed", type=a_factor, metavar="X|max", help="type and pause so much faster (1)")
    parser.add_argument("--check", action="store_true", help="play it whole at --speed max, and make no files")
    parser.add_argument("--force", action="store_true", help="overwrite files")
    options = parser.parse_args(arguments)
    from gdtui.recording.parser import parse
    from gdtui.recording.play import play

    endings = signal.SIGTERM, signal.SIGHUP

    def leave(number: int, _: object) -> None:
        """The tape's program ends with it, and nothing is left behind: a second signal does not disturb that."""
        for ending in endings:
            signal.signal(ending, signal.SIG_IGN)
        sys.exit(128 + number)

    for ending in endings:
        signal.signal(ending, leave)
    speed = options.speed or (math.inf if options.check else 1.0)
    play(parse(options.tape), options.output, speed=speed, force=options.force, check=options.check)
    return TRAINED


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "resume": _resume,
    "watch": _watch,
    "export": _export,
    "check": _check,
    "tape": _tape,
}


def _fail(message: str, *details: str) -> int:
    complain(message, *details)
    return USAGE
