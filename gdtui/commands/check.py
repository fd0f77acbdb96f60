"""`gdtui check`: how far run files are whole."""

from gdtui.options import Parser
from gdtui.text import tell


def run(arguments: list[str]) -> int:
    epilog = "exit codes: 0 all are whole, 1 one is cut off or not checked to its end, 2 one is damaged or no run file"
    parser = Parser("gdtui check", "Say how far run files are whole: cut off, torn, or with bits that changed.", epilog)
    parser.add_argument("runs", metavar="RUN.jsonl", nargs="+")
    from gdtui.runs.verdict import verdict

    verdicts = [verdict(path) for path in parser.parse_args(arguments).runs]
    for _, text in verdicts:
        tell(text)
    return max(code for code, _ in verdicts)
