"""`gdtui learn`: lessons."""

from gdtui.fronts import is_plain
from gdtui.lessons.reading import read
from gdtui.options import Parser, add_screen, display_from, film_from
from gdtui.outputs import check_apart
from gdtui.settings import LESSONS
from gdtui.text import tell

LEARN_EPILOG = """\
without a name, the lessons are listed. L goes on, H goes back, and all other keys do what they ever do.
gdtui/lessons/README.md tells how to write one; --preset NAME begins with a lesson's situation, without its texts."""


def run(arguments: list[str]) -> int:
    parser = Parser("gdtui learn", "Play a lesson on gradient descent, or one of your own.", LEARN_EPILOG)
    which = ", ".join((*LESSONS, "or a file of your own"))
    parser.add_argument("lesson", metavar="NAME|FILE.toml", nargs="?", help=which)
    add_screen(parser.add_argument, "--record", trains=False)
    options = parser.parse_args(arguments)
    if options.lesson is None:
        for lesson in map(read, LESSONS):
            tell(f"{lesson.name:<10} {lesson.title:<34} {lesson.minutes} min")
        tell("gdtui learn bowl plays one of them, and gdtui learn my.toml one of your own")
        return 0
    from gdtui.tui.bindings import NUMBERS

    lesson = read(options.lesson, NUMBERS)
    check_apart([options.record], [] if options.lesson in LESSONS else [options.lesson])
    if is_plain(options):
        from gdtui.lessons.printed import print_lesson

        print_lesson(lesson)
        return 0
    from gdtui.tui import front

    return front.run(front.learning(lesson, display_from(options), film_from(options)))
