"""The options of the command line, what their values may be, and the settings that they make."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from gdtui import __version__
from gdtui.guests import is_guest
from gdtui.race_options import GRAMMAR, a_race
from gdtui.recipe_options import LOSS_RULES, RECIPE, rules_told, steps_told
from gdtui.settings import (
    BUILT_IN_SETS,
    LESSONS,
    LOSSES,
    MISSING,
    CastSettings,
    DataSettings,
    Display,
    Settings,
    StopRules,
)
from gdtui.text import complain
from gdtui.values import (
    a_count,
    a_crew,
    a_few,
    a_kept,
    a_natural,
    a_positive,
    a_seed,
    a_share,
    a_start,
    an_address,
    classes_in,
    names_in,
    not_negative,
    pace,
)

CALM_FPS = 2.0
ASKS = "_ARGCOMPLETE"
"""In the environment where a shell asks how a command line may go on."""
USAGE = 2

THEMES = (
    *("gdtui-dark", "gdtui-light", "ansi-dark", "ansi-light", "atom-one-dark", "atom-one-light", "catppuccin-frappe"),
    *("catppuccin-latte", "catppuccin-macchiato", "catppuccin-mocha", "dracula", "flexoki", "gruvbox", "monokai"),
    *("nord", "rose-pine", "rose-pine-dawn", "rose-pine-moon", "solarized-dark", "solarized-light", "textual-dark"),
    *("textual-light", "tokyo-night"),
)
"""Themes that there are, for whoever need not know of all: to ask Textual takes longer than a shell waits at a tab."""

EPILOG = """\
other commands: gdtui resume RUN, gdtui watch RUN, gdtui export RUN, gdtui check RUN, gdtui tape TAPE, gdtui advise,
gdtui range, gdtui check-gradient, gdtui learn LESSON, gdtui serve; each has --help.
keys in the terminal: ? shows them all; space pauses, up/down change alpha, +/- change the epochs, q quits.
exit codes: 0 trained, 1 diverged, 2 bad usage, data or output, 70 failed by a fault of its own, 130 interrupted,
141 broken pipe, 143 terminated."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    commands: Sequence[str] = ()
    """What may come in the place of an option, for whoever completes it."""

    def __init__(self, prog: str, description: str, epilog: str = "") -> None:
        lines_kept = argparse.RawDescriptionHelpFormatter
        super().__init__(prog, None, description, epilog, formatter_class=lines_kept, allow_abbrev=False)
        self._negative_number_matcher = re.compile(r"-\.?\d")  # as of Python 3.14: the weights -1,0.5 are no option
        self.add_argument("--debug", action="store_true", help="if gdtui itself fails, print the traceback")

    def parse_args(self, *arguments: Any) -> Any:  # type: ignore[override]
        if ASKS in os.environ:
            from gdtui.completion import complete

            complete(self, self.commands)
        return super().parse_args(*arguments)

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        if action.option_strings and arg_strings == ["--"]:  # which Python drops, and takes no value for one
            raise argparse.ArgumentError(action, "expected one argument, and -- is none")
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        complain(f"{message} ({self.prog} --help lists the options)")
        self.exit(USAGE)


def _cast(text: str) -> str:
    """A recording's name. An asciicast named x.gif would be taken for a picture that cannot be read."""
    if not text.lower().endswith(".cast"):
        raise argparse.ArgumentTypeError(
            f"{text!r} does not end in .cast, as asciicasts do; give a name such as demo.cast; gdtui tape makes GIFs"
        )
    return text


class _Completion(argparse.Action):
    """Prints what makes a shell complete command lines."""

    def __call__(self, parser: argparse.ArgumentParser, _: object, shell: Any, option: str | None = None) -> NoReturn:
        try:
            from gdtui.completion import script
        except ImportError:
            parser.error(f"{option} needs argcomplete: pip install argcomplete")
        sys.stdout.write(script(shell))
        parser.exit()


def build_parser(commands: Sequence[str] = ()) -> Parser:
    """The parser for all options; for `commands` see `Parser`."""
    about = "Watch gradient descent learn, live in a terminal, and steer it from the keyboard."
    parser = Parser("gdtui", about, EPILOG)
    parser.commands = commands
    steps = add_run(parser)
    about = f"let several descend together, each {GRAMMAR}: 0.01,0.1 or gd,adam:0.1,gd:batch=16"
    steps("--race", type=a_race, default=(), metavar="R,R,…", help=about)
    add = parser.add_argument_group("display").add_argument
    add_screen(add, "--save and --record", trains=True)
    add("--save", metavar="RUN.jsonl", help="write the run into a file as it trains (see gdtui resume --help)")
    add_workers(parser)
    add("--preset", metavar="NAME", help=f"begin as a lesson does: {', '.join(LESSONS)}")
    add("--sample-size", type=a_natural, default=10, metavar="N", help="rows of the final table (10)")
    about = "print what makes this shell complete gdtui's command lines (see README.md)"
    add("--completion", action=_Completion, choices=("bash", "zsh", "fish"), help=about)
    add("-V", "--version", action="version", version=f"gdtui {__version__}")
    return parser


def add_run(parser: Parser) -> Callable[..., Any]:
    """The options that determine a run, for `settings_from`. Returns what adds more to those of its steps."""
    _add_training(parser.add_argument_group("training", rules_told(LOSS_RULES, LOSSES)).add_argument)
    steps = parser.add_argument_group("steps", steps_told()).add_argument
    _add_recipe(steps)
    add_data(parser.add_argument_group("data").add_argument)
    return steps


def _add_training(add: Callable[..., Any]) -> None:
    add("-e", "--epochs", type=a_count, default=100, metavar="N", help="epochs to train (100)")
    add("-a", "--alpha", type=a_positive, default=0.01, metavar="A", help="learning rate (0.01)")
    add("--loss", choices=LOSSES, default="article", help="what is shown and descended (article)")
    add("--init", type=a_start, default="uniform", metavar="START", help="uniform, zeros, ones, or W0,W1,… (uniform)")
    add("--seed", type=a_seed, default=0, metavar="S", help="seed of the weights and of the final sample (0)")
    add("--target-loss", type=not_negative, metavar="L", help="stop when the loss is at most L")
    add("--target-accuracy", type=a_share, metavar="A", help="stop when the accuracy, 0 to 1, is at least A")
    add("--patience", type=a_count, metavar="M", help="stop after M epochs without a better loss")
    add("--min-delta", type=not_negative, default=0.0, metavar="D", help="how much lower counts as better (0)")


def _add_recipe(add: Callable[..., Any]) -> None:
    for part in RECIPE:
        add(
            part.flag, type=part.read, choices=part.choices, default=part.default, metavar=part.metavar, help=part.about
        )


def add_data(add: Callable[..., Any]) -> None:
    """The options that say which data is to be learnt from."""
    known = ", ".join(BUILT_IN_SETS)
    files = "a file (.csv, .npy, .npz, .parquet), or - (blobs)"
    add("--data", default="blobs", metavar="NAME|FILE|-", help=f"{known}, {files}")
    add("--samples", type=a_count, metavar="N", help="rows to make, or to take from a file (250, or all)")
    add("--noise", type=not_negative, metavar="X", help="spread of the made-up sets")
    add("--centers", type=a_few, metavar="K", help="clouds of blobs, each a class, or classes of none (2)")
    add("--data-seed", type=a_seed, default=20, metavar="S", help="seed of the data (20)")
    add("--target", metavar="COLUMN", help="the column with the classes (the last)")
    add("--features", type=names_in, metavar="A,B,…", help="the columns to learn from (all others)")
    kept = "share of each class's rows to keep for testing, from 0 to below 1 (0)"
    add("--test-size", type=a_kept, default=0.0, metavar="SHARE", help=kept)
    add("--drop", type=names_in, action="extend", default=[], metavar="A,B,…", help="columns to leave out")
    about = "the classes to tell apart, 0, 1 and so on (all; two of iris)"
    add("--classes", type=classes_in, metavar="A,B,…|all", help=about)
    gaps = "rows that lack a value: refuse them, leave them out, or fill in the column's mean (error)"
    add("--missing", choices=MISSING, default="error", help=gaps)
    texts = "columns of texts, each to become columns of 0 and 1; auto: all of those"
    add("--categorical", type=names_in, action="extend", default=[], metavar="A,B,…|auto", help=texts)
    add("--decimal", choices=(".", ","), metavar=".|,", help="what 1,234 and 1.234 are, where the file does not tell")
    about = "leave the rows of a .npy or .parquet file on the disk (where they do not fit into memory)"
    add("--mapped", action=argparse.BooleanOptionalAction, default=None, help=about)
    add(
        "--standardize",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="bring each feature to mean 0, deviation 1 (on for files and more than two features)",
    )


def add_screen(add: Callable[..., Any], overwriting: str, trains: bool) -> None:
    """The options of every command that has a screen."""
    add("--speed", type=pace, metavar="R|max", help="epochs a second (watchable on a screen, max in a pipe)")
    add("--fps", type=a_positive, metavar="N", help="frames a second at the most (20, at full speed 10)")
    add("--calm", action="store_true", help="fewer frames (2 a second), no blinking, no animation")
    theme = add("--theme", metavar="NAME", help="colours of the screen (the last chosen with T, or gdtui-dark)")
    theme.completer = lambda **_: THEMES
    add("--plain", action="store_true", help="print lines, even on a terminal")
    ladder = "print each N-th epoch (all; of more than 1,000, the ladder 1, 2, 5, 10 …)"
    add("--every", type=a_count, metavar="N", help=ladder)
    add("--ascii", action="store_true", help="draw with ASCII alone (else with what the locale can show)")
    recorded = "record the screen as an asciicast (ctrl+r does so at any time)"
    add("--record", type=_cast, metavar="OUT.cast", help=recorded)
    add("--cast-version", type=int, choices=(2, 3), default=2, help="its version (2)")
    add("--idle-limit", type=a_positive, metavar="S", help="seconds that a pause takes in it, at the most")
    add("--force", action="store_true", help=f"let {overwriting} overwrite a file")
    if trains:
        detached = "when the terminal goes away, train on without it, into the file"
        add("--detach-on-hangup", action="store_true", help=detached)


def add_workers(parser: Parser) -> None:
    """The options that say who evaluates the rows."""
    group = parser.add_argument_group("workers (pip install 'gdtui[cluster]')")
    add = group.add_mutually_exclusive_group().add_argument
    add("--workers", type=a_crew, metavar="N", help="processes of this machine that share the rows")
    about = "a Dask scheduler whose workers share the rows: only where you trust the network"
    add("--cluster", type=an_address, metavar="tcp://HOST:PORT", help=about)


def film_from(options: argparse.Namespace) -> CastSettings:
    """The options that say how the screen is recorded."""
    return CastSettings(options.record, options.cast_version, options.idle_limit, options.force)


def data_from(options: argparse.Namespace) -> DataSettings:
    """The options of `add_data` as settings."""
    o = options
    return DataSettings(
        o.data, o.samples, o.noise, o.data_seed, o.target, o.features, o.classes, o.standardize,
        tuple(o.drop), o.missing, tuple(o.categorical), o.decimal, centers=o.centers, test_size=o.test_size,
        mapped=o.mapped,
    )  # fmt: skip


def settings_from(options: argparse.Namespace) -> Settings:
    """The options as settings."""
    o, data = options, data_from(options)
    stop = StopRules(o.target_loss, o.target_accuracy, o.patience, o.min_delta)
    return Settings(
        data=data, epochs=o.epochs, loss=o.loss, init=o.init, stop=stop, sample_size=getattr(o, "sample_size", 10),
        seed=o.seed, alpha=o.alpha, **{part.name: getattr(o, part.name) for part in RECIPE},
    )  # fmt: skip


def display_from(options: argparse.Namespace) -> Display:
    """The options that say how a run is shown; not every command has all of them."""
    fps = options.fps or (CALM_FPS if options.calm else None)
    detach = getattr(options, "detach_on_hangup", False)
    workers = getattr(options, "workers", None) or getattr(options, "cluster", None)
    return Display(options.speed, fps, options.calm, detach, options.theme, options.every, is_guest(), workers)
