"""Which front end a command line gets: the screen, or lines."""

import argparse
import os
import sys

from gdtui.guests import is_guest
from gdtui.options import THEMES


def wants_plain(forced: bool) -> bool:
    """Whether to print lines rather than draw: asked for, no terminal on either side, or a dumb one. A browser, which
    stands behind pipes, is drawn for."""
    if is_guest():
        return forced
    if forced or os.environ.get("TERM", "") in ("", "dumb"):
        return True
    return not (sys.stdin is not None and sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty())


def is_plain(options: argparse.Namespace) -> bool:
    """The same, by the options. Raises ValueError where the screen is to be recorded, and there is none, or where there
    is no theme of the name that is asked for, and OSError where there is nothing to print on."""
    lines = wants_plain(options.plain)
    if lines and options.record is not None:
        raise ValueError("--record needs the screen; on a terminal, and without --plain, there is one")
    if lines and sys.stdout is None:
        raise OSError("standard output is closed")
    theme = options.theme or os.environ.get("GDTUI_THEME") or THEMES[0]
    if lines and theme not in THEMES:  # which is refused as the screen would refuse it
        from gdtui.tui.themes import known_themes, theme_to_show

        theme_to_show(options.theme, known_themes())
    return lines
