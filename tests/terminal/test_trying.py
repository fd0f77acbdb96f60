"""enter in a real terminal: what the verdict proposes is tried, and comes out confirmed or refuted."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from tests.terminal.harness import GDTUI, Terminal

MOONS = ("--data", "moons", "--noise", "0.3", "--init", "0.5,0.5,0.5", "--epochs", "20000", "--speed", "100")
PROPOSING = """
import sys
from gdtui.session import judging
from gdtui.why.verdict import Kind, Remedy, Verdict
remedy = Remedy(3, (("alpha", {}),))
judging.judge = lambda run, moment, limits: Verdict(Kind.BOUNCING, moment.epoch, "bouncing", remedy=remedy)
from gdtui.cli import main
sys.exit(main())
"""
"""gdtui with a verdict that proposes an alpha, whatever it is."""


@pytest.mark.parametrize(
    ("alpha", "told", "size"),
    [("10.0", "✓ confirmed: loss", (100, 30)), ("1e-05", "✗ refuted: loss", (40, 12))],
)
@pytest.mark.parametrize("stands", [True, False])
def test_enter_tries_the_remedy(tmp_path: Path, alpha: str, told: str, size: tuple[int, int], stands: bool) -> None:
    path = tmp_path / "run.jsonl"
    command = [sys.executable, "-c", PROPOSING.format(alpha), *MOONS, "--alpha", "20", "--save", str(path)]
    with Terminal(command, *size) as terminal:
        terminal.wait_for(f"! bouncing; enter tries alpha {float(alpha):g}")
        terminal.wait_for(lambda terminal: re.search(r"[4-9]\d/20,000", terminal.emulator.text()) is not None)
        if stands:
            terminal.send(" ")
            terminal.wait_for("‖")
        terminal.send("enter")
        terminal.wait_for("trying alpha")
        terminal.wait_for(told)
        terminal.wait_for("‖" if stands else "▶")
        lines = map(json.loads, path.read_text().splitlines())
        (outcome,) = [line for line in lines if line.get("kind") == "proved"]
        assert outcome["outcome"] == told.split()[1].rstrip(":")
        terminal.send("b")
        terminal.wait_for(f"! bouncing ({outcome['outcome']} in fork 1)")
    if not stands:  # then the fork's log has grown beyond it
        return
    with Terminal([*GDTUI, "watch", str(path)], columns=100, rows=30) as terminal:
        terminal.wait_for("epoch #")
        terminal.send("b")
        terminal.wait_for(outcome["told"])
