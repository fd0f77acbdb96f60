"""gdtui's own themes, and which theme is shown: the one that is asked for, or that was chosen last."""

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from platformdirs import user_config_path
from textual.theme import BUILTIN_THEMES, Theme

OWN = (
    Theme(
        name="gdtui-dark",
        primary="#5AB0F0",
        secondary="#7FA8C9",
        accent="#FFB454",
        warning="#F2CC60",
        error="#FF7B72",
        success="#7BD88F",
        foreground="#E3E8EF",
        background="#0F1318",
        surface="#161B22",
        panel="#1D2530",
        dark=True,
    ),
    Theme(
        name="gdtui-light",
        primary="#00629B",
        secondary="#44617B",
        accent="#8A4B00",
        warning="#7A5200",
        error="#B3261E",
        success="#1B6E35",
        foreground="#1B2026",
        background="#FBFAF7",
        surface="#F1F0EC",
        panel="#E4E6E8",
        dark=False,
    ),
)
VARIABLES = "GDTUI_THEME", "TEXTUAL_THEME"
"""Of the environment; the first that is set names a theme."""


def known_themes() -> list[str]:
    """The names of all there are."""
    return [*BUILTIN_THEMES, *(theme.name for theme in OWN)]


def theme_to_show(asked: str | None, known: Collection[str]) -> str:
    """The name of the theme to begin with.

    Args:
        asked: the one that the command line names.
        known: all there are.

    Raises:
        ValueError: there is none of the name that is asked for.
    """
    named = [("--theme", asked), *((f"${variable}", os.environ.get(variable)) for variable in VARIABLES)]
    for where, name in named:
        if name and name not in known:
            raise ValueError(f"{where}: there is no theme {name!r}; there are {', '.join(sorted(known))}")
        if name:
            return name
    with suppress(OSError, ValueError):  # none was ever chosen, or what is there is no text
        name = _place().read_text("utf-8").strip()
        if name in known:
            return name
    return OWN[0].name


def remember(name: str) -> None:
    """Begin with this theme from now on. Raises OSError where that cannot be written down."""
    _place().parent.mkdir(parents=True, exist_ok=True)
    _place().write_text(f"{name}\n", "utf-8")


def _place() -> Path:
    return user_config_path("gdtui", appauthor=False) / "theme"
