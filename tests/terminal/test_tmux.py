"""The real program in tmux: it lives on without a client, and whoever attaches sees the same screen."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyte.screens import Char

from gdtui.recording.emulator import Emulator
from tests.terminal.harness import GDTUI, Terminal, environment

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

ROOT = Path(__file__).parents[2]
LOOKS = 0.05
"""Seconds between two looks at a window that nobody is attached to: tmux does not say when it changes."""


class Tmux:
    """A server of its own with one window, in which a shell runs."""

    def __init__(self, columns: int, rows: int) -> None:
        self._folder = tempfile.TemporaryDirectory()  # pytest's own path may be too long for a socket
        self._socket = os.path.join(self._folder.name, "socket")
        settings = (
            ("set", "-g", "status", "off"),
            ("set", "-g", "default-terminal", "tmux-256color"),
            ("set", "-as", "terminal-features", ",xterm-256color:RGB"),
            ("new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", str(ROOT), "sh"),
        )
        self(*(word for command in settings for word in (*command, ";")))

    def command(self, *arguments: str) -> list[str]:
        # Without TMUX, or tmux would refuse to run in a tmux that the tests are started from.
        return ["env", "-u", "TMUX", "tmux", "-u", "-S", self._socket, "-f", os.devnull, *arguments]

    def __call__(self, *arguments: str) -> str:
        """What tmux says to this command."""
        return subprocess.run(
            self.command(*arguments), env=environment(), check=True, capture_output=True, text=True, timeout=20
        ).stdout

    def send(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        self("send-keys", *keys)

    def screen(self, *options: str) -> str:
        lines = self("capture-pane", "-p", *options).split("\n")
        return "\n".join(line.rstrip() for line in lines).rstrip("\n")

    def wait_for(self, *pieces: str, holds: Callable[[str], bool] = bool, timeout: float = 20) -> str:
        """Wait until the window shows all of these, and this holds of it. Returns what it then shows."""
        end = time.monotonic() + timeout
        while not (all(piece in (screen := self.screen()) for piece in pieces) and holds(screen)):
            if time.monotonic() > end:
                raise TimeoutError(f"{timeout} s passed without {pieces}; the screen:\n{screen}")
            time.sleep(LOOKS)
        return screen

    def attach(self, columns: int, rows: int) -> Terminal:
        """A client in a terminal of its own."""
        return Terminal(self.command("attach-session"), columns, rows)

    def close(self) -> None:
        subprocess.run(self.command("kill-server"), capture_output=True, timeout=20)
        self._folder.cleanup()


@pytest.fixture
def tmux() -> Iterator[Tmux]:
    server = Tmux(120, 40)
    try:
        yield server
    finally:
        server.close()


def begin(tmux: Tmux, *options: str) -> None:
    """Type the command at the shell's prompt, below a line that says that the shell was here."""
    tmux.send("echo before: $((1 + 1))", "Enter")
    tmux.wait_for("before: 2")
    tmux.send(shlex.join((*GDTUI, *options)), "Enter")


def fills(screen: str, columns: int, rows: int) -> bool:
    """Whether this is as high as that, and as wide but for a blank or two at its right."""
    lines = screen.split("\n")
    return len(lines) == rows and columns - 2 <= max(map(len, lines)) <= columns


def differences(client: Terminal, tmux: Tmux) -> list[tuple[int, int, Char, Char]]:
    """Column, row, and what the client and what tmux has there; the colours of blanks are not looked at."""
    columns, rows = client.emulator.size
    kept = Emulator(columns, rows)
    kept.feed(tmux("capture-pane", "-p", "-e").rstrip("\n").replace("\n", "\r\n").encode())
    cells = ((x, y, client.cell(x, y), kept.cell(x, y)) for y in range(rows) for x in range(columns))
    return [(x, y, seen, own) for x, y, seen, own in cells if seen != own and (seen.data, own.data) != (" ", " ")]


def assert_same_screen(client: Terminal, tmux: Tmux, timeout: float = 6) -> None:
    """Each character and colour that tmux keeps for the window at rest is what its client shows, once it is there."""
    end = time.monotonic() + timeout
    while found := differences(client, tmux):
        assert time.monotonic() < end, found
        time.sleep(LOOKS)


def test_training_and_steering_in_tmux_and_back_to_the_shell(tmux: Tmux) -> None:
    begin(tmux, "--epochs", "20000", "--speed", "10")  # it does not end by itself while this looks
    screen = tmux.wait_for("[INFO] epoch #", "●")
    for piece in ("training", "Loss", "blobs and boundary", "Log", "alpha 0.01", "gradient", "accuracy", "q Quit"):
        assert piece in screen
    assert "●" in screen
    assert "▲" in screen
    assert "before: 2" not in screen

    tmux.send("Up")
    tmux.wait_for("alpha 0.01 → 0.02 from epoch ", "α 0.02")
    tmux.send("Space")
    tmux.wait_for("paused")
    tmux.send("m", "Space")
    tmux.wait_for("all 20000 epochs done", "✓ right", "Confusion matrix")

    tmux.send("q")
    tmux.wait_for("20,000 epochs are in no file")
    tmux.send("y")
    tmux.wait_for("\nblobs: 20000 epochs, alpha 0.01 → 0.02, loss ")  # what is typed earlier, the program reads away
    tmux.send("echo code: $?", "Enter")
    screen = tmux.wait_for("code: 0")
    printed = screen.split("\n")
    assert "before: 2" in screen
    assert "Sampled activations" in printed
    assert "Confusion matrix" in printed
    assert "q Quit" not in screen
    state = tmux("display-message", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag} #{pane_current_command}")
    assert state.split() == ["0", "0", "1", "sh"]


def test_a_window_of_another_size_in_tmux(tmux: Tmux) -> None:
    begin(tmux, "--epochs", "100000000", "--speed", "max")
    tmux.wait_for("[INFO] epoch #", "q Quit")
    for columns, rows, pieces in (
        (40, 12, ("training", "accuracy", "? Help")),
        (80, 24, ("blobs and boundary", "Loss", "q Quit")),
        (200, 50, ("blobs and boundary", "Loss", "q Quit")),
    ):
        tmux("resize-window", "-x", str(columns), "-y", str(rows))
        tmux.wait_for(*pieces, holds=lambda screen, size=(columns, rows): fills(screen, *size))


def test_who_attaches_sees_the_same_screen_and_who_detaches_leaves_it_running(tmux: Tmux) -> None:
    begin(tmux, "--epochs", "100000000", "--speed", "max")
    tmux.wait_for("[INFO] epoch #", "blobs and boundary")
    with tmux.attach(120, 40) as client:
        client.wait_for("[INFO] epoch #")
        client.send("up")
        client.wait_for("alpha 0.01 → 0.02 from epoch ")
        client.send(" ")
        client.wait_for("paused")
        client.wait_for("● ")
        assert_same_screen(client, tmux)
        assert client.cell(*client.find("●"))[:2] == ("●", "56b4e9")
        tmux("detach-client")
        assert client.wait_exit() == 0
        assert client.leftovers() == []

    there = tmux.wait_for("paused")
    tmux.send("Space")
    tmux.wait_for("training", holds=lambda screen: screen != there)
    tmux.send("Space")
    tmux.wait_for("paused")
    with tmux.attach(120, 40) as client:
        client.wait_for("paused")
        assert_same_screen(client, tmux)
        client.send(" ")
        client.wait_for("training")
        client.send("q")
        client.wait_for("epochs are in no file")
        client.send("y")
        client.wait_for("stopped early")
        assert "q Quit" not in client.screen_text()
