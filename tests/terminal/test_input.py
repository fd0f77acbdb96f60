"""Whatever comes from the terminal, the program stays, answers keys, and leaves the terminal as it was."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import pytest

from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.looking import assert_restored, trained

ABSURD = {
    "a byte that is no UTF-8": b"\xff\xc3(\xed\xa0\x80",
    "the same in a paste": b"\x1b[200~one\xfftwo\x1b[201~",
    "a paste with controls": b"\x1b[200~\xc2\x9b31m\x1b]0;y\x07\ntjk\x1b[201~",  # no letter that opens a dialog
    "a key beyond Unicode": b"\x1b[1114112u\x1b[97;1;9999999999999999u",
    "keys that are no characters": b"\x1b[55296u\x1b[97;1;55296u\x1b[97;1;27u\x1b[0u",
    "a size of no pixels": b"\x1b[48;40;120;0;0t\x1b[<0;5;5M\x1b[<0;5;5m",
    "a size beyond all bounds": b"\x1b[48;99999;99999;9;9t\x1b[48;0;0;0;0t",
    "a size in pixels that nobody asked for": b"\x1b[?2048;1$y\x1b[?2048;2$y\x1b[48;40;120;800;1200t",
    "a mouse beyond the screen": b"\x1b[<0;9999999;9999999M\x1b[<0;9999999;9999999m\x1b[<999;1;1M\x1b[M\xff\xff\xff",
    "a cursor beyond the screen": b"\x1b[99999999;99999999R",
    "endless sequences": b"\x1b[" + b"9;" * 200 + b"u\x1b]" + b"y" * 200 + b"\x1b\\",
}


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory):
    """One program for all of them: each must leave it as able as before. Garbage has keys in it that make files."""
    folder = tmp_path_factory.mktemp("garbage")
    with Terminal([*GDTUI, "--epochs", "100000", "--speed", "10"], cwd=folder) as terminal:
        terminal.wait_for(trained(2))
        yield terminal
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130
        assert_restored(terminal)


ESCAPE = "\x1b[27u"
"""As a key of its own, whatever follows."""


def close_all(terminal: Terminal) -> None:
    """What the keys among the garbage may have opened."""
    terminal.send(ESCAPE)
    terminal.wait_for(lambda terminal: "enter takes it" not in terminal.emulator.text())


@pytest.mark.parametrize("data", ABSURD.values(), ids=ABSURD)
def test_keys_are_answered_after_garbage(terminal: Terminal, data: bytes) -> None:
    terminal._send(data)
    terminal.send(ESCAPE, "a")
    terminal.wait_for("enter takes it")
    terminal._send(data)  # also into an input
    close_all(terminal)
    terminal.latency("?", "Train one epoch")
    terminal.latency("?", lambda terminal: "Train one epoch" not in terminal.emulator.text())
    assert not terminal.emulator.unknown


UNKNOWN = "\x1b[?q;1;2c", "\x1bPq>|q\x1b\\", "\x1b]11;rgb:q/0/0\x1b\\", "\x1b[8;40;120tq", "\x1b[?q"


@pytest.mark.parametrize("sequence", UNKNOWN)
def test_no_letter_of_a_sequence_that_nobody_knows_is_a_key(terminal: Terminal, sequence: str) -> None:
    """There is a q in each, by which it would end; what comes after it counts."""
    terminal.send(sequence + ESCAPE)
    terminal.latency("?", "Train one epoch")
    terminal.latency("?", lambda terminal: "Train one epoch" not in terminal.emulator.text())


def test_a_byte_that_is_no_utf8_is_told_as_such(terminal: Terminal) -> None:
    terminal.send("a")
    terminal.wait_for("enter takes it")
    terminal._send(b"one\xfftwo")
    terminal.wait_for("one�two")
    close_all(terminal)


def test_text_that_comes_at_once_is_a_paste_also_where_the_terminal_does_not_say_so(terminal: Terminal) -> None:
    """Else each letter is a key, and among them is q. An input of numbers refuses it as a whole."""
    binary = "".join(Random(0).choices("\x1b[]0;\x07\x00\n\t", k=10_000))
    for opened, text in product(("", "a"), ("the quick brown fox jumps over the lazy dog\r" * 200, binary)):
        terminal.send(opened)
        terminal.wait_for("enter takes it" if opened else "alpha")
        terminal.send(text + ESCAPE)
        terminal.wait_for(lambda terminal: "enter takes it" not in terminal.emulator.text())
        terminal.latency("?", "Train one epoch")
        terminal.latency("?", lambda terminal: "Train one epoch" not in terminal.emulator.text())


@pytest.mark.parametrize(
    ("keys", "alpha"),
    [
        ("\x150.3\r", "0.3"),  # ctrl+u
        ("\x01\x0b0.4\r", "0.4"),  # ctrl+a, ctrl+k
        ("0.7\x7f5\r", "0.5"),  # backspace
        ("9\x1b[D0.\x1b[F\x7f6\r", "0.6"),  # left, End, backspace
    ],
)
def test_keys_and_letters_that_come_in_one_read_keep_their_order(terminal: Terminal, keys: str, alpha: str) -> None:
    terminal.send("a")
    terminal.wait_for("enter takes it")
    terminal.send(keys)
    terminal.wait_for(f"alpha {alpha} ")


PALETTE, PAGE_DOWN, ENTERS = "\x10", "\x1b[6~", "\r\r\r"
HASTE = {
    "a page of a list that is not there yet": ("", PALETTE + PAGE_DOWN * 2),
    "the same after what was typed": ("", PALETTE + "change" + PAGE_DOWN + ENTERS),
    "answers in a palette that is not there yet": ("", PALETTE + ENTERS),
    "answers in the palette": (PALETTE + "raise", ENTERS),
    "answers in the list of themes": (PALETTE + "change theme\r", ENTERS),
    "answers in a list": ("d", ENTERS),
    "answers to a question": ("a", ENTERS),
    "questions that follow each other": ("", "a\ra\re\re\r"),
    "the help": ("", "???\r??"),
}


def draw_on(terminal: Terminal, frames: int = 5) -> None:
    """It goes on: there are new frames."""
    wanted = terminal.emulator.frames + frames
    terminal.wait_for(lambda terminal: terminal.emulator.frames >= wanted or "‖ paused" in terminal.screen_text())


def leave(terminal: Terminal) -> None:
    draw_on(terminal)
    terminal.send("ctrl+c")
    assert terminal.wait_exit() == 130
    assert_restored(terminal)


@pytest.mark.parametrize(("first", "keys"), HASTE.values(), ids=HASTE)
def test_keys_may_come_faster_than_they_are_answered(first: str, keys: str, tmp_path: Path) -> None:
    with Terminal([*GDTUI, "--epochs", "100000", "--speed", "10"], cwd=tmp_path) as terminal:
        terminal.wait_for(trained(2))
        if first:
            terminal.send(first)
            draw_on(terminal)
        terminal.send(keys)
        leave(terminal)


@pytest.mark.parametrize("columns", [4, 1])
@pytest.mark.parametrize("key", [PALETTE, "d"])
def test_the_palette_and_lists_stand_a_window_of_a_few_columns(key: str, columns: int) -> None:
    with Terminal([*GDTUI, "--epochs", "100000", "--speed", "10"]) as terminal:
        terminal.wait_for(trained(2))
        terminal.latency(key, "Run: Pause" if key == PALETTE else "Train on")
        terminal.resize(columns, 20)
        draw_on(terminal, frames=1)
        terminal.resize(120, 40)
        leave(terminal)
