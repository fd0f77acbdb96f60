"""`gdtui serve`: gdtui in browsers."""

import argparse
import os
from collections.abc import Iterable
from importlib.util import find_spec

from gdtui.options import THEMES, Parser, add_screen, build_parser, settings_from
from gdtui.race_options import racers_of
from gdtui.settings import BUILT_IN_SETS
from gdtui.text import tell
from gdtui.values import allowed

EPILOG = """\
what stands after -- is for each visitor's run, as gdtui --help has it: gdtui serve -- --data moons --alpha 0.1;
gdtui serve -- learn bowl plays a lesson with each; after --watch, it is as gdtui watch --help has it.
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
    "tee": "--tee: nothing is written for visitors",
    "follow": "--follow: a browser gets no lines",
    "workers": "--workers: each visitor would have as many; leave it out",
    "cluster": "--cluster: each visitor would have all of it; leave it out",
    "detach_on_hangup": "--detach-on-hangup: a visitor's run ends with the visit",
}
"""Options that are not for those who come by the web, with why."""


def run(arguments: list[str]) -> int:
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    options, others = _asked(arguments[:cut]), arguments[cut + 1 :]
    if find_spec("textual_serve") is None:
        raise ValueError("gdtui serve needs textual-serve: pip install 'gdtui[web]'")
    shown = _watching(others, options.runs) if options.runs else _learning(others) or _training(others)
    theme = shown.theme or os.environ.get("GDTUI_THEME")
    if theme and theme not in THEMES:
        from gdtui.tui.themes import known_themes, theme_to_show

        theme_to_show(shown.theme, known_themes())

    def asked(scheme: str) -> Iterable[str]:
        """What a visitor's gdtui is called with, whose browser prefers dark or light."""
        themed = others if theme else [*others, "--theme", f"gdtui-{scheme}"]
        return ["watch", *themed, "--", *options.runs] if options.runs else themed

    for watched in options.runs or ():
        if not os.path.exists(watched):
            tell(f"{watched}: is not there yet; it is shown once it is")
    from gdtui.web.server import Place, serve

    what = "each visitor looks at what is watched" if options.runs else "each visitor has a run of their own"
    return serve(Place(asked, options.host, options.port), what)


def _asked(arguments: list[str]) -> argparse.Namespace:
    about = "Let others use gdtui in a browser: each has a run of their own, or looks at the same ones."
    parser = Parser("gdtui serve", about, EPILOG)
    who = "the address to listen on; others than this machine's own let everybody in who reaches it (127.0.0.1)"
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help=who)
    parser.add_argument("--port", type=a_port, default=PORT, metavar="P", help="(8000; 0 takes a free one)")
    shown = "show these to all, as gdtui watch does, who can look at them and steer nothing"
    parser.add_argument("--watch", dest="runs", nargs="+", metavar="WHAT", help=shown)
    options, others = parser.parse_known_args(arguments)
    if others:
        parser.error(f"{others[0]}: what is for visitors' runs comes after --")
    return options


def _training(others: list[str]) -> argparse.Namespace:
    """The options of visitors' runs; those that visitors cannot have, or that are wrong, are refused."""
    parser = build_parser()
    parser.prog = "gdtui"
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
    return options  # type: ignore[no-any-return]


def _learning(others: list[str]) -> argparse.Namespace | None:
    """The same of a lesson, if it is one."""
    if others[:1] != ["learn"]:
        return None
    from gdtui.lessons.reading import read

    parser = Parser("gdtui learn", "")
    parser.add_argument("lesson")
    add_screen(parser.add_argument, "--record", trains=False)
    options = parser.parse_args(others[1:])
    _refuse(parser, options)
    read(options.lesson)
    return options  # type: ignore[no-any-return]


def _watching(others: list[str], runs: list[str]) -> argparse.Namespace:
    """The same of what is watched."""
    from gdtui.commands import watch

    parser = watch.parser()
    options = parser.parse_args([*others, "--", *runs])
    _refuse(parser, options)
    watch.check(options)
    if watch.STANDARD_INPUT in options.whats:
        parser.error("-: visitors have no standard input; watch the file that it is copied into")
    return options  # type: ignore[no-any-return]


def _refuse(parser: Parser, options: argparse.Namespace) -> None:
    for name, why in SENSELESS.items():
        if getattr(options, name, None):
            parser.error(why)
