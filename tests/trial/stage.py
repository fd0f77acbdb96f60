"""`Stage`: gdtui in a terminal that keeps what it wrote, says what it should not, and is asked for its promises."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.terminal.harness import Terminal
from tests.trial.story import DOCUMENTED, Rules, Tally, promise

KEPT = 200_000
"""Bytes of the program's output that are kept."""
IN_BAND = 2048
"""The mode in which a terminal tells its size by an escape sequence."""
MOST_MEMORY = 400
"""Megabytes that gdtui may take, whatever is done to it with small data."""


class Stage(Terminal):
    """A `Terminal` that knows what its program last wrote.

    Args:
        claims: modes that it says it knows beside the usual.
    """

    def __init__(self, *arguments: Any, claims: frozenset[int] = frozenset(), **others: Any) -> None:
        self.tail, self.claims = bytearray(), claims
        super().__init__(*arguments, **others)
        self.emulator.known_modes |= claims

    def _came(self, data: bytes) -> None:
        self.tail += data
        del self.tail[:-KEPT]
        super()._came(data)
        if IN_BAND in self.claims and b"\x1b[?2048h" in data:
            self._tell_size(*self.emulator.size)

    def type(self, data: bytes) -> None:
        """Type bytes, whatever they are."""
        self._send(data)

    def resize(self, columns: int, rows: int) -> float:
        now = super().resize(columns, rows)
        if self.emulator.modes.get(IN_BAND):
            self._tell_size(columns, rows)
        return now

    def _tell_size(self, columns: int, rows: int) -> None:
        self.type(b"\x1b[48;%d;%d;%d;%dt" % (rows, columns, 20 * rows, 10 * columns))

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def has_state(self, letter: str) -> bool:
        """Whether the kernel says this of the process: T is stopped."""
        with contextlib.suppress(OSError):
            return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == letter
        return False

    def seconds(self) -> float:
        """The processor's time that the program has taken, which the others on the machine do not lengthen."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, name: str = "VmRSS") -> float:
        """Megabytes that the program has, or had at the most (VmHWM); 0 where that is not told."""
        with contextlib.suppress(OSError):
            found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text())
            return int(found[1]) / 1000 if found else 0.0
        return 0.0


def until(holds: Callable[[], object], seconds: float) -> bool:
    """Wait until this holds, for so long at the most; returns whether it does."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def no_traceback(text: str, where: str) -> None:
    found = re.search(r"Traceback|most recent call last|^\w*(Error|Exception|Interrupt)\b.*$", text, re.MULTILINE)
    if found:
        last = [line for line in re.findall(r"^[\w.]*(?:Error|Exception|Interrupt)\b.*", text, re.MULTILINE) if line]
        promise(False, f"a traceback {where}: {last[-1] if last else found[0]}", text[-6000:])


def plain_text(raw: bytes) -> str:
    """What the program wrote, without its escape sequences."""
    sequences = r"\x1b(\[[<-?]*[0-9;:]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)|[\r\x00]"
    return re.sub(sequences, "", raw.decode(errors="replace"))


def is_answered(stage: Stage, rules: Rules, tally: Tally) -> None:
    """Whatever was done to it, a key is answered: the help comes, and goes."""
    stage.resize(120, 40)
    took = _answer(stage, rules) or _answer(stage, rules) or _answer(stage, rules)
    if stage.has_ended:
        return
    promise(took, f"a key is not answered in {5 * rules.patience:g} s", stage.screen_text())
    tally.note("longest answer, s", took)
    load = os.getloadavg()[0]
    promise(took < rules.patience, f"a key is answered only after {took:.1f} s (load {load:.1f})", stage.screen_text())
    stage.send("?")
    gone = until(lambda: "Keys" not in stage.screen_text() or stage.has_ended, 5 * rules.patience)
    promise(gone, "the help does not go away", stage.screen_text())


def _answer(stage: Stage, rules: Rules) -> float:
    """Leave whatever is open, and ask for the help; returns after how many seconds it comes, 0 where it does not.

    An escape is known by nothing coming after it. Where the machine is so busy that a while of nothing is none, two of
    them, or one and a letter, are another key, and what was open stays: so this may have to be tried again.
    """
    if stage.has_state("T"):  # by a ctrl+z among the keys, which may have waited until now
        stage.process.send_signal(signal.SIGCONT)
    for end in (b"\x1b[201~", b"\x1b\\\x1b\\", b"\x1b", b"\x1b", b"\x1b", b"\x1b"):
        stage.type(end)
        until(lambda: stage.has_ended, 0.25)
    began = time.monotonic()
    # Else the help that was open already would be taken for the answer.
    until(lambda: "Keys" not in stage.screen_text() or stage.has_ended, rules.patience)
    stage.send("?")
    found = until(lambda: "Keys" in stage.screen_text() or stage.has_ended, 5 * rules.patience)
    return time.monotonic() - began if found else 0.0


def leave(stage: Stage, how: str | signal.Signals, rules: Rules) -> int:
    """Leave by a key or a signal. Returns the exit code."""
    if isinstance(how, signal.Signals):
        stage.process.send_signal(how)
    else:
        stage.send(how)
        asks = lambda: "y drops them" in stage.screen_text()  # noqa: E731
        if how == "q" and until(lambda: stage.has_ended or asks(), 5 * rules.patience) and not stage.has_ended:
            stage.send("y")
    promise(until(lambda: stage.has_ended, 5 * rules.patience), f"{how!r} does not end it", stage.screen_text())
    return stage.wait_exit()


def was_left_well(stage: Stage, errors: str = "") -> None:
    """The program has ended: the terminal is as it was, and nothing there is a traceback."""
    code = stage.wait_exit()
    no_traceback(errors, "on standard error")
    no_traceback(plain_text(bytes(stage.tail).rpartition(b"\x1b[?1049l")[2]), f"on the screen, exit code {code}")
    left = stage.leftovers() + (["the alternate screen"] if stage.emulator.is_alternate else [])
    promise(not left, f"left behind: {', '.join(left)}", stage.emulator.text())
    failed = re.search(r"gdtui: failed in .*?(?=;)", errors + " ".join(stage.emulator.text().split()))
    promise(not failed and code != 70, failed[0] if failed else "gdtui failed", stage.emulator.text())
    is_early = code == -signal.SIGQUIT and b"\x1b[?1049h" not in stage.tail  # ctrl+\\ before there was a screen
    promise(code in DOCUMENTED or is_early, f"exit code {code} is not documented", stage.emulator.text())
