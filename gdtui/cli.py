"""The command line: the one place that knows every front end, and imports each only when it is wanted."""

import argparse
import difflib
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from gdtui.encoding import fit_streams
from gdtui.fronts import is_plain
from gdtui.options import ASKS, USAGE, build_parser, display_from, film_from, settings_from
from gdtui.outputs import check_apart
from gdtui.race_options import racers_of
from gdtui.settings import BUILT_IN_SETS, TABLES
from gdtui.text import complain

TEXTS = ".csv", ".tsv"
"""How tables end that may be logs."""
INTERRUPTED, BROKEN_PIPE = 130, 141


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
    options = parser.parse_args(given)
    if options.preset is not None:
        from gdtui.lessons.reading import read

        options = parser.parse_args([*read(options.preset).situation.arguments, *given])
    return options  # type: ignore[no-any-return]


def _what_is_meant(word: str) -> str:
    """What to say of a word that is no command, or not in the place of one."""
    name = shlex.quote(word)
    if word == "help":
        return "'help' is no command"
    if word in COMMANDS:
        return f"{word} comes first, before all options: gdtui {word}"
    trains, shows = f"gdtui --data {name} trains on it", f"gdtui watch {name} shows"
    if word in BUILT_IN_SETS:
        return f"{word!r} is no command; {trains}"
    if word.lower().endswith(TABLES):
        others = f", {shows} it if it is a log" if word.lower().endswith(TEXTS) else ""
        return f"{word!r} is no command; {trains}{others}"
    if os.path.isdir(word):
        return f"{word!r} is no command; {shows} all logs in it"
    if os.path.exists(word):
        return f"{word!r} is no command; {shows} a log or a run file, {trains} if it is a table"
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
    if is_plain(options):
        from gdtui import plain

        return plain.train(settings, display, save=options.save, force=options.force, rivals=rivals)
    from gdtui.tui import front

    return front.run(front.training(settings, display, options.save, options.force, film_from(options), rivals))


def _of(module: str) -> Callable[[list[str]], int]:
    """The command of that module, which is imported when it is wanted."""
    return lambda arguments: import_module(f"gdtui.commands.{module}").run(arguments)


NAMES = "resume", "watch", "export", "check", "tape", "advise", "range", "check-gradient", "learn", "serve"
COMMANDS = {name: _of(name.replace("-", "_")) for name in NAMES}


def _fail(message: str, *details: str) -> int:
    complain(message, *details)
    return USAGE
