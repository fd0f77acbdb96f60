"""The far side of a terminal, with what only tests ask of it."""

from __future__ import annotations

from gdtui.recording.emulator import KITTY, ON_AT_FIRST, Emulator


class FarSide(Emulator):
    """An emulator that tells what a program has left behind."""

    def printed(self) -> list[str]:
        """All lines of the main screen with those that scrolled off it, without blank ones at the end."""
        lines = [*self.main.scrollback, *(row.rstrip() for row in self.main.rows())]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def leftovers(self) -> list[str]:
        """What differs from a fresh terminal; empty where a program has put everything back."""
        found = [
            f"mode {mode} is {'set' if is_set else 'reset'}"
            for mode, is_set in sorted(self.modes.items())
            if is_set != (mode in ON_AT_FIRST)
        ]
        found += [f"{KITTY} flags {flags} on the {name} screen" for name, flags in self.kitty.items() if flags]
        if self.main.cursor.attrs != self.main.default_char:
            found.append("colours or attributes are set")
        if self.main.margins is not None:
            found.append("a scrolling region is set")
        if self.cursor_shape:
            found.append(f"the cursor has shape {self.cursor_shape}")
        return found
