"""Should the program itself fail: first the terminal is as it was, then one line says what, and how the run goes on."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from gdtui.runs.reader import RunFile
from tests.terminal.harness import Terminal
from tests.terminal.looking import assert_restored

BROKEN = """
import sys
from importlib import import_module
from pathlib import Path
name, number = sys.argv.pop(1), 0
module, owner, function = name.split(":")
owner = getattr(import_module(module), owner)
whole = getattr(owner, function)
def has_begun():
    run = Path("my run.jsonl")
    return "--save" not in sys.argv or run.exists() and b'"epoch":' in run.read_bytes()
def broken(*arguments, **options):
    global number
    number += 1
    if number > 8 and has_begun():
        raise ArithmeticError("a fault\\x1b[31m of ours")
    return whole(*arguments, **options)
setattr(owner, function, broken)
from gdtui.cli import main
sys.exit(main())
"""
"""The command line, of which something fails at the ninth call or later, when the run has begun."""
FAULTS = {
    "the session": "gdtui.session.session:Session:turn",
    "a drawing": "gdtui.tui.workspace:Workspace:draw",
    "the screen": "gdtui.tui.workspace:Workspace:show",
    "what is sent": "gdtui.wire.terminal:TerseApp:send",
    "the input": "gdtui.wire.driver:OutputDriver:take",
}


def broken(fault: str, *options: str, folder: Path, columns: int = 400) -> Terminal:
    command = [sys.executable, "-c", BROKEN, fault, "--epochs", "100000", "--speed", "20", *options]
    return Terminal(command, columns=columns, cwd=folder, env={"TMPDIR": str(folder)})


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_fails_is_told_on_a_terminal_as_it_was(fault: str, tmp_path: Path) -> None:
    with broken(fault, "--save", "my run.jsonl", folder=tmp_path) as terminal:
        assert terminal.wait_exit() == 70
        assert_restored(terminal)
        [line] = terminal.printed()
    told = re.fullmatch(
        r"gdtui: failed in \S+, line \d+: ArithmeticError: a fault�\[31m of ours; the run is whole in my run\.jsonl; "
        r"gdtui resume 'my run\.jsonl' goes on; the traceback is in (\S+)",
        line,
    )
    assert told is not None, line
    assert "Traceback" in Path(told[1]).read_text()
    assert RunFile(str(tmp_path / "my run.jsonl")).branch is not None


@pytest.mark.parametrize("plain", [[], ["--plain"]], ids=["screen", "plain"])
def test_the_traceback_can_be_had_on_the_screen(plain: list[str], tmp_path: Path) -> None:
    with broken(FAULTS["the session"], "--debug", *plain, folder=tmp_path) as terminal:
        assert terminal.wait_exit() == 70
        assert terminal.leftovers() == []
        printed = terminal.printed()
    assert "Traceback (most recent call last):" in printed
    assert any(line.startswith("gdtui: failed in ") for line in printed)
    assert not list(tmp_path.iterdir())


def test_so_is_what_fails_in_a_thread_beside_the_frames(tmp_path: Path) -> None:
    with broken("gdtui.views.later:Later:_do_next", "--save", "my run.jsonl", folder=tmp_path) as terminal:
        terminal.wait_for("epoch #")
        terminal.send("5")
        assert terminal.wait_exit() == 70
        assert_restored(terminal)
        [line] = terminal.printed()
    assert re.match(r"gdtui: failed in \S+, line \d+: ArithmeticError: a fault.*; the run is whole in ", line), line
