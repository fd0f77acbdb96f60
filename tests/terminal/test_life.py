"""The real program in a real terminal, from start to scrollback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.looking import MODES, assert_restored, cells, come_to_rest, epoch, spoil, trained
from tests.tui.driving import keys

FINITE = ("--epochs", "20000", "--speed", "10")
"""A run that does not end while a test looks at it, whose lines go by one by one, and that at full speed ends soon."""


def gdtui(*options: str, **others) -> Terminal:
    return Terminal([*GDTUI, *options], **others)


def test_the_whole_life_of_a_run() -> None:
    with gdtui(*FINITE, columns=120, rows=40, in_full=True) as terminal:
        terminal.wait_for(trained(3))
        screen = terminal.screen_text()
        for piece in ("training", "Loss", "blobs and boundary", "Log", "alpha 0.01", "gradient", "accuracy", "q Quit"):
            assert piece in screen

        # The shapes of points that are right and wrong; a single dot may be the head of the loss curve.
        for marker, colour in (("✗✗", "bbe1f6"), ("▲▲", "e69f00")):
            assert terminal.cell(*terminal.find(marker))[:2] == (marker[0], colour)

        terminal.send("up")
        terminal.wait_for("alpha 0.01 → 0.02 from epoch ")
        terminal.wait_for("α 0.02")
        _, row = terminal.find("α 0.02")
        assert "┊" in terminal.lines()[row + 3]

        terminal.send(" ")
        terminal.wait_for("paused")
        here = epoch(terminal)
        terminal.send("n")
        terminal.wait_for(f"epoch #{here + 1}, loss=")
        terminal.wait_for(lambda terminal: epoch(terminal) == here + 1)
        assert "paused" in terminal.screen_text()

        terminal.send("+")
        terminal.wait_for("epochs 20000 → 30000")
        terminal.send(" ", "m")
        terminal.wait_for("all 30000 epochs done")
        terminal.wait_for("Log │ Samples")
        terminal.wait_for("Confusion matrix")
        terminal.wait_for("✓ right")
        assert "true ╲ pred" in terminal.screen_text()

        terminal.send("q")
        terminal.wait_for("30,000 epochs are in no file")
        terminal.send("y")
        assert terminal.wait_exit() == 0
        printed = terminal.printed()
        assert printed[0] == "Sampled activations"
        assert sum("✓ right" in line or "✗ wrong" in line for line in printed) == 10
        assert "Confusion matrix" in printed
        assert printed[-1].startswith("blobs: 30000 epochs, alpha 0.01 → 0.02, loss ")
        assert printed[-1].endswith("(all 30000 epochs done)")
        assert_restored(terminal)


def test_ctrl_c_leaves_with_130_and_the_terminal_restored() -> None:
    with gdtui(*FINITE) as terminal:
        terminal.wait_for(trained(2))
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130
        assert "stopped early" in terminal.printed()[-1]
        assert_restored(terminal)


def test_a_run_that_diverges_says_so_and_leaves_with_1() -> None:
    with gdtui("--alpha", "1e308", "--speed", "max") as terminal:
        terminal.wait_for("diverged")
        terminal.wait_for("is too large")
        terminal.send("q")
        assert terminal.wait_exit() == 1
        assert "alpha 1e+308 is too large" in " ".join(terminal.printed())
        assert_restored(terminal)


def test_bad_data_is_one_line_and_2(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("a,b,label\n1,2,x\n3,oops,y\n")
    with gdtui("--data", "bad.csv", cwd=tmp_path, columns=120, rows=24) as terminal:
        assert terminal.wait_exit() == 2
        [line] = terminal.printed()
        assert line.startswith("gdtui: bad.csv")
        assert "oops" in line
        assert terminal.leftovers() == []


def test_a_csv_file_is_trained_on(tmp_path: Path) -> None:
    rows = [f"{index / 7:.3f},{(index * 37 % 11) / 3:.3f},{'yes' if index > 20 else 'no'}" for index in range(40)]
    (tmp_path / "good.csv").write_text("\n".join(["left,right,answer", *rows]) + "\n")
    with gdtui("--data", "good.csv", "--speed", "max", cwd=tmp_path) as terminal:
        terminal.wait_for("all 100 epochs done")
        screen = terminal.screen_text()
        assert "40 rows, 2 features, standardised" in screen
        assert "yes" in screen
        terminal.send("q")
        assert terminal.wait_exit() == 0


LARGE = ("gdtui  blobs", "Loss", "blobs and boundary", "Log", "gradient", "? Help", "q Quit")
SMALL = ("training", "loss", "accuracy", "? Help", "q Quit")


def test_every_size_and_the_way_from_one_to_another() -> None:
    """At each size there is what is promised for it, also after several changes of size."""
    with gdtui(*FINITE, columns=80, rows=24) as terminal:
        terminal.wait_for(trained(2))
        for columns, rows, pieces, not_there in (
            (40, 12, SMALL, ("blobs and boundary", "Alpha", "[INFO]")),
            (120, 40, LARGE, ()),
            (80, 24, LARGE, ()),
            (20, 5, (), ()),
            (1, 1, (), ()),
            (200, 60, LARGE, ()),
            (40, 12, SMALL, ("blobs and boundary", "Alpha", "[INFO]")),
        ):
            terminal.resize(columns, rows)
            terminal.wait_for(
                lambda terminal, pieces=pieces, not_there=not_there: (
                    all(piece in terminal.emulator.text() for piece in pieces)
                    and not any(piece in terminal.emulator.text() for piece in not_there)
                )
            )
            assert terminal.emulator.size == (columns, rows)
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert_restored(terminal)


def test_after_a_change_of_size_nothing_of_the_old_screen_is_left() -> None:
    """The screen drawn bit by bit, through changes of size, equals that of a run which began at the last size."""
    options = ("--init", "zeros", "--epochs", "5", "--speed", "max")
    with gdtui(*options, columns=120, rows=40) as new:
        new.wait_for("all 5 epochs done")
        new.wait_for("✓ right")
        with gdtui(*options, columns=70, rows=20) as old:
            old.wait_for("all 5 epochs done")
            for size in ((40, 12), (200, 50), (120, 40)):
                old.resize(*size)
            old.wait_for(lambda old: old.emulator.text() == new.emulator.text())


def test_a_screen_drawn_bit_by_bit_is_the_screen_painted_anew() -> None:
    """Through steps, dialogs, tables, scales, sizes: in the end a full repaint changes nothing."""
    with gdtui(*FINITE) as terminal:
        terminal.wait_for(trained(3))
        terminal.send("up")
        terminal.wait_for("α 0.02")
        terminal.send("?")
        terminal.wait_for("Train one epoch")
        terminal.send("?")
        terminal.wait_for(lambda terminal: "Train one epoch" not in terminal.emulator.text())
        terminal.send("t", "l")
        terminal.wait_for("pred")
        terminal.resize(130, 36)
        terminal.send("a")
        terminal.wait_for("the learning rate")
        terminal.send("0.5", "enter")
        terminal.wait_for("alpha 0.5")
        terminal.send("m")
        terminal.wait_for("all 20000 epochs done")
        terminal.wait_for("✓ right")
        come_to_rest(terminal)
        before = cells(terminal)
        spoil(terminal)
        terminal.send("ctrl+l")
        terminal.wait_for(lambda terminal: cells(terminal) == before)
        assert not terminal.emulator.unknown


@pytest.mark.parametrize("key", keys("app.repaint"))
def test_a_spoilt_screen_is_painted_anew(key: str) -> None:
    with gdtui("--epochs", "5", "--speed", "max") as terminal:
        terminal.wait_for("all 5 epochs done")
        terminal.wait_for("✓ right")
        come_to_rest(terminal)
        before = cells(terminal)
        spoil(terminal)
        assert cells(terminal) != before
        terminal.send(key)
        terminal.wait_for(lambda terminal: cells(terminal) == before)


SUSPENDING = keys("app.suspend_process")


def suspend(terminal: Terminal, by: str) -> None:
    if by == "signal":
        terminal.process.send_signal(signal.SIGTSTP)
    else:
        terminal.send(by)
    terminal.wait_for(lambda terminal: not terminal.emulator.is_alternate and not terminal.emulator.leftovers())
    _, how = os.waitpid(terminal.process.pid, os.WUNTRACED)  # or the signal to go on would come too early
    assert os.WIFSTOPPED(how)


@pytest.mark.parametrize("answers", [True, False], ids=["quick terminal", "answers read away by the shell"])
def test_a_suspended_run_goes_on_with_its_screen_whole(answers: bool) -> None:
    """ctrl+z and fg. What the terminal answers meanwhile is lost: it goes to the shell."""
    with gdtui("--epochs", "100000000", "--speed", "max") as terminal:
        terminal.wait_for("epoch #")
        for by in (*SUSPENDING, "signal"):
            terminal.wait_for("blobs and boundary")
            frames, terminal.answers = terminal.emulator.frames, answers
            terminal.wait_for(lambda terminal, frames=frames: terminal.emulator.frames >= frames + 2)
            suspend(terminal, by)
            terminal.answers = True
            terminal.process.send_signal(signal.SIGCONT)
            terminal.wait_for(lambda terminal: terminal.emulator.is_alternate)
            terminal.wait_for("blobs and boundary")
            terminal.wait_for("epoch #")
            here = epoch(terminal)
            terminal.wait_for(lambda terminal, here=here: epoch(terminal) > here)
        terminal.send("q")
        terminal.wait_for("epochs are in no file")
        terminal.send("y")
        assert terminal.wait_exit() == 0
        assert_restored(terminal)


def test_a_terminal_that_does_not_answer_any_more_is_waited_for_once() -> None:
    """Each time that it is suspended it would stand still for two seconds."""
    with gdtui("--epochs", "3", "--speed", "max") as terminal:
        terminal.wait_for("all 3 epochs done")
        asked = list[bool]()
        terminal.emulator._answer = lambda _: asked.append(terminal.emulator.is_alternate)
        for _ in range(3):
            suspend(terminal, "signal")
            frames = terminal.emulator.frames
            terminal.process.send_signal(signal.SIGCONT)
            terminal.wait_for(lambda terminal, frames=frames: terminal.emulator.frames > frames)
            terminal.wait_for("blobs and boundary")
        assert asked.count(False) == 1  # by whom the screen has been left already
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130
        assert_restored(terminal)


def test_a_small_window_is_usable() -> None:
    with gdtui("--speed", "max", columns=40, rows=12) as terminal:
        terminal.wait_for("✓ done")
        terminal.send("?")
        terminal.wait_for("Keys")
        terminal.send("escape")
        terminal.wait_for(lambda terminal: "Keys" not in terminal.emulator.text())
        terminal.send("\t")
        terminal.wait_for("all 100 epochs done")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert_restored(terminal)


def test_a_terminal_that_knows_nothing_and_answers_nothing_is_drawn_on_all_the_same() -> None:
    """For as many frames as may be on their way; how it goes on is in `tests/tui/test_pacing.py`."""
    with gdtui("--epochs", "5", "--speed", "max", answers=False, sync=False) as terminal:
        terminal.wait_for("all 5 epochs done")
        terminal.wait_for("✓ right")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert 2026 not in terminal.emulator.ever_set
        assert_restored(terminal)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_dumb_terminal_gets_plain_lines(term: str) -> None:
    with gdtui("--epochs", "3", env={"TERM": term}) as terminal:
        assert terminal.wait_exit() == 0
        assert_plain(terminal)


def test_plain_on_a_terminal_when_asked_for() -> None:
    with gdtui("--plain", "--epochs", "3") as terminal:
        assert terminal.wait_exit() == 0
        assert_plain(terminal)


def test_plain_lines_where_keys_cannot_come_from_a_terminal() -> None:
    with gdtui("--epochs", "3", stdin=subprocess.DEVNULL) as terminal:
        assert terminal.wait_exit() == 0
        assert_plain(terminal)


def assert_plain(terminal: Terminal) -> None:
    printed = terminal.printed()
    assert printed[0] == "[INFO] starting training..."
    assert printed[1].startswith("[INFO] epoch #1, loss=")
    assert printed[-1].startswith("blobs: 3 epochs")
    assert not terminal.emulator.modes


def test_plain_lines_and_not_one_escape_byte_where_output_is_a_pipe() -> None:
    with gdtui("--epochs", "3", stdout=subprocess.PIPE) as terminal:
        assert terminal.process.stdout is not None
        with terminal.process.stdout as pipe:
            output = pipe.read()
        assert terminal.wait_exit() == 0
        assert output.startswith(b"[INFO] starting training...\n[INFO] epoch #1, loss=")
        assert b"\x1b" not in output
        assert terminal.received == 0


def test_with_errors_into_a_file_the_screen_is_still_to_be_seen(tmp_path: Path) -> None:
    """Textual draws by way of standard error: with `2> file`, the screen must not go there."""
    with (tmp_path / "errors").open("wb") as errors:
        with gdtui("--epochs", "3", stderr=errors) as terminal:
            terminal.wait_for("all 3 epochs done")
            if terminal.emulator.is_alternate:
                terminal.send("q")
            assert terminal.wait_exit() == 0
        assert (tmp_path / "errors").read_bytes() == b""


@pytest.mark.parametrize(
    ("locale", "options"),
    [("en_US.ISO-8859-1", []), ("C", []), ("C.UTF-8", ["--ascii"]), ("POSIX", ["--calm"])],
)
def test_a_terminal_without_utf_8_is_drawn_on_with_what_it_has(locale: str, options: list[str]) -> None:
    with gdtui("--epochs", "3", *options, env={"LC_ALL": locale}) as terminal:
        terminal.wait_for("all 3 epochs done")
        terminal.wait_for("boundary")
        assert terminal.screen_text().isascii() or locale.endswith("1")
        assert "+--" in terminal.screen_text()
        assert re.search(r"[.:']{3}", terminal.screen_text())
        terminal.wait_for("left/right Time")
        terminal.latency("?", "shift+left")
        terminal.send("?")
        terminal.wait_for(lambda terminal: "shift+left" not in terminal.emulator.text())
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert_restored(terminal)


def test_a_locale_of_an_unknown_encoding_is_one_line() -> None:
    with gdtui("--epochs", "3", env={"LC_ALL": "en_US.KLINGON"}) as terminal:
        assert terminal.wait_exit() == 2
        assert "the locale en_US.KLINGON has an encoding that cannot be written" in terminal.emulator.text()
        assert not terminal.emulator.ever_set & MODES
