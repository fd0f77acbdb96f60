"""What comes from strangers: names that are markup, folders with modules in them, files with bits that were flipped."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from random import Random

from tests.terminal.harness import GDTUI
from tests.trial.faults import SHORT, Case, is_one_line, run
from tests.trial.monkey import Growing
from tests.trial.stage import Stage, leave, until, was_left_well
from tests.trial.story import Rules, Tally, promise
from tests.trial.writers import whole_lines

NAMES = ("[@click=app.quit]x[/]", "[/x]", "[red]r[/red]", "[b", "a]b[", "\\[x]")


def markup(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """What looks like Textual's markup is shown as it is: classes, columns, and the names of files."""
    one, other = chance.sample(NAMES, 2)
    (folder / "m[red].csv").write_text(f"{chance.choice(NAMES)},b,y\n" + f"1,2,{one}\n3,1,{other}\n4,5,{one}\n" * 5)
    with Stage([*GDTUI, "--epochs", "5", "--speed", "max", "--data", "m[red].csv"], cwd=folder) as stage:
        shown = until(lambda: "all 5 epochs done" in stage.screen_text() or stage.has_ended, 10 * rules.patience)
        promise(shown and not stage.has_ended, f"classes {one} and {other} end it", stage.emulator.text())
        for piece in (one, other, "m[red].csv"):
            promise(piece in stage.screen_text(), f"{piece} is not shown as it is", stage.screen_text())
        for _ in range(20):
            place = chance.randint(1, 120), chance.randint(1, 38)
            stage.type(b"\x1b[<0;%d;%dM\x1b[<0;%d;%dm" % (*place, *place))
        until(lambda: stage.has_ended, 0.5)
        promise(not stage.has_ended, "a click on data ended it")
        leave(stage, "q", rules)
        was_left_well(stage)


def foreign_module(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """A module that lies in the working directory is not run when the terminal goes away."""
    (folder / "random.py").write_text("open('was-run', 'w')\nraise SystemExit(3)\n")
    command = [sys.executable, "-P", "-m", "gdtui", "--save", "run.jsonl", "--detach-on-hangup"]
    with Stage([*command, "--epochs", "100000000", "--speed", "300"], cwd=folder) as stage:
        path = folder / "run.jsonl"
        stage.wait_for("epoch #")
        stage.process.send_signal(signal.SIGHUP)
        until(lambda: (folder / "was-run").exists(), 2)
        promise(not (folder / "was-run").exists(), "a random.py in the working directory was run")
        _grows(path, rules, "after a hangup")


def _grows(path: Path, rules: Rules, when: str) -> None:
    size = len(whole_lines(path))
    promise(until(lambda: len(whole_lines(path)) > size, 10 * rules.patience), f"the file does not grow {when}")


def hangup_without_stdin(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """With standard input closed, the file is not what the hangup turns away."""
    options = "--plain --epochs 100000000 --speed 300 --save run.jsonl --detach-on-hangup"
    command = ["sh", "-c", f'exec "$@" {options} <&- >out', "sh", *GDTUI]
    with Stage(command, cwd=folder) as stage:
        path = folder / "run.jsonl"
        promise(until(lambda: whole_lines(path), 10 * rules.patience), "nothing is saved")
        stage.process.send_signal(signal.SIGHUP)
        until(lambda: stage.has_ended, 0.5)
        _grows(path, rules, "after a hangup with standard input closed")


def flipped_bit(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """A file that is not what was written is not gone on with as if it were."""
    path = folder / "run.jsonl"
    Growing(path, 60).writer.close()
    content = bytearray(path.read_bytes())
    begin = content.index(b"\n") + 1
    digits = [at for at in range(begin, len(content) - 200) if chr(content[at]).isdigit()]
    content[chance.choice(digits)] ^= 1  # another digit
    path.write_bytes(content)
    code, _, errors = run("resume", "run.jsonl", "--plain", "--epochs", "70", folder=folder, rules=rules)
    promise(code == 2 or errors, "another bit is gone on with, and not a word is said")


def path_not_utf_8(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """Names that are bytes, on the screen and in lines."""
    name = os.fsdecode(b"caf\xe9.csv")
    (folder / name).write_text("a,b,y\n1,2,0\n3,1,1\n4,5,0\n")
    code, _, errors = run(*SHORT, "--data", name, folder=folder, rules=rules)
    promise(code == 0 and errors.count("\n") <= 1, f"lines: exit code {code}, {errors[:200]}")  # what was read is told
    with Stage([*GDTUI, "--epochs", "5", "--speed", "max", "--data", name], cwd=folder) as stage:
        shown = until(lambda: "all 5 epochs done" in stage.screen_text() or stage.has_ended, 10 * rules.patience)
        promise(shown, "the end of a short run is not shown", stage.emulator.text())
        promise(stage.has_ended or leave(stage, "q", rules) == 0, "the exit code")
        was_left_well(stage)
        promise(any("5 epochs" in line for line in stage.printed()), "no summary is left", stage.emulator.text())


def tape_children(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """A tape that is ended leaves nothing running."""
    seconds = str(chance.randint(10**6, 10**7))
    (folder / "a.tape").write_text(f"Type 'sleep {seconds} & sleep {seconds}' Enter Sleep 60s\n")

    def sleepers() -> list[int]:
        return [
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/cmdline")
            if path.read_bytes().split(b"\0")[:2] == [b"sleep", seconds.encode()]
        ]

    with Stage([*GDTUI, "tape", "a.tape", "-o", "a.txt"], cwd=folder) as stage:
        try:
            promise(until(sleepers, 10 * rules.patience), "the tape does not play", stage.emulator.text())
            stage.process.send_signal(chance.choice((signal.SIGTERM, signal.SIGHUP, signal.SIGINT)))
            promise(until(lambda: stage.has_ended, 5 * rules.patience), "a signal does not end a tape")
            promise(until(lambda: not sleepers(), 2 * rules.patience), "what a tape began goes on without it")
        finally:
            for pid in sleepers():
                os.kill(pid, signal.SIGKILL)


def two_outputs_of_one_name(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    (folder / "run").write_text('{"epoch": 1, "loss": 1}\n')
    (folder / "a.tape").write_text("Sleep 1ms\n")
    code, _, errors = run("export", "run", "-o", "run", "--force", folder=folder, rules=rules)
    promise(code == 2, "a run file is overwritten by its own table")
    is_one_line(errors)


STRANGERS: dict[str, Case] = {
    f.__name__.replace("_", "-"): f
    for f in (
        *(markup, foreign_module, hangup_without_stdin, flipped_bit, path_not_utf_8, tape_children),
        two_outputs_of_one_name,
    )
}
