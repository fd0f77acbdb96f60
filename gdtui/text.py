"""Text from outside (a file's name, a class, a message that has one) on its way to a screen or a stream."""

import shlex
import sys
from collections.abc import Iterable
from typing import TextIO


def printable(text: str) -> str:
    """The same without what a terminal would obey, such as escape codes, tabs and line ends, and without what cannot be
    written, such as the bytes of a path that are no text."""
    return text if text.isprintable() else "".join(map(_harmless, text))


def _harmless(letter: str) -> str:
    if letter.isprintable():
        return letter
    return " " if letter.isspace() else "�"


def listed(names: Iterable[str]) -> str:
    """Names as an option takes them, with commas between them; quoted where a shell, or a comma, asks for it."""
    return shlex.quote(",".join('"' + name.replace('"', '""') + '"' if {*name} & {*',"'} else name for name in names))


def tell(text: str, out: TextIO | None = None) -> None:
    """Write a line on standard output, or there. Raises OSError where that is closed."""
    if out is None and sys.stdout is None:
        raise OSError("standard output is closed")
    print(printable(text), file=out)


def complain(message: str, *details: str) -> None:
    """Say on standard error what is wrong, in a line, and below it the lines of the details, such as a screen."""
    if sys.stderr is not None:
        lines = (line for detail in details for line in detail.split("\n"))
        print(*map(printable, (f"gdtui: {message}", *lines)), sep="\n", file=sys.stderr, flush=True)
