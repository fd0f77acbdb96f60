"""The settings of a step: the options of the command line, by their names."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from gdtui.lessons.lesson import KEYS, Situation, meant
from gdtui.options import Parser, add_run, settings_from
from gdtui.race_options import a_race, racers_of
from gdtui.settings import BUILT_IN_SETS
from gdtui.values import a_natural, pace

Place = tuple[str | int, ...]


class _Options(Parser):
    """Says what is wrong with an option."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message.partition(": ")[2] if message.startswith("argument ") else message)


def _parser() -> tuple[_Options, dict[str, Any]]:
    """The parser, and its options by their names."""
    parser = _Options("lesson", "")
    parser.set_defaults(debug=None)
    known = {*parser._option_string_actions}
    add_run(parser)("--race", type=a_race, default=())
    parser.add_argument("--sample-size", type=a_natural, default=10)
    parser.add_argument("--speed", type=pace)
    actions = parser._option_string_actions
    return parser, {name[2:]: actions[name] for name in actions if name.startswith("--") and name not in known}


def situation_of(
    given: Mapping[str, tuple[Any, Place]], folder: str, fail: Callable[..., NoReturn], place: Place
) -> Situation:
    """The run that these settings begin.

    Args:
        given: by the name of its option the value of each, and where that stands.
        folder: that of the lesson, where the files are that it names.
        fail: raises what is said to be wrong at a place.
        place: that of all of them.
    """
    parser, known = _parser()
    arguments: list[str] = []
    for name, (value, at) in given.items():
        if name in KEYS["step"] and len(at) > 2:
            fail(f'"{name}" is none of the settings, but of the step: put it above [step.settings]', *at)
        if name not in known or name.startswith("no-"):
            fail(f'there is no setting "{name}"{meant(name, known, "; gdtui --help lists them")}', *at)
        if name == "data":
            value = _found(value, folder)
        try:
            parser.parse_args([argument := _argument(name, value, known[name].nargs == 0)])
        except ValueError as error:
            fail(f"{name}: {error}", *at)
        arguments.append(argument)
    options = parser.parse_args(arguments)
    try:
        settings, rivals = racers_of(settings_from(options), options.race)
    except ValueError as error:
        fail(str(error), *place)
    without_speed = tuple(one for one in arguments if not one.startswith("--speed="))
    return Situation(without_speed, settings, tuple(rivals), options.speed)


def _found(value: Any, folder: str) -> Any:
    """The name of a built-in set, or the path of a table beside the lesson."""
    is_named = not isinstance(value, str) or value in BUILT_IN_SETS
    return value if is_named else os.path.join(folder or ".", os.path.expanduser(value))


def _argument(name: str, value: Any, is_flag: bool) -> str:
    """A setting as the command line has it. Raises ValueError where it cannot have it."""
    if isinstance(value, bool) and is_flag:
        return f"--{name}" if value else f"--no-{name}"
    if is_flag:
        raise ValueError(f"it is true or false, not {value!r}")
    if isinstance(value, list):
        value = ",".join(map(str, value))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"it is a number or a text in quotes, not {str(value).lower()}")
    return f"--{name}={value}"
