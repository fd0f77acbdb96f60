"""A terminal that goes away: what is trained goes on into its file, if that was asked for, or ends."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from gdtui.runs.reader import RunFile, RunFileError
from tests.command import gdtui
from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.looking import trained

RELAY = "import pty, sys; pty.spawn(sys.argv[1:])"
"""What sshd and tmux are to a program: whoever holds the other side of its terminal."""


def pid_of_child(parent: int) -> int:
    return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(holds, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def stop_of(path: Path) -> str | None:
    try:
        file = RunFile(str(path))
    except RunFileError:
        return None
    return None if file.stop is None else file.stop.rule


def hang_up(*arguments: str, path: Path, shell: str = 'exec "$@"') -> int:
    """Start gdtui so that it saves in `path`, and take its terminal away when it has trained; returns its pid."""
    command = ["sh", "-c", shell, "sh", *GDTUI, "--save", str(path), *arguments]
    with Terminal([sys.executable, "-c", RELAY, *command]) as terminal:
        terminal.wait_for(lambda _: path.exists() and b'"epoch":50,' in path.read_bytes())
        pid = pid_of_child(terminal.process.pid)
        terminal.process.send_signal(signal.SIGKILL)
        terminal.process.wait()
    return pid


def test_it_trains_on_into_its_file_to_the_end_that_it_would_have_had(tmp_path: Path) -> None:
    """Where that was asked for, on the screen and in plain mode, and under nohup; all at the same time."""
    asked = ["--epochs", "600", "--seed", "3"]
    pids = {}
    for name, shell, how in (
        ("screen", 'exec "$@"', ["--detach-on-hangup"]),
        ("plain", 'exec "$@"', ["--detach-on-hangup", "--plain"]),
        ("nohup", 'trap "" HUP; exec "$@"', []),
    ):
        path = tmp_path / name
        pids[path] = hang_up(*asked, "--speed", "300", *how, path=path, shell=shell)
    assert gdtui(*asked, "--save", str(tmp_path / "whole")).returncode == 0
    wanted = RunFile(str(tmp_path / "whole")).branch
    for path, pid in pids.items():
        wait_until(lambda path=path: stop_of(path) == "epochs")
        wait_until(lambda pid=pid: not is_alive(pid))
        found = RunFile(str(path)).branch
        assert (found.epochs, found.losses, found.weights) == (wanted.epochs, wanted.losses, wanted.weights), path


def test_the_branch_that_was_shown_trains_on_with_its_own_alpha(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    command = [*GDTUI, "--save", str(path), "--epochs", "20000", "--speed", "50", "--detach-on-hangup"]
    with Terminal([sys.executable, "-c", RELAY, *command]) as terminal:
        terminal.wait_for(trained(10))
        terminal.send("\x1b[H", "up", "up", "f")  # from the first epoch on, with alpha 0.05
        # In the file, and not in the log: on a busy machine its line is gone before anything is shown.
        terminal.wait_for(lambda _: b'"epoch"' in path.read_bytes().partition(b'"kind":"fork"')[2])
        terminal.send(" ", "b", "m")
        terminal.wait_for("first run, α 0.01, one of 2 branches")
        terminal.wait_for("  max")
        pid = pid_of_child(terminal.process.pid)
        terminal.process.send_signal(signal.SIGKILL)
        terminal.process.wait()
    wait_until(lambda: not is_alive(pid))
    first, fork = RunFile(str(path)).branches
    assert (first.epochs[-1], first.alphas) == (20_000, [(1, 0.01)])
    assert fork.epochs[-1] < 20_000
    assert fork.alphas == [(1, 0.05)]


def test_otherwise_it_ends_and_its_file_can_be_resumed(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    pid = hang_up("--epochs", "100000", "--speed", "300", path=path)
    wait_until(lambda: not is_alive(pid))
    assert RunFile(str(path)).branch.epochs[-1] >= 50


def test_under_nohup_and_without_a_file_it_ends_too() -> None:
    command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *GDTUI, "--epochs", "100000", "--speed", "100"]
    with Terminal([sys.executable, "-c", RELAY, *command]) as terminal:
        terminal.wait_for(trained(10))
        pid = pid_of_child(terminal.process.pid)
        terminal.process.send_signal(signal.SIGKILL)
        terminal.process.wait()
    wait_until(lambda: not is_alive(pid))


def test_what_lies_in_the_working_directory_is_never_imported(tmp_path: Path) -> None:
    """Whoever trains in a folder of somebody else's runs none of the programs that are there."""
    for name in ("random.py", "gdtui.py", "csv.py"):
        (tmp_path / name).write_text("open('was-run', 'w')\nraise SystemExit(3)\n")
    path = tmp_path / "run.jsonl"
    command = [sys.executable, "-P", "-m", "gdtui", "--save", str(path), "--epochs", "600", "--speed", "300"]
    with Terminal([sys.executable, "-P", "-c", RELAY, *command, "--detach-on-hangup"], cwd=tmp_path) as terminal:
        terminal.wait_for(lambda _: path.exists() and b'"epoch":50,' in path.read_bytes())
        pid = pid_of_child(terminal.process.pid)
        terminal.process.send_signal(signal.SIGKILL)
        terminal.process.wait()
    wait_until(lambda: not is_alive(pid))
    assert stop_of(path) == "epochs"
    assert not (tmp_path / "was-run").exists()
