"""`gdtui tape`: play a script of keys, and record it."""

import math
import signal
import sys

from gdtui.options import Parser
from gdtui.values import a_factor

TAPE_EPILOG = """\
-o makes, by its ending: .cast an asciicast; .gif an animation (needs gdtui[gif]); .svg or .txt the last screen;
.ascii the screens at each Wait, at each Screenshot and at the end, to be compared with those of another play.
without -o, what the tape's Output lines name; without those, NAME.cast. gdtui/recording/README.md tells the rest."""


def run(arguments: list[str]) -> int:
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
    return 0
