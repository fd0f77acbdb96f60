"""Plays tapes in a terminal of their own, with no screen needed, and makes their recordings.

The same tape is to give the same screens on any machine. So no key is typed before the one before it has been taken
and the screen has answered; a `Wait` looks at whole updates only, and goes on when the screen has settled; and what
a `Wait`, a `Screenshot` or the end showed is kept as `Capture`s, which can be compared.
"""

import math
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gdtui.outputs import check_apart, put
from gdtui.recording import gif, keys, picture, scratch
from gdtui.recording.cast import CastError, CastWriter
from gdtui.recording.emulator import Emulator, repaint
from gdtui.recording.parser import OUTPUTS
from gdtui.recording.pattern import compiled, search
from gdtui.recording.program import Program, signals_held
from gdtui.recording.shells import COMMANDS, environment
from gdtui.recording.tape import Place, Tape, TapeError
from gdtui.text import printable

PROMPT_WITHIN = 10.0
"""Seconds that a shell has for its first prompt."""
KEY_QUIET, KEY_LONGEST = 0.02, 0.5
"""How long the screen is quiet after a key before the next is typed, and how long that is waited for."""

SEARCH_WITHIN = 0.1
"""Seconds that a regular expression has for one look at the screen, also where its `Wait` has no time left."""


@dataclass(frozen=True, slots=True)
class Capture:
    """What was to be seen at a `Wait`, at a `Screenshot`, or at the end."""

    what: str
    place: Place
    text: str


def play(
    script: Tape,
    outputs: Sequence[str] | None = None,
    *,
    speed: float = 1.0,
    force: bool = False,
    check: bool = False,
) -> tuple[Capture, ...]:
    """Play a tape, and make its files.

    Args:
        outputs: files to make instead of those that the tape names.
        speed: how much faster than the tape says keys are typed and pauses pass; infinite for no pauses.
        force: overwrite files.
        check: make no files at all.

    Raises TapeError (or CastError, PictureError), with the place in the tape, where it cannot be played.
    """
    wanted = _wanted(script, outputs)
    _check_programs(script)
    if not check:
        shots = ((shot.place, Path(*shot.arguments)) for shot in script.commands if shot.name == "Screenshot")
        _check_files([*wanted, *shots], script.file, force)
    with scratch.folder() as folder:
        casts = [path for _, path in wanted if path.suffix.lower() == ".cast"]
        cast = casts[0] if casts and not check else Path(folder, "tape.cast")
        with ExitStack() as ends:
            with signals_held():  # a program that nobody knows of could not be ended
                player = ends.enter_context(closing(Player(script, cast, speed, force, check)))
            player.run()
        for place, path in () if check else wanted:
            player.write(place, path, player.last)
        return tuple(player.moments)


def _wanted(script: Tape, outputs: Sequence[str] | None) -> list[tuple[Place, Path]]:
    """The files to make."""
    start = Place(script.file, 1, 1)
    for name in outputs or ():
        if Path(name).suffix.lower() not in OUTPUTS:
            raise ValueError(f"{name}: a tape makes {', '.join(OUTPUTS)}, by the ending of the name")
    asked = script.outputs if outputs is None else [(start, name) for name in outputs]
    return [(place, Path(path)) for place, path in asked] or [(start, Path(f"{Path(script.file).stem}.cast"))]


def _check_programs(script: Tape) -> None:
    path = environment(script.settings.shell, script.env)["PATH"]
    for place, program in script.requires:
        if shutil.which(program, path=path) is None:
            raise TapeError(place, f"the program {program} is required, and is not on the PATH")
    if shutil.which(script.settings.shell, path=path) is None:
        raise TapeError(Place(script.file, 1, 1), f"the shell {script.settings.shell} is not on the PATH")


def _check_files(wanted: Sequence[tuple[Place, Path]], tape: str, force: bool) -> None:
    """Nothing is played for files that cannot be made."""
    for number, (place, path) in enumerate(wanted, 1):
        try:
            check_apart([path for _, path in wanted[:number]], [tape])
        except ValueError as error:
            raise TapeError(place, str(error)) from None
        _check_file(place, path, force)


def _check_file(place: Place, path: Path, force: bool) -> None:
    if os.path.lexists(path) and not force:
        raise TapeError(place, f"{path} is there already; give another name, or --force to overwrite it")
    try:
        if path.suffix.lower() in (".gif", ".png"):
            gif.check_drawing()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            raise TapeError(place, f"{path} cannot be written: it is a folder, or in one that is not ours")
    except OSError as error:
        raise TapeError(place, f"cannot make {path.parent}: {error.strerror or error}") from None
    except gif.PictureError as error:
        raise TapeError(place, str(error)) from None


def golden(moments: Sequence[Capture]) -> str:
    """The moments as text, with a line before each, to be compared between two plays."""
    return "".join(f"=== {moment.what}\n{moment.text}\n" for moment in moments)


class Player:
    """One tape while it is played."""

    def __init__(self, script: Tape, cast: Path, speed: float, force: bool, check: bool) -> None:
        self.moments: list[Capture] = []
        self._script, self._speed, self._force, self._check = script, speed, force, check
        self._settings, self._title = script.settings, printable(Path(script.file).stem)
        self._place = Place(script.file, 1, 1)
        """Where the tape says what is being done."""
        self._clipboard, self._is_whole = "", False
        self._hidden = bool(script.commands) and script.commands[0].name == "Hide"
        self._hidden_since, self._out_of_time = time.monotonic(), 0.0
        self._last: Emulator | None = None
        shell, theme = self._settings.shell, self._settings.theme.header()
        env = {**environment(shell, script.env), "SHELL": shutil.which(shell) or shell}
        self._cast = CastWriter(
            cast, *script.size, title=self._title, theme=theme, force=force, clock=self._clock, env=env
        )
        try:
            self._program = Program(COMMANDS[shell], script.size, env, self._show_output)
        except BaseException:
            self._cast.discard()
            raise

    def run(self) -> None:
        """Play all commands."""
        session = self._program
        session.wait(lambda: bool(session.emulator.text()), PROMPT_WITHIN)
        session.settle()
        start = self._place
        for command in self._script.commands:
            self._place = command.place
            getattr(self, command.name.lower())(*command.arguments)  # Type is played by `type`
            if self._cast.failure:
                raise CastError(f"{self._cast.path} could not be written: {self._cast.failure}")
        session.settle()
        self.moments.append(Capture("the end", start, self.last.text()))
        self._is_whole = True

    def close(self) -> None:
        """End the shell and all that it started; the cast ends with the last pause. A tape that was not played to its
        end leaves none: half a demo is none, and would stand in the way of the next try."""
        if not self._hidden:
            self._cast.output("\x1b[m")
        (self._cast.close if self._is_whole else self._cast.discard)()
        self._program.close()

    @property
    def last(self) -> Emulator:
        """The last screen that was not hidden."""
        return self._last if self._hidden and self._last else self._program.emulator

    def write(self, place: Place, path: Path, shown: Emulator) -> None:
        """Make a file of what was played, or of this screen, as its ending says. Raises TapeError with this place."""
        ending, cast = path.suffix.lower(), Path(self._cast.path)
        try:
            if ending == ".gif":
                gif.write_gif(cast, path, self._settings.theme, self._force)
            elif ending == ".ascii":
                put(path, golden(self.moments).encode(), self._force)
            elif ending != ".cast":
                picture.write_still(shown, path, self._settings.theme, self._title, self._force)
            elif path != cast:
                put(path, cast.read_bytes(), self._force)
        except (OSError, gif.PictureError) as error:
            raise TapeError(place, f"{path} could not be written: {error}") from None

    # The recording

    def _clock(self) -> float:
        """Seconds without those that were hidden, as the tape's playback speed has them."""
        now = self._hidden_since if self._hidden else time.monotonic()
        return (now - self._out_of_time) / self._settings.playback_speed

    def _show_output(self, text: str) -> None:
        if not self._hidden:
            self._cast.output(text)

    # The commands

    def type(self, speed: float | None, text: str) -> None:
        """Type a text, with so many seconds between its characters."""
        for char in text:
            self._key(char, speed)

    def press(self, modifiers: Sequence[str], key: str, speed: float | None, count: int) -> None:
        """Press a key (see `gdtui.recording.keys`) so many times."""
        for _ in range(count):
            self._key(keys.encode(key, modifiers, self._program.emulator.modes.get(1, False)), speed)

    def _key(self, code: str, speed: float | None) -> None:
        """Type it, see it taken, and let the time between two keys pass."""
        if self._program.ended:
            raise TapeError(self._place, "nothing can be typed any more: the shell has ended")
        begin = time.monotonic()
        self._program.send(code)
        self._program.settle(KEY_QUIET, KEY_LONGEST)
        pause = (self._settings.typing_speed if speed is None else speed) / self._speed
        self._program.run(max(0.0, begin + pause - time.monotonic()))

    def sleep(self, seconds: float) -> None:
        if math.isinf(self._speed):
            self._program.settle()
        else:
            self._program.run(seconds / self._speed)

    def hide(self) -> None:
        """What follows is not recorded, and takes no time in the recording."""
        if not self._hidden:
            self._program.settle()
            self._last = Emulator(*self._program.emulator.size)
            self._last.feed(repaint(self._program.emulator).encode())
            self._hidden, self._hidden_since = True, time.monotonic()

    def show(self) -> None:
        """The recording goes on with the whole screen, so that it needs nothing of what was hidden."""
        if self._hidden:
            self._program.settle()
            self._out_of_time += time.monotonic() - self._hidden_since
            self._hidden = False
            self._cast.output(repaint(self._program.emulator))

    def wait(self, scope: str, timeout: float | None, pattern: str | None) -> None:
        """Wait until the cursor's line, or the whole screen, matches."""
        emulator = self._program.emulator
        pattern = self._settings.wait_pattern if pattern is None else pattern
        timeout = timeout or self._settings.wait_timeout
        what, wanted, deadline = f"Wait+{scope} /{pattern}/", compiled(pattern), time.monotonic() + timeout

        def holds() -> bool:
            text = emulator.text() if scope == "Screen" else emulator.lines()[emulator.screen.cursor.y]
            with suppress(TimeoutError):
                return search(wanted, text, max(deadline - time.monotonic(), SEARCH_WITHIN))
            return False

        if not self._program.wait(holds, timeout):
            why = "the shell ended without it" if self._program.ended else f"did not come within {timeout:g} s"
            error = TapeError(self._place, f"{what}: {why}; the screen was:")
            error.add_note(emulator.text())
            raise error
        seen = emulator.text()
        if self._program.settle() and holds():
            seen = emulator.text()
        self.moments.append(Capture(what, self._place, seen))

    def screenshot(self, path: str) -> None:
        self._program.settle()
        shown = self._program.emulator
        self.moments.append(Capture(f"Screenshot {path}", self._place, shown.text()))
        if not self._check:
            self.write(self._place, Path(path), shown)

    def copy(self, text: str) -> None:
        """Put a text on the tape's own clipboard."""
        self._clipboard = text

    def paste(self) -> None:
        """Type what is on it, at once, and marked as pasted where the program wants to know."""
        marked = self._program.emulator.modes.get(2004, False)
        self._key(f"\x1b[200~{self._clipboard}\x1b[201~" if marked else self._clipboard, None)

    def set(self, name: str, value: Any) -> None:
        """Change a field of the settings, from here on."""
        self._settings = replace(self._settings, **{name: value})
