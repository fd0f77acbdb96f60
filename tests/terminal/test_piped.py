"""`python train.py | gdtui watch -`: the program's output on fd 0, the keys from the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.looking import assert_restored


class Program:
    """What writes into the pipe."""

    def __init__(self) -> None:
        self.source, self._end = os.pipe()
        self._steps = 0

    def train(self, steps: int) -> None:
        """Raises BrokenPipeError where nobody reads any more."""
        for _ in range(steps):
            self._steps += 1
            os.write(self._end, b"\x1b[1mstep %d\x1b[0m train/loss=%.4f\n" % (self._steps, 1 / self._steps))

    def close(self) -> None:
        os.close(self._end)


@pytest.fixture
def program() -> Iterator[Program]:
    yield (made := Program())
    os.close(made.source)


def is_left(terminal: Terminal) -> bool:
    return not terminal.emulator.is_alternate


def test_keys_come_from_the_terminal_and_the_end_of_the_input_is_told(program: Program, tmp_path: Path) -> None:
    with Terminal([*GDTUI, "watch", "-", "--tee", "train.log"], stdin=program.source, cwd=tmp_path) as terminal:
        program.train(20)
        terminal.wait_for("step 20 train/loss=0.0500")
        terminal.send("?")
        terminal.wait_for("Leave at once")
        terminal.send("escape")
        program.train(5)
        terminal.wait_for("step 25 train/loss=0.0400")
        program.close()
        terminal.wait_for("ended")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert_restored(terminal)
        assert "goes on" not in "\n".join(terminal.printed())
    assert (tmp_path / "train.log").read_bytes().count(b"\x1b[1mstep ") == 25


def test_who_leaves_does_not_end_the_program(program: Program, tmp_path: Path) -> None:
    with Terminal([*GDTUI, "watch", "-", "--tee", "train.log"], stdin=program.source, cwd=tmp_path) as terminal:
        program.train(20)
        terminal.wait_for("step 20 train/loss=0.0500")
        terminal.send("q")
        terminal.wait_for(lambda terminal: is_left(terminal) and "the program goes on" in "\n".join(terminal.printed()))
        assert_restored(terminal)
        program.train(10_000)  # more than a pipe holds
        program.close()
        assert terminal.wait_exit() == 0
    assert (tmp_path / "train.log").read_bytes().count(b"\x1b[1mstep ") == 10_020


@pytest.mark.parametrize("left_before", [False, True])
def test_ctrl_c_ends_both_and_leaves_the_terminal_as_it_was(program: Program, left_before: bool) -> None:
    with Terminal([*GDTUI, "watch", "-"], stdin=program.source) as terminal:
        program.train(20)
        terminal.wait_for("step 20 train/loss=0.0500")
        if left_before:
            terminal.send("q")
            terminal.wait_for(lambda terminal: "the program goes on" in "\n".join(terminal.printed()))
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130
        assert_restored(terminal)


def test_what_others_write_over_the_screen_is_gone_in_a_moment(program: Program) -> None:
    def is_whole(terminal: Terminal) -> bool:
        first, *_, last = terminal.emulator.lines()
        return not spoilt & {*terminal.emulator.text().split()} and "20 records" in first and "Quit" in last

    with Terminal([*GDTUI, "watch", "-"], stdin=program.source) as terminal:
        program.train(20)
        spoilt = set[str]()
        terminal.wait_for(is_whole)
        for word, written in (("Traceback", b"\x1b[31mTraceback\n" * 60), ("50%|####", b"\r 50%|#### |\r")):
            spoilt = {word}
            with open(terminal.tty, "wb", 0) as others:
                others.write(written)
            terminal.wait_for(word)
            terminal.wait_for(is_whole)
            assert terminal.cell(*terminal.find("records")).fg != "red"
        terminal.send("/")
        terminal.wait_for(lambda terminal: "Quit" not in terminal.lines()[-1])
        terminal.send("escape")
        terminal.wait_for(is_whole)
        terminal.send("q")
        program.close()
        assert terminal.wait_exit() == 0
        assert_restored(terminal)


def test_nothing_piped_in_is_told() -> None:
    with Terminal([*GDTUI, "watch", "-"]) as terminal:
        assert terminal.wait_exit() == 2
        assert "nothing is piped into it" in terminal.printed()[-1]
