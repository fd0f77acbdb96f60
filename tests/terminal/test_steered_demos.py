"""The training scripts of demos/, steered by the keys of a `gdtui watch` in a real terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.script.reading import lines_of, marks_of, records_of
from tests.terminal.harness import GDTUI, Terminal

DEMOS = Path(__file__).parents[2] / "demos"


@pytest.mark.parametrize(("demo", "alpha", "higher"), [("steered_loop", 0.05, 0.1), ("steered_sklearn", 0.001, 0.002)])
def test_a_training_script_is_steered_by_keys(tmp_path: Path, demo: str, alpha: float, higher: float) -> None:
    path = tmp_path / "run.jsonl"
    with (
        subprocess.Popen([sys.executable, str(DEMOS / f"{demo}.py"), str(path)]) as script,
        Terminal([*GDTUI, "watch", str(path)]) as terminal,
    ):
        try:
            terminal.wait_for(f"alpha {alpha:g}", 60)
            terminal.send("up")
            terminal.wait_for(f": alpha {higher:g} (by ")
            terminal.send(" ")
            terminal.wait_for(": paused (by ")
            done = len(records_of(path))
            terminal.send(" ")
            terminal.wait_for(": goes on (by ")
            terminal.wait_for(lambda _: len(lines_of(path)) > done + 10)
            terminal.send("E", "E")
            terminal.wait_for(": ended: the script has ended")
            assert script.wait(60) == 0
            terminal.send("q")
            assert terminal.wait_exit() == 0
        finally:
            script.kill()
    took = [mark["steered"] for mark in marks_of(path, "steered")]
    assert took == [{"alpha": higher}, {"paused": True}, {"paused": False}, {"stop": True}]
    assert [one.name for one in tmp_path.iterdir()] == ["run.jsonl"]
