"""Whatever comes from the terminal, the program stays, answers keys, and leaves the terminal as it was."""

from __future__ import annotations

import pytest

from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.looking import assert_restored, trained

ABSURD = {
    "a byte that is no UTF-8": b"\xff\xc3(\xed\xa0\x80",
    "the same in a paste": b"\x1b[200~one\xfftwo\x1b[201~",
    "a paste with controls": b"\x1b[200~\xc2\x9b31m\x1b]0;x\x07\nsecond\x1b[201~",
    "a key beyond Unicode": b"\x1b[1114112u\x1b[97;1;9999999999999999u",
    "keys that are no characters": b"\x1b[55296u\x1b[97;1;55296u\x1b[97;1;27u\x1b[0u",
    "a size of no pixels": b"\x1b[48;40;120;0;0t\x1b[<0;5;5M\x1b[<0;5;5m",
    "a size beyond all bounds": b"\x1b[48;99999;99999;9;9t\x1b[48;0;0;0;0t",
    "a size in pixels that nobody asked for": b"\x1b[?2048;1$y\x1b[?2048;2$y\x1b[48;40;120;800;1200t",
    "a mouse beyond the screen": b"\x1b[<0;9999999;9999999M\x1b[<0;9999999;9999999m\x1b[<999;1;1M\x1b[M\xff\xff\xff",
    "a cursor beyond the screen": b"\x1b[99999999;99999999R",
    "endless sequences": b"\x1b[" + b"9;" * 200 + b"u\x1b]" + b"x" * 200 + b"\x1b\\",
}


@pytest.fixture(scope="module")
def terminal():
    """One program for all of them: each must leave it as able as before."""
    with Terminal([*GDTUI, "--epochs", "100000", "--speed", "10"]) as terminal:
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


def test_a_byte_that_is_no_utf8_is_told_as_such(terminal: Terminal) -> None:
    terminal.send("a")
    terminal.wait_for("enter takes it")
    terminal._send(b"one\xfftwo")
    terminal.wait_for("one�two")
    close_all(terminal)
