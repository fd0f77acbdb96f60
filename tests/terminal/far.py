"""The far side of a terminal, with what only tests ask of it."""

from __future__ import annotations

from collections.abc import Callable

from gdtui.recording.emulator import KNOWN_MODES, ON_AT_FIRST, SYNC, Emulator

KITTY = "kitty keyboard"


class FarSide(Emulator):
    """An emulator that tells what a program has done to the terminal, and what it has left behind.

    Args:
        sync: whether it says that it knows synchronised output (mode 2026).
    """

    def __init__(
        self, columns: int, rows: int, answer: Callable[[bytes], None] = lambda _: None, sync: bool = True
    ) -> None:
        super().__init__(columns, rows, answer)
        self.known_modes = KNOWN_MODES if sync else KNOWN_MODES - {SYNC}
        self.ever_set: set[int | str] = set()
        self.kitty: dict[str, list[int]] = {"main": [], "alternate": []}
        """Flags of the kitty keyboard protocol, a stack for each screen."""
        self.cursor_shape = 0
        self.frames = 0
        """Synchronised updates that were ended."""

    def csi(self, private: str, params: str, between: str, final: str) -> None:
        numbers = [int(part or 0) for part in params.replace(":", ";").split(";")]
        if private == "?" and final == "h":
            self.ever_set.update(numbers)
        elif private == "?" and final == "l" and SYNC in numbers:
            self.frames += self.is_updating
        elif private and final == "u":
            self._kitty(private, numbers[0])
        elif between + final == " q":
            self.cursor_shape = numbers[0]
        super().csi(private, params, between, final)

    def _kitty(self, how: str, number: int) -> None:
        """Push flags (>), pop as many (<), or set the uppermost (=)."""
        stack = self.kitty["alternate" if self.is_alternate else "main"]
        if how in "<=":
            del stack[max(0, len(stack) - (max(1, number) if how == "<" else 1)) :]
        if how == ">" or (how == "=" and number):
            stack.append(number)
            self.ever_set.add(KITTY)

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
