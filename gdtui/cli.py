"""The command line: the one place that knows every front end, and imports each only when it is wanted."""

from __future__ import annotations

import argparse
import difflib
import math
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from gdtui import __version__
from gdtui.settings import (
    BUILT_IN_SETS,
    INITS,
    LOSSES,
    MAX_SPEED,
    MOST_EPOCHS,
    CastSettings,
    DataSettings,
    Settings,
    StopRules,
)

CALM_FPS = 2.0
TRAINED, DIVERGED, USAGE, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141

DETACH = "when the terminal goes away, train on without it, into the file"
EPILOG = """\
other commands: gdtui resume RUN, gdtui watch RUN, gdtui export RUN, gdtui tape TAPE; each has its own --help.
keys in the terminal: ? shows them all; space pauses, up/down change alpha, +/- change the epochs, q quits.
exit codes: 0 trained, 1 diverged, 2 bad usage, data or output, 130 interrupted, 141 broken pipe, 143 terminated."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        return super().parse_known_args(_joined(sys.argv[1:] if args is None else args), namespace)

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"gdtui: {message} ({self.prog} --help lists the options)\n")


def _number(kind: Callable[[str], Any], allowed: str, good: Callable[[Any], bool]) -> Callable[[str], Any]:
    """A converter for argparse that says which numbers are allowed."""

    def convert(text: str) -> Any:
        try:
            value = kind(text)
            known = value == value and abs(value) < sys.float_info.max
        except (ValueError, OverflowError):
            known = False
        if not known or not good(value):
            raise argparse.ArgumentTypeError(f"{text!r} is not {allowed}")
        return value

    return convert


def whole(text: str) -> int:
    """A whole number, also as 1e6. Raises ValueError."""
    try:
        return int(text)
    except ValueError:
        value = float(text)
        if "e" not in text.lower() or not value.is_integer():
            raise
        return int(value)


_real = _number(float, "a number", lambda _: True)
_positive = _number(float, "a number greater than 0", lambda value: value > 0)
_not_negative = _number(float, "a number of at least 0", lambda value: value >= 0)
_count = _number(whole, "a whole number of at least 1 (and at most 1e12)", lambda value: 1 <= value <= MOST_EPOCHS)
_natural = _number(whole, "a whole number of at least 0 (and at most 1e12)", lambda value: 0 <= value <= 10**12)
_seed = _number(int, "a whole number from 0 to 4294967295", lambda value: 0 <= value < 2**32)
_share = _number(float, "a number from 0 to 1", lambda value: 0 <= value <= 1)


_epochs_a_second = _number(float, "max, or epochs a second of at least 0.001", lambda value: value >= 0.001)


def _speed(text: str) -> float:
    return MAX_SPEED if text == "max" else float(_epochs_a_second(text))


def _init(text: str) -> str | tuple[float, ...]:
    if text in INITS:
        return text
    try:
        weights = tuple(float(part) for part in text.split(","))
    except ValueError:
        weights = ()
    if not weights or not all(math.isfinite(weight) for weight in weights):
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(INITS)}, nor numbers W0,W1,…")
    return weights


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name; give names with commas between them")
    return names


def _two_names(text: str) -> tuple[str, ...]:
    names = _names(text)
    if len(names) != 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not two classes, A,B")
    return names


def build_parser() -> Parser:
    """The parser for all options."""
    parser = Parser(
        prog="gdtui",
        description="Watch gradient descent learn, live in a terminal, and steer it from the keyboard.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument_group("training").add_argument
    add("-e", "--epochs", type=_count, default=100, metavar="N", help="epochs to train (100)")
    add("-a", "--alpha", type=_positive, default=0.01, metavar="A", help="learning rate (0.01)")
    add("--loss", choices=LOSSES, default="article", help="what is shown and descended (article)")
    add(
        "--init",
        type=_init,
        default="uniform",
        metavar="START",
        help="uniform, zeros, ones, or W0,W1,… (uniform)",
    )
    add("--seed", type=_seed, default=0, metavar="S", help="seed of the weights and of the final sample (0)")
    add("--target-loss", type=_not_negative, metavar="L", help="stop when the loss is at most L")
    add("--target-accuracy", type=_share, metavar="A", help="stop when the accuracy, 0 to 1, is at least A")
    add("--patience", type=_count, metavar="M", help="stop after M epochs without a better loss")
    add(
        "--min-delta",
        type=_not_negative,
        default=0.0,
        metavar="D",
        help="how much lower counts as better (0)",
    )
    add = parser.add_argument_group("data").add_argument
    add(
        "--data",
        default="blobs",
        metavar="NAME|FILE.csv|-",
        help=f"{', '.join(BUILT_IN_SETS)}, a CSV file, or - (blobs)",
    )
    add("--samples", type=_count, metavar="N", help="rows to make, or to take from a file (250, or all)")
    add("--noise", type=_not_negative, metavar="X", help="spread of the made-up sets")
    add("--data-seed", type=_seed, default=20, metavar="S", help="seed of the data (20)")
    add("--target", metavar="COLUMN", help="the column with the classes (the last)")
    add("--features", type=_names, metavar="A,B,…", help="the columns to learn from (all others)")
    add("--classes", type=_two_names, metavar="A,B", help="the two classes to tell apart, 0 and 1")
    add(
        "--standardize",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="bring each feature to mean 0, deviation 1 (on for files and more than two features)",
    )
    add = parser.add_argument_group("display").add_argument
    add("--speed", type=_speed, metavar="R|max", help="epochs a second (watchable on a screen, max in a pipe)")
    add("--fps", type=_positive, metavar="N", help="frames a second at the most (20, at full speed 10)")
    add("--calm", action="store_true", help="fewer frames (2 a second), no blinking, no animation")
    add("--save", metavar="RUN.jsonl", help="write the run into a file as it trains (see gdtui resume --help)")
    add("--force", action="store_true", help="let --save and --record overwrite a file")
    add("--detach-on-hangup", action="store_true", help=DETACH)
    _add_film(add)
    add("--sample-size", type=_natural, default=10, metavar="N", help="rows of the final table (10)")
    add("--plain", action="store_true", help="print lines, even on a terminal")
    add("-V", "--version", action="version", version=f"gdtui {__version__}")
    return parser


def _add_film(add: Callable[..., Any], force: bool = False) -> None:
    add("--record", metavar="OUT.cast", help="record the screen as an asciicast (ctrl+r does so at any time)")
    add("--cast-version", type=int, choices=(2, 3), default=2, help="its version (2)")
    add("--idle-limit", type=_positive, metavar="S", help="seconds that a pause takes in it, at the most")
    if force:
        add("--force", action="store_true", help="let --record overwrite a file")


def film_from(options: argparse.Namespace) -> CastSettings:
    """The options that say how the screen is recorded."""
    return CastSettings(options.record, options.cast_version, options.idle_limit, options.force)


def _no_screen(options: argparse.Namespace) -> None:
    """Raises ValueError where the screen is to be recorded, and there is none."""
    if options.record is not None:
        raise ValueError("--record needs the screen; on a terminal, and without --plain, there is one")


def settings_from(options: argparse.Namespace) -> Settings:
    """The options as settings."""
    return Settings(
        data=DataSettings(
            source=options.data,
            samples=options.samples,
            noise=options.noise,
            seed=options.data_seed,
            target=options.target,
            features=options.features,
            classes=options.classes,
            standardize=options.standardize,
        ),
        epochs=options.epochs,
        alpha=options.alpha,
        loss=options.loss,
        init=options.init,
        seed=options.seed,
        stop=StopRules(options.target_loss, options.target_accuracy, options.patience, options.min_delta),
        speed=options.speed,
        sample_size=options.sample_size,
        fps=options.fps or (CALM_FPS if options.calm else None),
        calm=options.calm,
        detach=options.detach_on_hangup,
    )


def wants_plain(forced: bool) -> bool:
    """Whether to print lines rather than draw: asked for, no terminal on either side, or a dumb one."""
    if forced or os.environ.get("TERM", "") in ("", "dumb"):
        return True
    return not (sys.stdin is not None and sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = COMMANDS.get(given[0]) if given else None
    if given and command is None and not given[0].startswith("-"):
        build_parser().error(_what_is_meant(given[0]))
    try:
        return _train(build_parser().parse_args(given)) if command is None else command(given[1:])
    except ValueError as error:  # DataError, or weights that do not fit the data
        return _fail(str(error), USAGE)
    except MemoryError:
        return _fail("the data does not fit into memory; take fewer rows with --samples", USAGE)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()  # the reader has gone (`gdtui | head -3`)
        return BROKEN_PIPE
    except OSError as error:
        _forget_output()
        return _fail(f"cannot write the output: {error.strerror or error}", USAGE)


def _what_is_meant(word: str) -> str:
    """What to say of a word that is no command."""
    if word == "help":
        return "'help' is no command"
    if word in BUILT_IN_SETS or word.endswith((".csv", ".tsv")):
        return f"{word!r} is no command; gdtui --data {word} trains on it"
    if os.path.exists(word):
        return f"{word!r} is no command; gdtui watch {word} shows a run file, gdtui --data {word} trains on a table"
    near = difflib.get_close_matches(word, COMMANDS, 1)
    meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(COMMANDS)}"
    return f"{word!r} is no command{meant}"


def _forget_output() -> None:
    """Python would complain at exit, while flushing what is left."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _train(options: argparse.Namespace) -> int:
    if options.detach_on_hangup and options.save is None:
        return _fail("--detach-on-hangup needs --save RUN.jsonl: a file to go on in", USAGE)
    settings = settings_from(options)
    if wants_plain(options.plain):
        _no_screen(options)
        from gdtui import plain

        return plain.train(settings, save=options.save, force=options.force)
    from gdtui.tui.app import train

    return train(settings, save=options.save, force=options.force, film=film_from(options))


def _resume(arguments: list[str]) -> int:
    parser = Parser(prog="gdtui resume", description="Go on with a saved run, in the same file.", allow_abbrev=False)
    parser.add_argument("run", metavar="RUN.jsonl")
    parser.add_argument("-e", "--epochs", type=_count, metavar="N", help="epochs in all (as many as the file says)")
    parser.add_argument("-a", "--alpha", type=_positive, metavar="A", help="learning rate from here (the file's last)")
    parser.add_argument("--speed", type=_speed, metavar="R|max", help="epochs a second")
    parser.add_argument("--detach-on-hangup", action="store_true", help=DETACH)
    _add_film(parser.add_argument, force=True)
    parser.add_argument("--plain", action="store_true", help="print lines, even on a terminal")
    options = parser.parse_args(arguments)
    steered = options.epochs, options.alpha, options.speed, options.detach_on_hangup
    if wants_plain(options.plain):
        _no_screen(options)
        from gdtui import plain

        return plain.resume(options.run, *steered)
    from gdtui.tui.app import resume

    return resume(options.run, *steered, film=film_from(options))


def _watch(arguments: list[str]) -> int:
    about = """Look at a run file, also while it is written: with time travel and replay, or as lines.
Several runs are compared: their loss curves on one chart, and a table."""
    parser = Parser(prog="gdtui watch", description=about, allow_abbrev=False)
    parser.add_argument("runs", metavar="RUN.jsonl", nargs="+")
    parser.add_argument(
        "--loss", type=_real, metavar="L", help="compare when the runs reached this loss (the lowest of all)"
    )
    parser.add_argument("-f", "--follow", action="store_true", help="as lines: go on until the run has ended")
    _add_film(parser.add_argument, force=True)
    parser.add_argument("--plain", action="store_true", help="print lines, even on a terminal")
    options = parser.parse_args(arguments)
    if not wants_plain(options.plain or options.follow):
        from gdtui.tui.app import watch

        return watch(options.runs, options.loss, film_from(options))
    _no_screen(options)
    from gdtui import plain

    if len(options.runs) == 1 and options.loss is None:
        return plain.watch(options.runs[0], options.follow)
    return plain.compare(options.runs, options.loss, options.follow)


def _export(arguments: list[str]) -> int:
    parser = Parser(prog="gdtui export", description="Turn a run file into a table.", allow_abbrev=False)
    parser.add_argument("run", metavar="RUN.jsonl")
    parser.add_argument("--format", choices=("csv", "json", "md"), default="csv", help="(csv)")
    parser.add_argument("-o", metavar="FILE", help="where to (standard output)")
    parser.add_argument("--force", action="store_true", help="overwrite that file")
    options = parser.parse_args(arguments)
    from gdtui.runs.export import export

    export(options.run, options.format, options.o, options.force)
    return TRAINED


TAPE_EPILOG = """\
-o makes, by its ending: .cast an asciicast; .gif an animation (needs gdtui[gif]); .svg or .txt the last screen;
.ascii the screens at each Wait, at each Screenshot and at the end, to be compared with those of another play.
without -o, what the tape's Output lines name; without those, NAME.cast. README.md tells what tapes can say."""


def _play_speed(text: str) -> float:
    return math.inf if text == "max" else float(_positive(text))


def _tape(arguments: list[str]) -> int:
    parser = Parser(
        prog="gdtui tape",
        description="Play a tape (a script of keys, in VHS's language) in a terminal of its own, and record it.",
        epilog=TAPE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("tape", metavar="FILE.tape")
    parser.add_argument("-o", "--output", action="append", metavar="OUT", help="what to make; may be given again")
    parser.add_argument("--speed", type=_play_speed, metavar="X|max", help="type and pause so much faster (1)")
    parser.add_argument("--check", action="store_true", help="play it whole at --speed max, and make no files")
    parser.add_argument("--force", action="store_true", help="overwrite files")
    options = parser.parse_args(arguments)
    from gdtui.recording.parser import parse
    from gdtui.recording.play import play

    for name in ("SIGTERM", "SIGHUP"):  # the program in the tape's terminal ends with it, and nothing is left behind
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, _: sys.exit(128 + number))
    speed = options.speed or (math.inf if options.check else 1.0)
    play(parse(options.tape), options.output, speed=speed, force=options.force, check=options.check)
    return TRAINED


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "resume": _resume,
    "watch": _watch,
    "export": _export,
    "tape": _tape,
}


def _joined(arguments: Sequence[str]) -> list[str]:
    """`--init -1,0.5` as `--init=-1,0.5`: argparse would take the weights for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] == "--init" and argument[:1] == "-" and argument[1:2] in "0123456789.":
            joined[-1] = f"--init={argument}"
        else:
            joined.append(argument)
    return joined


def _fail(message: str, code: int) -> int:
    print(f"gdtui: {message}", file=sys.stderr)
    return code
