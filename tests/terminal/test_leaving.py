"""Leaving, by key or by signal, at any moment: at once, with the exit code that tells how, and nothing left behind."""

from __future__ import annotations

import os
import signal
import termios
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from gdtui.recording.emulator import KNOWN_MODES
from tests.terminal.harness import GDTUI, Terminal, environment
from tests.terminal.looking import assert_restored, trained
from tests.terminal.slow_link import SlowLink
from tests.terminal.test_hangup import wait_until

LONG = (*GDTUI, "--epochs", "100000000")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_told_by_the_exit_code(number: int) -> None:
    with Terminal([*LONG, "--speed", "10"]) as terminal:
        terminal.wait_for(trained(2))
        terminal.process.send_signal(number)
        assert terminal.wait_exit() == 128 + number
        assert "stopped early" in terminal.printed()[-1]
        assert_restored(terminal)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGTSTP, signal.SIGCONT])
def test_signals_while_leaving_lose_nothing(number: int) -> None:
    """They come all the time from when the terminal has been given back; the report is said, and no mode comes back."""
    with Terminal([*LONG, "--speed", "max"]) as terminal:
        terminal.wait_for(trained(2))
        terminal.send("ctrl+c")
        terminal.wait_for(lambda terminal: not terminal.emulator.is_alternate)
        while terminal.process.poll() is None:
            terminal.process.send_signal(number)
            terminal.process.send_signal(signal.SIGCONT)
        assert terminal.wait_exit() in (130, 128 + number, -number)  # the last when all has been said
        assert "stopped early" in terminal.printed()[-1]
        assert_restored(terminal)


def see_it_stop_and_go_on(terminal: Terminal) -> None:
    """It gives the terminal back, and is stopped; told to go on, it takes the terminal again."""
    terminal.wait_for(lambda terminal: not terminal.emulator.is_alternate)
    _, how = os.waitpid(terminal.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(how)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait_for(lambda terminal: terminal.emulator.is_alternate)


def test_stopping_and_going_on_at_full_speed_without_end() -> None:
    """No signal is heeded in the midst of a write."""
    with Terminal([*LONG, "--speed", "max", "--fps", "100"]) as terminal:
        terminal.wait_for("epoch #")
        for _ in range(30):
            terminal.process.send_signal(signal.SIGTSTP)
            see_it_stop_and_go_on(terminal)
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130
        assert_restored(terminal)


def test_the_last_word_on_stopping_holds_however_fast_they_come() -> None:
    """Whoever tells it to stop and to go on before it has stopped sees it go on; many stops are one."""
    with Terminal([*LONG, "--speed", "max"]) as terminal:
        terminal.wait_for("epoch #")
        for _ in range(30):
            terminal.process.send_signal(signal.SIGTSTP)
            terminal.process.send_signal(signal.SIGCONT)
        frames = terminal.emulator.frames  # keys that are typed while it stops are lost
        terminal.wait_for(lambda terminal: terminal.emulator.frames > frames + 20)
        terminal.latency("?", "Train one epoch")
        terminal.latency("?", lambda terminal: "Train one epoch" not in terminal.emulator.text())
        for _ in range(30):
            terminal.process.send_signal(signal.SIGTSTP)
        see_it_stop_and_go_on(terminal)
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130
        assert_restored(terminal)


def test_stopped_without_notice_it_goes_on_and_leaves_the_terminal_as_it_was() -> None:
    with Terminal([*LONG, "--speed", "10"]) as terminal:
        terminal.wait_for(trained(2))
        terminal.process.send_signal(signal.SIGSTOP)
        _, how = os.waitpid(terminal.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(how)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for(trained(4))
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130
        assert_restored(terminal)


def test_ctrl_c_is_no_signal_until_the_terminal_has_read_that_it_is_given_back() -> None:
    """At a signal from a key, the kernel drops what has not been read: modes would stay on for ever."""
    with Terminal([*LONG, "--speed", "10"]) as terminal:
        terminal.wait_for(trained(2))
        emulator, are_signals = terminal.emulator, []
        say = emulator._answer

        def answered(text: bytes) -> None:
            if not emulator.is_alternate:
                are_signals.append(termios.tcgetattr(terminal._master)[3] & termios.ISIG)
            say(text)

        emulator._answer = answered
        terminal.send("ctrl+c")
        while terminal.process.poll() is None:
            terminal.send("ctrl+c")
        assert are_signals == [0]
        assert terminal.wait_exit() in (130, -signal.SIGINT)  # the latter when all has been said
        assert_restored(terminal)


@pytest.mark.parametrize("name", ["COLUMNS", "LINES"])
def test_the_terminals_own_size_is_drawn_on(name: str) -> None:
    with Terminal([*LONG, "--speed", "10"], env={name: "99999"}) as terminal:
        terminal.wait_for(trained(2))
        assert "q Quit" in terminal.screen_text()
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert_restored(terminal)


def test_no_mode_stays_on_in_a_terminal_that_reports_its_size_and_the_mouse_in_pixels() -> None:
    with Terminal([*LONG, "--speed", "10"]) as terminal:
        terminal.emulator.known_modes = KNOWN_MODES | {2048}
        terminal.wait_for(trained(2))
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert_restored(terminal)


@pytest.fixture
def endless(tmp_path: Path):
    """A table that somebody has begun to write, and does not end."""
    path = tmp_path / "endless.csv"
    os.mkfifo(path)
    return path


@contextmanager
def being_read(path: Path):
    """From when somebody has begun to read it."""
    opened: list[int] = []

    def is_read() -> bool:
        with suppress(OSError):  # there is nobody yet
            opened.append(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        return bool(opened)

    wait_until(is_read)
    os.write(opened[0], b"a,b,label\n1,2,x\n")
    yield
    os.close(opened[0])


LEAVING = {"q": 0, "ctrl+c": 130}


@pytest.mark.parametrize("key", LEAVING)
def test_whoever_waits_for_data_can_leave(key: str, endless: Path) -> None:
    with Terminal([*GDTUI, "--data", str(endless)]) as terminal:
        with being_read(endless):
            terminal.send(key)
            assert terminal.wait_exit() == LEAVING[key]
        assert_restored(terminal)


@pytest.mark.parametrize("key", LEAVING)
def test_whoever_waits_for_other_data_can_leave_and_the_run_is_in_its_file(
    key: str, endless: Path, tmp_path: Path
) -> None:
    table, run = tmp_path / "table.csv", tmp_path / "run.jsonl"
    table.write_text("a,b,label\n" + "".join(f"{row},{row % 7},{'xy'[row % 2]}\n" for row in range(40)))
    with Terminal([*GDTUI, "--data", "table.csv", "--save", "run.jsonl"], cwd=tmp_path) as terminal:
        terminal.wait_for(trained(2))
        endless.rename(table)
        terminal.latency("d", "Train on")
        terminal.send("table.csv", "enter")
        with being_read(table):
            terminal.send(key)
            assert terminal.wait_exit() == LEAVING[key]
        assert "saved in run.jsonl" in terminal.printed()
        assert_restored(terminal)
    assert b'"epoch":2,' in run.read_bytes()


@pytest.mark.parametrize("key", LEAVING)
@pytest.mark.parametrize("speed", ["10", "max"])
def test_whoever_wants_few_frames_can_leave_between_two(key: str, speed: str) -> None:
    with Terminal([*LONG, "--fps", "0.02", "--speed", "10"]) as terminal:
        terminal.wait_for("seed 0")
        if speed == "max":
            terminal.latency("m", "  max")  # from then on it trains, and shows nothing of it for 50 s
        terminal.send(key)
        assert terminal.wait_exit() == LEAVING[key]
        assert_restored(terminal)


LISTEN = (
    "import os, select, tty; tty.setcbreak(0); print(os.read(0, 99) if select.select([0], [], [], 1)[0] else 'quiet')"
)


def test_no_answer_of_a_far_terminal_comes_after_the_end() -> None:
    """A shell would take it for typed letters."""
    command = ["sh", "-c", f'"$@"; "{GDTUI[0]}" -c "$LISTEN"', "sh", *LONG, "--speed", "100"]
    with SlowLink(command, rate=1_000_000, delay=0.15, env=environment(LISTEN=LISTEN)) as terminal:
        terminal.wait_for(trained(30))
        terminal.send("q")
        terminal.wait_for("stopped early")
        terminal.wait_exit()
        assert terminal.printed()[-1] == "quiet"
