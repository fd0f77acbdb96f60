"""`gdtui watch`: look at run files."""

from gdtui.fronts import is_plain
from gdtui.options import Parser, add_screen, display_from, film_from
from gdtui.outputs import check_apart
from gdtui.values import a_number


def run(arguments: list[str]) -> int:
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
    if not is_plain(options):
        from gdtui.tui import front

        return front.run(front.watching(options.runs, options.loss, display_from(options), film_from(options)))
    from gdtui import plain

    if len(options.runs) == 1 and options.loss is None:
        return plain.watch(options.runs[0], options.follow, options.every)
    return plain.compare(options.runs, options.loss, options.follow)
