"""`gdtui resume`: go on with a saved run."""

from gdtui.fronts import is_plain
from gdtui.options import Parser, add_screen, add_workers, display_from, film_from
from gdtui.outputs import check_apart
from gdtui.values import a_count, a_positive


def run(arguments: list[str]) -> int:
    parser = Parser("gdtui resume", "Go on with a saved run, in the same file.")
    parser.add_argument("run", metavar="RUN.jsonl")
    parser.add_argument("-e", "--epochs", type=a_count, metavar="N", help="epochs in all (as many as the file says)")
    parser.add_argument("-a", "--alpha", type=a_positive, metavar="A", help="learning rate from here (the file's last)")
    add_screen(parser.add_argument, "--record", trains=True)
    add_workers(parser)
    options = parser.parse_args(arguments)
    check_apart([options.record], [options.run])
    asked = options.run, options.epochs, options.alpha, display_from(options)
    if is_plain(options):
        from gdtui import plain

        return plain.resume(*asked)
    from gdtui.tui import front

    return front.run(front.resuming(*asked, film_from(options)))
