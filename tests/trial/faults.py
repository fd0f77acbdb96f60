"""Faults: disks that are full, streams that are closed, files that vanish; each is told in a line, and ends well."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.terminal.harness import GDTUI
from tests.trial.monkey import Growing
from tests.trial.stage import Stage, leave, no_traceback, until, was_left_well
from tests.trial.story import DOCUMENTED, Rules, Tally, promise

Case = Callable[[Path, Random, Rules, Tally], None]
SHORT = ("--plain", "--epochs", "50", "--speed", "max")
ENDLESS = ("--epochs", "100000000", "--speed", "300")
LIMIT = 20_000
"""Bytes that a file may have on the disk that is full."""


def _small_files() -> None:
    """As on a disk that is full: a file may not grow beyond so many bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


def run(
    *arguments: str, folder: Path, rules: Rules, shell: str = 'exec "$@"', small: bool = False
) -> tuple[int, str, str]:
    """Exit code, output and errors of gdtui, begun by a shell that may have closed or turned some of its streams."""
    command = ["sh", "-c", shell, "sh", *GDTUI, *arguments]
    done = subprocess.run(
        command, cwd=folder, input=b"", capture_output=True, timeout=30 * rules.patience,
        preexec_fn=_small_files if small else None, check=False,
    )  # fmt: skip
    out, errors = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    no_traceback(errors, f"of gdtui {' '.join(arguments)} [{shell}]")
    promise(done.returncode in DOCUMENTED, f"exit code {done.returncode} of gdtui {' '.join(arguments)}", errors)
    return done.returncode, out, errors


def is_one_line(errors: str) -> None:
    promise(errors.count("\n") == 1 and errors.startswith("gdtui: "), f"not one line: {errors[:200]!r}", errors)


# Disks


def full_disk_plain(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    options = "--plain", "--epochs", "2000"
    _, out, errors = run(*options, "--save", "run.jsonl", folder=folder, rules=rules, small=True)
    is_one_line(errors)
    promise("epoch #2000," in out, "training does not go on")
    code, out, _ = run("watch", "run.jsonl", folder=folder, rules=rules)
    promise(code == 0 and "epoch #10," in out, "what was recorded cannot be watched")
    code, _, errors = run("resume", "run.jsonl", "--plain", folder=folder, rules=rules)
    promise(code == 0, f"what was recorded cannot go on: {errors[:200]}")


def full_disk_plain_code(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    code = run("--plain", "--epochs", "2000", "--save", "run.jsonl", folder=folder, rules=rules, small=True)[0]
    promise(code != 0, "the disk was full, and the exit code is 0")


def full_disk_screen(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """What was not saved is told on the normal screen too, and by the exit code."""
    shell = f"ulimit -f {LIMIT // 512}; trap '' XFSZ; exec \"$@\""
    command = ["sh", "-c", shell, "sh", *GDTUI, *ENDLESS, "--save", "run.jsonl"]
    with Stage(command, cwd=folder) as stage:
        stage.wait_for("training goes on")
        code = leave(stage, "q", rules)
        was_left_well(stage)
        told = " ".join(stage.printed()[-4:])
        promise("aving ended" in told or "not saved" in told, f"the screen does not say it: {told[-200:]!r}")
        promise(code != 0, f"the disk was full, and the exit code is {code}")


def full_output(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    (folder / "run.jsonl").write_text('{"epoch": 1, "loss": 1}\n')
    for command in (SHORT, ("watch", "run.jsonl"), ("watch", "run.jsonl", "run.jsonl"), ("export", "run.jsonl")):
        code, _, errors = run(*command, folder=folder, rules=rules, shell='exec "$@" > /dev/full')
        promise(code == 2, f"{command}: exit code {code} where nothing could be printed")
        is_one_line(errors)


def full_record(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    shell = f"ulimit -f {LIMIT // 512}; trap '' XFSZ; exec \"$@\""
    with Stage(["sh", "-c", shell, "sh", *GDTUI, *ENDLESS, "--record", "film.cast"], cwd=folder) as stage:
        stage.wait_for("epoch #")
        for size in ((100, 30), (120, 40)) * 5:
            stage.resize(*size)
            until(lambda: stage.has_ended, 0.1)
        leave(stage, "ctrl+c", rules)
        was_left_well(stage)


# Streams


def closed_streams(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """Each of them, alone and together, with each command."""
    (folder / "run.jsonl").write_text('{"epoch": 1, "loss": 1}\n')
    closed = " ".join(chance.sample(["<&-", ">&-", "2>&-"], chance.randint(1, 3)))
    commands = [SHORT, ("--plain", "--data", "-"), ("watch", "run.jsonl"), ("resume", "run.jsonl"), ("--help",)]
    if rules.allows("faults.closed-export"):
        commands.append(("export", "run.jsonl"))
    for command in (*commands, (*SHORT, "--save", "a.jsonl", "--force")):
        run(*command, folder=folder, rules=rules, shell=f'exec "$@" {closed}')


def closed_export(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    (folder / "run.jsonl").write_text('{"epoch": 1, "loss": 1}\n')
    run("export", "run.jsonl", folder=folder, rules=rules, shell='exec "$@" >&-')


def broken_pipe(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    shell = '{ "$@"; echo $? > code; } | head -n 3'
    _, out, errors = run("--plain", "--epochs", "200000", folder=folder, rules=rules, shell=shell)
    promise(errors == "", f"a reader that goes is told of: {errors[:200]}")
    code = (folder / "code").read_text().strip()
    promise(code == "141" and out.count("\n") == 3, f"exit code {code} where the reader went")


# Files


def unwritable(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """Where nobody may write, not even root; an exit code of 2, and one line."""
    (folder / "run.jsonl").write_text('{"epoch": 1, "loss": 1}\n')
    (folder / "file").write_text("")
    (folder / "a.tape").write_text("Sleep 1ms\n")
    for path in ("/proc/none", "/proc/self/none", "file/none", "none/none", ".", "/", ""):
        for command in (
            (*SHORT, "--save", path),
            (*SHORT, "--save", path, "--force"),
            ("export", "run.jsonl", "-o", path),
        ):
            code, _, errors = run(*command, folder=folder, rules=rules)
            promise(code == 2, f"{command}: exit code {code}")
            is_one_line(errors)


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def nothing_lost_by_a_mistake(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """Where a command that may overwrite fails, what was there is there still."""
    dear = b'{"epoch": 1, "loss": 1}\n'
    (folder / "old.jsonl").write_bytes(dear)
    (folder / "old.cast").write_bytes(dear)
    (folder / "bad.tape").write_text("Type 'x'\nWait@10ms /never/\n")
    for name, command in (
        ("old.jsonl", (*SHORT, "--save", "old.jsonl", "--force", "--data", "blobz")),
        ("old.jsonl", ("export", "none.jsonl", "-o", "old.jsonl", "--force")),
        ("old.cast", ("tape", "bad.tape", "-o", "old.cast", "--force")),
    ):
        code, _, _ = run(*command, folder=folder, rules=rules)
        promise(code == 2, f"{command}: exit code {code}")
        promise(_content(folder / name) == dear, f"{' '.join(command)} destroyed {name}")


def no_cast_lost_by_a_mistake(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """The same on the screen."""
    (folder / "old.cast").write_text("dear")
    with Stage([*GDTUI, "--record", "old.cast", "--force", "--data", "blobz"], cwd=folder) as stage:
        promise(stage.wait_exit() == 2, "exit code of a data set that is none")
        was_left_well(stage)
    promise(_content(folder / "old.cast") == b"dear", "a mistyped --data destroyed the old cast")


# Files that are watched


def _change(path: Path, how: str, growing: Growing) -> None:
    """Do something to a file that others look at."""
    other = path.with_name("other")
    match how:
        case "truncated":
            os.truncate(path, path.stat().st_size // 2)
        case "emptied":
            os.truncate(path, 0)
        case "replaced":
            os.replace(Growing(other, 50).writer.path, path)
        case "begun-anew":
            growing.writer.close()
            path.unlink()
            Growing(path, 5)
        case "removed":
            path.unlink()
        case "a-folder":
            path.unlink()
            path.mkdir()
        case "spoilt":
            with path.open("ab") as file:
                file.write(b"\xff\xfe not JSON\n")


CHANGES = ("truncated", "emptied", "replaced", "begun-anew", "removed", "a-folder", "spoilt")


def watched(how: str) -> Case:
    """The screen and the lines that follow a file which is changed: neither fails, and both can be left."""

    def case(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
        path = folder / "run.jsonl"
        growing = Growing(path, 100)
        with Stage([*GDTUI, "watch", "run.jsonl"], cwd=folder) as stage:
            stage.wait_for("epoch #100")
            _change(path, how, growing)
            with contextlib.suppress(ValueError):
                growing.grow(10)
            until(lambda: stage.has_ended, 0.5)
            promise(leave(stage, "q", rules) in (0, 1), "the exit code of what was watched")
            was_left_well(stage)

    return case


def watched_anew(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """A run that takes the place of the one that is watched is what is shown from then on."""
    path = folder / "run.jsonl"
    Growing(path, 100)
    with Stage([*GDTUI, "watch", "run.jsonl"], cwd=folder) as stage:
        stage.wait_for("epoch #100")
        os.replace(Growing(folder / "other", 7).writer.path, path)
        is_new = until(lambda: "epoch #7," in stage.screen_text(), 5 * rules.patience)
        promise(is_new, "a run that was begun anew is not shown", stage.screen_text())


def vanished_save(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """The file that is written vanishes; training goes on, and it is left as ever."""
    with Stage([*GDTUI, *ENDLESS, "--save", "run.jsonl"], cwd=folder) as stage:
        stage.wait_for("epoch #")
        (folder / "run.jsonl").unlink()
        until(lambda: stage.has_ended, 0.3)
        leave(stage, chance.choice(("q", "ctrl+c")), rules)
        was_left_well(stage)


def endless_load(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """Data that does not come: q and ctrl+c leave all the same."""
    os.mkfifo(folder / "fifo.csv")
    with Stage([*GDTUI, "--data", "fifo.csv"], cwd=folder) as stage:
        stage.wait_for("reading ")
        leave(stage, chance.choice(("q", "ctrl+c")), rules)
        was_left_well(stage)


CASES: dict[str, Case] = {
    f.__name__.replace("_", "-"): f
    for f in (
        *(full_disk_plain, full_disk_plain_code, full_disk_screen, full_output, full_record),
        *(closed_streams, closed_export, broken_pipe, unwritable, nothing_lost_by_a_mistake),
        *(no_cast_lost_by_a_mistake, watched_anew, vanished_save, endless_load),
    )
} | {f"watched-{how}": watched(how) for how in CHANGES}
