"""A terminal emulator: bytes in, a screen and answers out. pyte's screen, with what pyte has not.

pyte (0.8.2) knows neither the alternate screen nor private markers and intermediates in CSI sequences, which
it then prints. So the parsing is done here, by ECMA-48's grammar, and pyte keeps the cells. What is not
understood is counted in `Emulator.unknown`, so that a test can insist that there is none.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable

import pyte
from pyte.screens import Char

from gdtui.recording.pyte_screen import Grid

ALT_SCREENS = (47, 1047, 1049)
SYNC = 2026
ON_AT_FIRST = frozenset({7, 25})
"""Private modes that are set in a fresh terminal: line wrap and the visible cursor."""
KNOWN_MODES = ON_AT_FIRST | {1, 5, 6, 12, 47, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 1047, 1049, 2004, SYNC}

_CONTROLS = {char: name for char, name in pyte.Stream.basic.items() if name not in ("shift_in", "shift_out")}
_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f]+)"
    r"|\x1b\[(?P<private>[<=>?]?)(?P<params>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b(?P<escape>[ -/]+[0-~]|[0-OQ-WYZ\\`-~])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
)
_BEGUN = re.compile(
    r"\x1b(?:\[[<=>?]?[0-9;:]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)\Z"
)  # the beginning of a token whose end has not come yet


class Emulator:
    """A terminal's far side.

    Args:
        columns, rows: its size.
        answer: called with what the terminal says by itself.
    """

    known_modes = KNOWN_MODES
    """The modes that it says it knows, where it is asked."""

    def __init__(self, columns: int, rows: int, answer: Callable[[bytes], None] = lambda _: None) -> None:
        self.main, self.alt = Grid(columns, rows, True), Grid(columns, rows, False)
        self.screen = self.main
        self.modes: dict[int, bool] = {}
        """Private modes that were ever named, and what they are now."""
        self.unknown: Counter[str] = Counter()
        self._answer = answer
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.pending = ""
        """The beginning of a sequence whose end has not come yet."""
        self._last_text = " "

    # What is to be seen

    @property
    def size(self) -> tuple[int, int]:
        return self.screen.columns, self.screen.lines

    @property
    def is_alternate(self) -> bool:
        return self.screen is self.alt

    @property
    def is_updating(self) -> bool:
        """Within a synchronised update, when a terminal goes on showing what was before."""
        return self.modes.get(SYNC, False)

    def lines(self) -> list[str]:
        return [row.rstrip() for row in self.screen.rows()]

    def text(self) -> str:
        """The lines without blanks at their ends, and without blank lines at the end."""
        return "\n".join(self.lines()).rstrip("\n")

    def cell(self, x: int, y: int) -> Char:
        """The cell in column x of row y, from 0, with its colours (names, or six hexadecimal digits)."""
        return self.screen.buffer[y][x]

    # What comes in

    def resize(self, columns: int, rows: int) -> None:
        self.main.resize(rows, columns)
        self.alt.resize(rows, columns)

    def feed(self, data: bytes) -> None:
        text = self.pending + self._decode(data)
        self.pending, at = "", 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is not None:
                at = token.end()
                self._take(token)
            elif _BEGUN.match(text, at):
                self.pending = text[at:]
                return
            else:
                self.unknown[repr(text[at : at + 8])] += 1
                at += 1

    def _take(self, token: re.Match[str]) -> None:
        kind = token.lastgroup
        if kind == "text":
            self._last_text = token["text"][-1]
            self.screen.draw(token["text"])
        elif kind == "final":
            self.csi(token["private"], token["params"], token["between"], token["final"])
        elif kind == "control" and token["control"] in _CONTROLS:
            getattr(self.screen, _CONTROLS[token["control"]])()
        elif kind == "escape":
            self._escape(token["escape"])

    def _escape(self, sequence: str) -> None:
        name = pyte.Stream.escape.get(sequence)
        if sequence == "c":
            self.screen = self.main
            self.main.reset()
            self.modes.clear()
        elif name is not None:
            getattr(self.screen, name)()
        elif sequence[0] not in "()*+=>\\" and sequence != "#8":
            self.unknown[f"ESC {sequence}"] += 1

    def csi(self, private: str, params: str, between: str, final: str) -> None:
        # 38:2::r:g:b has an empty colour space that 38;2;r;g;b has not.
        plain = params.replace(":2::", ":2:").replace(":", ";")
        numbers = [min(int(part or 0), 9999) for part in plain.split(";")]
        handler = _HANDLERS.get(private + between + final)
        if handler is not None:
            handler(self, numbers)
        elif not private and not between and final in pyte.Stream.csi:
            getattr(self.screen, pyte.Stream.csi[final])(*numbers)
        else:
            self.unknown[f"CSI {private}{params}{between}{final}"] += 1

    def _say(self, text: str) -> None:
        self._answer(text.encode())

    def _set_modes(self, numbers: list[int], is_set: bool) -> None:
        for mode in numbers:
            self.modes[mode] = is_set
            if mode in ALT_SCREENS:
                self._switch(is_set, mode == 1049)
            elif mode in (5, 6, 7, 25):
                for screen in (self.main, self.alt):
                    (screen.set_mode if is_set else screen.reset_mode)(mode, private=True)

    def _switch(self, to_alt: bool, keeps_cursor: bool) -> None:
        if to_alt == self.is_alternate:
            return
        before = self.screen.cursor
        self.screen = self.alt if to_alt else self.main
        if to_alt:
            self.alt.clear()
        if to_alt or not keeps_cursor:
            here = self.screen.cursor
            here.x, here.y, here.attrs = before.x, before.y, before.attrs

    def _report(self, numbers: list[int], mark: str = "") -> None:
        if numbers[0] == 5:
            self._say("\x1b[0n")
        elif numbers[0] == 6:
            self._say(f"\x1b[{mark}{self.screen.cursor.y + 1};{self.screen.at + 1}R")

    def _report_mode(self, numbers: list[int]) -> None:
        mode = numbers[0]
        is_set = self.modes.get(mode, mode in ON_AT_FIRST)
        state = (1 if is_set else 2) if mode in self.known_modes else 0
        self._say(f"\x1b[?{mode};{state}$y")

    def _report_size(self, numbers: list[int]) -> None:
        if numbers[0] == 18:
            self._say(f"\x1b[8;{self.screen.lines};{self.screen.columns}t")


_HANDLERS: dict[str, Callable[[Emulator, list[int]], None]] = {
    "?h": lambda self, numbers: self._set_modes(numbers, True),
    "?l": lambda self, numbers: self._set_modes(numbers, False),
    "n": Emulator._report,
    "?n": lambda self, numbers: self._report(numbers, "?"),
    "c": lambda self, _: self._say("\x1b[?62;22c"),
    ">c": lambda self, _: self._say("\x1b[>1;10;0c"),
    "?$p": Emulator._report_mode,
    "t": Emulator._report_size,
    **dict.fromkeys((">u", "<u", "=u", "?u"), lambda *_: None),  # a terminal without kitty's protocol says nothing
    "b": lambda self, numbers: self.screen.draw(self._last_text * max(1, numbers[0])),
    " q": lambda *_: None,  # the cursor's shape
    "S": lambda self, numbers: self.screen.scroll(max(1, numbers[0])),
    "T": lambda self, numbers: self.screen.scroll(-max(1, numbers[0])),
    "s": lambda self, _: self.screen.save_cursor(),
    "u": lambda self, _: self.screen.restore_cursor(),
    ">m": lambda self, _: None,  # xterm's modifyOtherKeys
}


def repaint(emulator: Emulator) -> str:
    """What makes a fresh terminal of this size, or one that shows anything else, look and wrap lines like this one."""
    alternate = f"\x1b[?1049h{emulator.alt.drawn()}" if emulator.is_alternate else ""
    cursor = "\x1b[?25l" if emulator.screen.cursor.hidden else "\x1b[?25h"
    wrap = "" if emulator.modes.get(7, True) else "\x1b[?7l"
    return f"\x1b[?1049l\x1b[?7h{emulator.main.drawn()}{alternate}{cursor}{wrap}"
