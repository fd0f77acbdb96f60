"""Plays tapes in a terminal of their own, with no screen needed, and makes their recordings.

The same tape is to give the same screens on any machine. So no key is typed before the one before it has been taken
and the screen has answered; a `Wait` looks at whole updates only, and goes on when the screen has settled; and what
a `Wait`, a `Screenshot` or the end showed is kept as `Capture`s, which can be compared.
"""

from __future__ import annotations

import math
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gdtui.recording import keys, picture, tape
from gdtui.recording.cast import CastError, CastWriter
from gdtui.recording.picture import PictureError, Still
from gdtui.recording.program import Program
from gdtui.recording.repaint import repaint
from gdtui.recording.shells import COMMANDS, environment
from gdtui.recording.tape import Place, Tape, TapeError, TapeSettings

PROMPT_WITHIN = 10.0
"""Seconds that a shell has for its first prompt."""
KEY_QUIET, KEY_LONGEST = 0.02, 0.5
"""How long the screen is quiet after a key before the next is typed, and how long that is waited for."""


@dataclass(frozen=True, slots=True)
class Capture:
    """What was to be seen at a `Wait`, at a `Screenshot`, or at the end."""

    what: str
    place: Place
    text: str


class Player:
    """One tape while it is played."""

    def __init__(self, script: Tape, cast: Path, speed: float, force: bool, check: bool) -> None:
        self.moments: list[Capture] = []
        self._script, self._speed, self._check = script, speed, check
        self._settings: TapeSettings = script.settings
        self._clipboard = ""
        self._hidden = bool(script.commands) and isinstance(script.commands[0], tape.Hide)
        self._hidden_since, self._out_of_time = time.monotonic(), 0.0
        self._last: Still | None = None
        shell, title = self._settings.shell, Path(script.file).stem
        theme = self._settings.theme.header()
        env = {**environment(shell, script.env), "SHELL": shutil.which(shell) or shell}
        self._cast = CastWriter(cast, *script.size, title=title, theme=theme, force=force, clock=self._clock, env=env)
        try:
            self._program = Program(COMMANDS[shell], script.size, env, self._show_output)
        except BaseException:
            self._cast.close()
            raise

    @property
    def last(self) -> Still:
        """The last screen that was not hidden."""
        return self._last if self._hidden and self._last else picture.still(self._program.emulator)

    def run(self) -> None:
        """Play all commands."""
        session = self._program
        session.wait(lambda: bool(session.emulator.text().strip()), PROMPT_WITHIN)
        session.settle()
        for command in self._script.commands:
            _PLAY[type(command)](self, command)
            self._check_cast()
        session.settle()
        self._keep("the end", Place(self._script.file, 1, 1), self.last.text)

    def close(self) -> None:
        """End the shell and all that it started; the cast ends with the last pause."""
        if not self._hidden:
            self._cast.output("\x1b[m")
        self._cast.close()
        self._program.close()

    # The recording

    def _clock(self) -> float:
        """Seconds without those that were hidden, as the tape's playback speed has them."""
        now = self._hidden_since if self._hidden else time.monotonic()
        return (now - self._out_of_time) / self._settings.playback_speed

    def _show_output(self, text: str) -> None:
        if not self._hidden:
            self._cast.output(text)

    def _check_cast(self) -> None:
        if self._cast.failure:
            raise CastError(f"{self._cast.path} could not be written: {self._cast.failure}")

    def _keep(self, what: str, place: Place, text: str) -> None:
        self.moments.append(Capture(what, place, text))

    # The commands

    def type(self, command: tape.Type) -> None:
        for char in command.text:
            self._key(char, command.place, command.speed)

    def press(self, command: tape.Press) -> None:
        for _ in range(command.count):
            application = self._program.emulator.modes.get(1, False)
            self._key(keys.encode(command.key, command.modifiers, application), command.place, command.speed)

    def _key(self, code: str, place: Place, speed: float | None) -> None:
        """Type it, see it taken, and let the time between two keys pass."""
        if self._program.ended:
            raise TapeError(place, "nothing can be typed any more: the shell has ended")
        begin = time.monotonic()
        self._program.send(code)
        self._program.settle(KEY_QUIET, KEY_LONGEST)
        pause = (self._settings.typing_speed if speed is None else speed) / self._speed
        self._program.run(max(0.0, begin + pause - time.monotonic()))

    def sleep(self, command: tape.Sleep) -> None:
        if math.isinf(self._speed):
            self._program.settle()
        else:
            self._program.run(command.seconds / self._speed)

    def hide(self, command: tape.Hide) -> None:
        if not self._hidden:
            self._program.settle()
            self._last = picture.still(self._program.emulator)
            self._hidden, self._hidden_since = True, time.monotonic()

    def show(self, command: tape.Show) -> None:
        """The recording goes on with the whole screen, so that it needs nothing of what was hidden."""
        if self._hidden:
            self._program.settle()
            self._out_of_time += time.monotonic() - self._hidden_since
            self._hidden = False
            self._cast.output(repaint(self._program.emulator))

    def wait(self, command: tape.Wait) -> None:
        pattern = self._settings.wait_pattern if command.pattern is None else command.pattern
        timeout = command.timeout or self._settings.wait_timeout
        shown = self._screen if command.scope == "Screen" else self._line
        matches = re.compile(pattern).search
        if not self._program.wait(lambda: bool(matches(shown())), timeout):
            why = "the shell ended without it" if self._program.ended else f"did not come within {timeout:g} s"
            raise TapeError(
                command.place, f"Wait+{command.scope} /{pattern}/: {why}; the screen was:\n{self._screen()}"
            )
        seen = self._screen()
        if self._program.settle() and matches(shown()):
            seen = self._screen()
        self._keep(f"Wait+{command.scope} /{pattern}/", command.place, seen)

    def _screen(self) -> str:
        return self._program.emulator.text().rstrip("\n")

    def _line(self) -> str:
        emulator = self._program.emulator
        return emulator.lines()[emulator.screen.cursor.y]

    def screenshot(self, command: tape.Screenshot) -> None:
        self._program.settle()
        shot = picture.still(self._program.emulator)
        self._keep(f"Screenshot {command.path}", command.place, shot.text)
        if not self._check:
            title = Path(self._script.file).stem
            try:
                picture.write_still(shot, Path(command.path), self._settings.theme, title)
            except (OSError, PictureError) as error:
                raise TapeError(command.place, f"{command.path} could not be written: {error}") from None

    def copy(self, command: tape.Copy) -> None:
        self._clipboard = command.text

    def paste(self, command: tape.Paste) -> None:
        """At once, and marked as pasted where the program wants to know."""
        marked = self._program.emulator.modes.get(2004, False)
        self._key(f"\x1b[200~{self._clipboard}\x1b[201~" if marked else self._clipboard, command.place, None)

    def change(self, command: tape.Change) -> None:
        names = {"TypingSpeed": "typing_speed", "WaitTimeout": "wait_timeout", "WaitPattern": "wait_pattern"}
        change: dict[str, Any] = {names[command.setting]: command.value}
        self._settings = replace(self._settings, **change)


_PLAY: dict[type[tape.Command], Callable[[Player, Any], None]] = {
    tape.Type: Player.type,
    tape.Press: Player.press,
    tape.Sleep: Player.sleep,
    tape.Hide: Player.hide,
    tape.Show: Player.show,
    tape.Wait: Player.wait,
    tape.Screenshot: Player.screenshot,
    tape.Copy: Player.copy,
    tape.Paste: Player.paste,
    tape.Change: Player.change,
}
