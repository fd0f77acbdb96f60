"""Keys as a terminal sends them: xterm's legacy codes, which every program knows."""

from collections.abc import Sequence

SIMPLE = {"Enter": "\r", "Space": " ", "Tab": "\t", "Backspace": "\x7f", "Escape": "\x1b"}
ARROWS = {"Up": "A", "Down": "B", "Right": "C", "Left": "D", "Home": "H", "End": "F"}
NUMBERED = {"Insert": 2, "Delete": 3, "PageUp": 5, "PageDown": 6}
NAMES = (*SIMPLE, *ARROWS, *NUMBERED)
MODIFIERS = {"Shift": 1, "Alt": 2, "Ctrl": 4}
_CONTROL = {"@": 0, "Space": 0, "[": 27, "\\": 28, "]": 29, "^": 30, "-": 31, "_": 31, "?": 127, "Backspace": 8}


def encode(key: str, modifiers: Sequence[str] = (), application: bool = False) -> str:
    """What a terminal sends for a key: one of `NAMES`, or a character.

    Args:
        application: whether the program has asked for the arrows' other codes (DECCKM).

    Raises KeyError where there is no such key.
    """
    mark = 1 + sum(MODIFIERS[name] for name in set(modifiers))
    if key in ARROWS:
        plain = f"\x1bO{ARROWS[key]}" if application else f"\x1b[{ARROWS[key]}"
        return plain if mark == 1 else f"\x1b[1;{mark}{ARROWS[key]}"
    if key in NUMBERED:
        return f"\x1b[{NUMBERED[key]}~" if mark == 1 else f"\x1b[{NUMBERED[key]};{mark}~"
    if key == "Tab" and "Shift" in modifiers:
        return "\x1b[Z"
    return ("\x1b" if "Alt" in modifiers else "") + _character(key, modifiers)


def _character(key: str, modifiers: Sequence[str]) -> str:
    if len(key) != 1 and key not in SIMPLE:
        raise KeyError(key)
    if "Ctrl" not in modifiers:
        return SIMPLE.get(key) or (key.upper() if "Shift" in modifiers else key)
    if key in _CONTROL:
        return chr(_CONTROL[key])
    if key in SIMPLE:  # Ctrl makes no difference to Enter, Tab and Escape
        return SIMPLE[key]
    if not ("a" <= key.lower() <= "z"):
        raise KeyError(key)
    return chr(ord(key.lower()) & 31)
