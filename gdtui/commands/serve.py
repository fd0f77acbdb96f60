"""`gdtui serve`: gdtui in browsers."""

import argparse
from collections.abc import Iterable
from importlib.util import find_spec

from gdtui.options import Parser, add_screen, build_parser, settings_from
from gdtui.race_options import racers_of
from gdtui.settings import BUILT_IN_SETS
from gdtui.values import allowed

EPILOG = """\
what stands after -- is for each visitor's run, as gdtui --help has it: gdtui serve -- --data moons --alpha 0.1.
visitors can steer, and look at all there is; they cannot save, record, or open files. See gdtui/web/README.md.
exit codes: 2 bad usage, or the port is taken; 130 ctrl+c; 143 terminated."""
PORT = 8000
a_port = allowed(int, "a port, 0 to 65535", lambda value: 0 <= value <= 65535)
SENSELESS = {
    "save": "--save: nothing is saved for visitors",
    "record": "--record: nothing is recorded for visitors",
    "plain": "--plain: a browser gets no lines",
    "every": "--every: a browser gets no lines",
    "force": "--force: nothing is written for visitors",
    "idle_limit": "--idle-limit: nothing is recorded for visitors",
    "detach_on_hangup": "--detach-on-hangup: a visitor's run ends with the visit",
}
"""Options that are not for those who come by the web, with why."""


def run(arguments: list[str]) -> int:
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    options, others = _parser().parse_args(arguments[:cut]), arguments[cut + 1 :]
    if find_spec("textual_serve") is None:
        raise ValueError("gdtui serve needs textual-serve: pip install 'gdtui[web]'")
    theme = _watching(others) if options.runs else _training(others)

    def asked(scheme: str) -> Iterable[str]:
        """What a visitor's gdtui is called with, whose browser prefers dark or light."""
        watch = ["watch"] if options.runs else []
        themed = [] if theme else ["--theme", f"gdtui-{scheme}"]
        return [*watch, *others, *themed, *(["--", *options.runs] if options.runs else [])]

    from gdtui.web.server import Place, serve

    what = "each visitor watches" if options.runs else "each visitor has a run"
    return serve(Place(asked, options.host, options.port), what)


def _parser() -> Parser:
    about = "Let others use gdtui in a browser: each has a run of their own, or looks at the same ones."
    parser = Parser("gdtui serve", about, EPILOG)
    who = "the address to listen on; others than this machine's own let everybody in who reaches it (127.0.0.1)"
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help=who)
    parser.add_argument("--port", type=a_port, default=PORT, metavar="P", help="(8000; 0 takes a free one)")
    shown = "show these runs to all, who can look at them and steer nothing"
    parser.add_argument("--watch", dest="runs", nargs="+", metavar="RUN", help=shown)
    return parser


def _training(others: list[str]) -> str | None:
    """Refuse options of a run that visitors cannot have, or that are wrong; returns the theme that is asked for."""
    parser = build_parser()
    parser.prog = "gdtui serve --"
    options = parser.parse_args(others)
    if options.preset is not None:
        from gdtui.lessons.reading import read

        options = parser.parse_args([*read(options.preset).situation.arguments, *others])
    _refuse(parser, options)
    if options.data == "-":
        parser.error("--data -: visitors' runs have no standard input")
    racers_of(settings_from(options), options.race)
    if options.data not in BUILT_IN_SETS:
        from gdtui.data.source import opened

        with opened(options.data):
            pass
    return options.theme  # type: ignore[no-any-return]


def _watching(others: list[str]) -> str | None:
    """The same of the options of a screen."""
    parser = Parser("gdtui serve --watch RUN --", "")
    add_screen(parser.add_argument, "--record", trains=False)
    options = parser.parse_args(others)
    _refuse(parser, options)
    return options.theme  # type: ignore[no-any-return]


def _refuse(parser: Parser, options: argparse.Namespace) -> None:
    for name, why in SENSELESS.items():
        if getattr(options, name, None):
            parser.error(why)
