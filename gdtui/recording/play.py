"""Tapes played, and the files made from them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from gdtui.recording import picture, tape
from gdtui.recording.parser import OUTPUTS
from gdtui.recording.picture import PictureError
from gdtui.recording.player import Capture, Player
from gdtui.recording.shells import environment
from gdtui.recording.tape import Output, Place, Tape, TapeError


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
    start = Place(script.file, 1, 1)
    wanted = script.outputs if outputs is None else tuple(Output(start, _known(path)) for path in outputs)
    wanted = wanted or (Output(start, f"{Path(script.file).stem}.cast"),)
    _check_programs(script)
    if not check:
        _check_files(script, wanted, force)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gdtui-tape-"))
        casts = [Path(output.path) for output in wanted if output.path.lower().endswith(".cast")]
        cast = casts[0] if casts and not check else Path(folder, "tape.cast")
        try:
            player = Player(script, cast, speed, force, check)
            stack.callback(player.close)
            player.run()
            player.close()
        except BaseException:
            cast.unlink(missing_ok=True)  # half a demo is none, and would stand in the way of the next try
            raise
        if not check:
            _write(script, wanted, player, cast)
        return tuple(player.moments)


def _known(path: str) -> str:
    if Path(path).suffix.lower() not in OUTPUTS:
        raise ValueError(f"{path}: a tape makes {', '.join(OUTPUTS)}, by the ending of the name")
    return path


def _check_programs(script: Tape) -> None:
    path = environment(script.settings.shell, script.env)["PATH"]
    for require in script.requires:
        if shutil.which(require.program, path=path) is None:
            raise TapeError(require.place, f"the program {require.program} is required, and is not on the PATH")
    if shutil.which(script.settings.shell, path=path) is None:
        raise TapeError(Place(script.file, 1, 1), f"the shell {script.settings.shell} is not on the PATH")


def _check_files(script: Tape, wanted: Sequence[Output], force: bool) -> None:
    """Nothing is played for files that cannot be made."""
    shots = [Output(shot.place, shot.path) for shot in script.commands if isinstance(shot, tape.Screenshot)]
    for output in (*wanted, *shots):
        path = Path(output.path)
        if path.exists() and not force:
            raise TapeError(output.place, f"{path} is there already; give another name, or --force to overwrite it")
        try:
            if path.suffix.lower() in (".gif", ".png"):
                picture.check_drawing()
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir() or not os.access(path.parent, os.W_OK):
                raise TapeError(output.place, f"{path} cannot be written: it is a folder, or in one that is not ours")
        except OSError as error:
            raise TapeError(output.place, f"cannot make {path.parent}: {error.strerror or error}") from None
        except PictureError as error:
            raise TapeError(output.place, str(error)) from None


def _write(script: Tape, wanted: Sequence[Output], player: Player, cast: Path) -> None:
    theme = script.settings.theme
    for output in wanted:
        path = Path(output.path)
        try:
            if path.suffix.lower() == ".gif":
                picture.write_gif(cast, path, theme)
            elif path.suffix.lower() == ".ascii":
                path.write_text(golden(player.moments), encoding="utf-8")
            elif path.suffix.lower() != ".cast":
                picture.write_still(player.last, path, theme, Path(script.file).stem)
            elif path != cast:
                shutil.copyfile(cast, path)
        except (OSError, PictureError) as error:
            raise TapeError(output.place, f"{path} could not be written: {error}") from None


def golden(moments: Sequence[Capture]) -> str:
    """The moments as text, with a line before each, to be compared between two plays."""
    return "".join(f"=== {moment.what}\n{moment.text}\n" for moment in moments)
