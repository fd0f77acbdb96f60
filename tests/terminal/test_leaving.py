"""Leaving, by key or by signal, at any moment: at once, with the exit code that tells how, and nothing left behind."""

from __future__ import annotations

import os
import signal

import pytest

from gdtui.recording.emulator import KNOWN_MODES
from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.looking import assert_restored, trained

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


def test_stopping_and_going_on_at_full_speed_without_end() -> None:
    """No signal is heeded in the midst of a write."""
    with Terminal([*LONG, "--speed", "max", "--fps", "100"]) as terminal:
        terminal.wait_for("epoch #")
        for _ in range(30):
            terminal.process.send_signal(signal.SIGTSTP)
            terminal.wait_for(lambda terminal: not terminal.emulator.is_alternate)
            _, how = os.waitpid(terminal.process.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(how)
            terminal.process.send_signal(signal.SIGCONT)
            terminal.wait_for(lambda terminal: terminal.emulator.is_alternate)
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
