"""A terminal's colours."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyte.screens import Char

NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_PYTE = [f"{bright}{name.replace('yellow', 'brown')}" for bright in ("", "bright") for name in NAMES]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as #rrggbb: text, background, and the sixteen that programs name."""

    foreground: str
    background: str
    palette: tuple[str, ...]

    def colours(self, look: Char) -> tuple[str, str]:
        """A cell's ink and its ground."""
        known = dict(zip(_PYTE, self.palette, strict=True))
        ink, ground = (
            default if name == "default" else known.get(name, f"#{name}")
            for name, default in ((look.fg, self.foreground), (look.bg, self.background))
        )
        return (ground, ink) if look.reverse else (ink, ground)

    def header(self) -> dict[str, str]:
        """As casts have it."""
        return {"fg": self.foreground, "bg": self.background, "palette": ":".join(self.palette)}


def _theme(colours: str) -> Theme:
    """The text's, the background's and the sixteen, without #."""
    foreground, background, *palette = (f"#{colour}" for colour in colours.split())
    return Theme(foreground, background, tuple(palette))


THEMES = {
    "gdtui": _theme(
        "d8d8d8 121212 1c1c1c d75f6f 5faf5f d7af5f 5f87d7 af87d7 5fafaf c6c6c6 "
        "626262 ff8787 87d787 ffd787 87afff d7afff 87d7d7 eeeeee"
    ),
    "Dracula": _theme(
        "f8f8f2 1e1f29 000000 ff5555 50fa7b f1fa8c bd93f9 ff79c6 8be9fd bbbbbb "
        "555555 ff5555 50fa7b f1fa8c bd93f9 ff79c6 8be9fd ffffff"
    ),
    "nord": _theme(
        "d8dee9 2e3440 3b4252 bf616a a3be8c ebcb8b 81a1c1 b48ead 88c0d0 e5e9f0 "
        "596377 bf616a a3be8c ebcb8b 81a1c1 b48ead 8fbcbb eceff4"
    ),
    "Solarized Light": _theme(
        "586e75 fdf6e3 073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 "
        "002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3"
    ),
}
DEFAULT = THEMES["gdtui"]


def find(text: str) -> Theme:
    """A theme by its name, or from JSON as VHS has it. Raises ValueError that says what is wrong."""
    if text.startswith("{"):
        return _from_json(text)
    known = {name.casefold(): theme for name, theme in THEMES.items()}
    if text.casefold() not in known:
        raise ValueError(f"no theme {text!r} is known, only {', '.join(THEMES)}; or give its colours as JSON")
    return known[text.casefold()]


def _from_json(text: str) -> Theme:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ValueError(f"this theme is not JSON: {error}") from None
    except RecursionError:
        raise ValueError("this theme is not JSON: it is nested too deeply") from None
    bright = [f"bright{name.capitalize()}" for name in NAMES]
    colours = [_colour(found, name, default) for name, default in zip((*NAMES, *bright), DEFAULT.palette, strict=True)]
    ground = [_colour(found, name, getattr(DEFAULT, name)) for name in ("foreground", "background")]
    return Theme(ground[0], ground[1], tuple(colours))


def _colour(found: Mapping[str, object], name: str, default: str) -> str:
    """What is not given is the default's. Older tapes say purple for magenta."""
    value = found.get(name, found.get(name.replace("magenta", "purple").replace("Magenta", "Purple"), default))
    if not isinstance(value, str) or not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise ValueError(f"the theme's {name} is {value!r}, which is no colour such as #1e1f29")
    return value.lower()
