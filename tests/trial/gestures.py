"""What a monkey does at a terminal: each gesture makes the bytes that a terminal sends, or does something to it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from random import Random

from tests.trial.stage import Stage, until

LETTERS = " n.+-><mpfblti?rRsLH\r" + "123456[]{}cuvzX" + "0789"
"""Keys of the app that are one letter, enter, and digits that name a class; those that open more than the help are
gestures of their own."""
SEQUENCES = tuple(
    f"\x1b[{end}".encode()
    for end in ("A", "B", "C", "D", "H", "F", "5~", "6~", "Z", "1;2C", "1;2D", "3~", "2~", "11~", "24~", "1;5A", "E")
)
"""Arrows and their like, with and without modifiers."""
WORDS = ("0.5", "1e308", "-3", "nan", "", "500", "1e5", "ä🙂中", "[red]x[/]", "[/x]", "a" * 300, "\x7f\x7f", "../x")
"""Answers to questions."""
REPORTS = (
    *(b"\x1b[1;1R", b"\x1b[999;999R", b"\x1b[?62;22c", b"\x1b[?2026;2$y", b"\x1b[0n", b"\x1b]11;rgb:0/0/0\x1b\\"),
    *(b"\x1b[97;5u", b"\x1b[8;40;120t", b"\x1bP>|x\x1b\\", b"\x1bOP", b"\x1b\x1b[A", b"\x1b[?1;2c"),
)
"""What terminals say without being asked, or late."""
ABSURD = (
    *(b"\x1b[1114112u", b"\x1b[99999999999u", b"\x1b[48;40;120;0;0t\x1b[<0;5;5M", b"\x1b[48;0;0;0;0t", b"\x1b[55296u"),
    *(b"\x1b[97;1:3u", b"\x1b[97;999999u", b"\x1b[<0;99999999;1M", b"\x1b[<999999;1;1M", b"\x1b[-1;-1R"),
    *(b"\x1b[48;1;1;-1;-1t", b"\x1b[99999999;99999999R"),
)
"""What no terminal says, but for a broken one."""
NOT_UTF_8 = (b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"caf\xe9", b"\x80")
BIG = 10_000


def keys(chance: Random, stage: Stage) -> None:
    """A key, or several in one read."""
    for _ in range(chance.choice((1, 1, 1, 3, 10))):
        key = chance.choice(LETTERS).encode() if chance.random() < 0.6 else chance.choice(SEQUENCES)
        stage.type(key)


def paste(chance: Random, stage: Stage) -> None:
    """10 kB, wherever the keys go."""
    alphabet = chance.choice(("abc 123.,", "äé中🙂", "\x1b[]0;\x07\x00\n\t", "[/]@click=\"'("))
    text = "".join(chance.choices(alphabet, k=BIG)) if chance.random() < 0.5 else chance.choice(WORDS)
    stage.type(b"\x1b[200~" + text.replace("\x1b[201~", "").encode() + b"\x1b[201~")


def mouse(chance: Random, stage: Stage) -> None:
    """A press, a release, a move or a turn of the wheel, also where there is no screen. Of the lowest row, where a
    click may be on "q Quit", there is enough in the keys."""
    columns, rows = stage.emulator.size
    place = chance.randint(0, columns + 3), chance.choice((chance.randint(0, max(0, rows - 2)), rows + 5))
    button = chance.choice((0, 0, 0, 1, 2, 32, 35, 64, 65, 16))
    events = "Mm" if button < 3 else "M"
    stage.type("".join(f"\x1b[<{button};{place[0]};{place[1]}{end}" for end in events).encode())


def drag(chance: Random, stage: Stage) -> None:
    """A press, moves with the button held, also beyond the window, and mostly a release; keys may come in between."""
    columns, rows = stage.emulator.size
    button, end = chance.choice((0, 0, 0, 1, 2)), max(1, rows - 2)
    at = chance.randint(1, columns), chance.randint(1, end)
    stage.type(b"\x1b[<%d;%d;%dM" % (button, *at))
    for _ in range(chance.choice((1, 3, 20))):
        at = max(1, at[0] + chance.randint(-9, 9)), min(max(1, at[1] + chance.randint(-4, 4)), end)
        stage.type(b"\x1b[<%d;%d;%dM" % (32 + button, *at))
        if chance.random() < 0.1:
            stage.type(chance.choice(LETTERS).encode())
            settle(chance, stage)
    if chance.random() < 0.9:
        stage.type(b"\x1b[<%d;%d;%dm" % (button, *at))


def point(chance: Random, stage: Stage) -> None:
    """The cursor in a chart: moved, clicked with, and mostly put away."""
    stage.type(chance.choice((b"c", b"1c", b"2c", b"22c", b"3c", b"cv")))
    for _ in range(chance.choice((1, 3, 10))):
        stage.type(chance.choice((*SEQUENCES, b"\r", b"\r", b"0", b"1", b"2", b"7", b"u")))
        settle(chance, stage)
    stage.type(chance.choice((b"c", b"c", b"\x1b", b" ")))


def focus(chance: Random, stage: Stage) -> None:
    stage.type(chance.choice((b"\x1b[I", b"\x1b[O", b"\x1b[O\x1b[I")))


def resize(chance: Random, stage: Stage) -> None:
    """Also several in quick succession."""
    for _ in range(chance.choice((1, 1, 1, 4))):
        stage.resize(*chance.choice(((1, 1), (300, 100), (chance.randint(1, 300), chance.randint(1, 100)), (120, 40))))


def suspend(chance: Random, stage: Stage) -> None:
    """ctrl+z, or the signal, and the shell's fg."""
    if chance.random() < 0.5:
        stage.process.send_signal(signal.SIGTSTP)
    else:
        stage.type(b"\x1a")
    until(lambda: stage.has_state("T") or stage.has_ended, 1)
    stage.process.send_signal(signal.SIGCONT)


def quit_among_keys(chance: Random, stage: Stage) -> None:
    """q, which asks first where much would be lost, and keys right after it."""
    stage.type(b"q")
    for _ in range(chance.choice((0, 1, 10, 30))):
        stage.type(chance.choice(b"?aewdqy").to_bytes())
        until(lambda: stage.has_ended, chance.choice((0, 0.005)))


def freeze(chance: Random, stage: Stage) -> None:
    """Stopped from outside, of which it cannot know, and let go on; or told to go on where it was not stopped."""
    if chance.random() < 0.7:
        stage.process.send_signal(signal.SIGSTOP)
        until(lambda: stage.has_state("T") or stage.has_ended, 1)
    stage.process.send_signal(signal.SIGCONT)


def garbage(chance: Random, stage: Stage) -> None:
    """Random bytes that are ASCII, half of them of escape sequences. Control letters that are gestures of their own,
    and enter, are not among them."""
    alphabet = [*range(0x20, 0x7F), 0x09, 0x0B, 0x0C, 0x0E, *(27, 91, 59, 48, 57, 63, 60, 77, 109, 117, 116, 82) * 8]
    stage.type(bytes(chance.choices([byte for byte in alphabet if chr(byte) not in "adewq"], k=chance.randint(1, 60))))


def not_utf_8(chance: Random, stage: Stage) -> None:
    """Bytes that are no text, alone, among keys, or in a paste."""
    some = chance.choice((*NOT_UTF_8, chance.randbytes(20)))
    stage.type(chance.choice((b"%b", b"n%bn", b"\x1b[200~%b\x1b[201~")) % some)


def reports(chance: Random, stage: Stage) -> None:
    stage.type(chance.choice(REPORTS))


def absurd_reports(chance: Random, stage: Stage) -> None:
    stage.type(chance.choice(ABSURD))


def answers(chance: Random, stage: Stage) -> None:
    """Alpha, epochs or a file name is asked for, and something is answered."""
    stage.type(chance.choice(b"aew").to_bytes())
    stage.type(chance.choice(WORDS).encode())
    settle(chance, stage)
    stage.type(chance.choice((b"\r", b"\x1b")))
    settle(chance, stage)


def two_enters(chance: Random, stage: Stage) -> None:
    """Into a question, a list or the palette, in one read."""
    stage.type(chance.choice((b"a", b"e", b"d", b"w", b"\x10", b"?")))
    settle(chance, stage)
    stage.type(b"\r\r")


def choose_data(chance: Random, stage: Stage) -> None:
    """Other data, also while it is drawn."""
    stage.type(b"d")
    settle(chance, stage)
    stage.type(chance.choice((b"", b"\x1b[A", b"\x1b[B", b"\x1b[B\x1b[B")) + b"\r")


def palette(chance: Random, stage: Stage) -> None:
    """The command palette; never its way out, which other gestures have."""
    stage.type(b"\x10")
    settle(chance, stage)
    stage.type(chance.choice((b"", b"table", b"zzz", b"theme", b"\x1b[6~", b"\x1b[5~\x1b[6~", b"\x1b[B\x1b[B")))
    settle(chance, stage)
    stage.type(chance.choice((b"\r", b"\x1b", b"\x10", b"")))


def record(chance: Random, stage: Stage) -> None:
    stage.type(b"\x12")


def settle(chance: Random, stage: Stage) -> None:
    """A moment, as people and networks leave between two keys."""
    until(lambda: stage.has_ended, chance.choice((0.02, 0.1)))


GESTURES: dict[str, tuple[float, Callable[[Random, Stage], None]]] = {
    "keys": (10, keys),
    "paste": (2, paste),
    "mouse": (5, mouse),
    "drag": (3, drag),
    "point": (2, point),
    "focus": (2, focus),
    "resize": (3, resize),
    "suspend": (1, suspend),
    "freeze": (1, freeze),
    "quit-among-keys": (0.1, quit_among_keys),
    "garbage": (3, garbage),
    "not-utf-8": (1, not_utf_8),
    "reports": (2, reports),
    "absurd-reports": (1, absurd_reports),
    "answers": (2, answers),
    "two-enters": (1, two_enters),
    "choose-data": (1, choose_data),
    "palette": (1, palette),
    "record": (1, record),
}
"""Each with how often it comes; what may end a story comes seldom, so that there is one."""
