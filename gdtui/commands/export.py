"""`gdtui export`: a run file as a table."""

from gdtui.options import Parser
from gdtui.outputs import check_apart


def run(arguments: list[str]) -> int:
    parser = Parser("gdtui export", "Turn a run file into a table.")
    parser.add_argument("run", metavar="RUN.jsonl")
    parser.add_argument("--format", choices=("csv", "json", "md"), default="csv", help="(csv)")
    parser.add_argument("-o", metavar="FILE", help="where to (standard output)")
    parser.add_argument("--force", action="store_true", help="overwrite that file")
    options = parser.parse_args(arguments)
    check_apart([options.o], [options.run])
    from gdtui.runs.export import export

    export(options.run, options.format, options.o, options.force)
    return 0
