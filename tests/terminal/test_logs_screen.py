"""Other people's runs in a terminal: at every size, in ASCII, and what following costs a slow link."""

from __future__ import annotations

import json
import math
from pathlib import Path

from tests.terminal.harness import GDTUI, Terminal

SIZES = [(20, 5), (30, 12), (40, 12), (60, 20), (80, 24), (120, 40), (200, 10), (200, 60), (80, 24)]


def record(step: int) -> str:
    """A line of a training script, with noise that is always the same."""
    noise = math.sin(step * 12.9898) * 0.05
    told = {"step": step, "train/loss": 2 * math.exp(-step / 100) + 0.2 + noise, "train/acc": 1 - math.exp(-step / 90)}
    if step % 10 == 0:
        told["val/loss"] = 2 * math.exp(-step / 100) + 0.3
    return json.dumps(told) + "\n"


def log(path: Path, count: int = 300) -> Path:
    path.write_text("".join(map(record, range(1, count + 1))))
    return path


def test_it_keeps_its_rules_at_every_size(tmp_path: Path) -> None:
    paths = [str(log(tmp_path / f"{name}.jsonl")) for name in ("one", "two")]
    with Terminal([*GDTUI, "watch", *paths]) as terminal:
        terminal.wait_for("val/loss")
        for columns, rows in SIZES:
            terminal.resize(columns, rows)

            def holds(terminal: Terminal, columns: int = columns, rows: int = rows) -> bool:
                lines = terminal.emulator.lines()
                text = "\n".join(lines)
                has_chart = "└" in text and "┤" in text
                return "Quit" in lines[-1] and (has_chart or rows < 7) and ("one" in text or rows >= 7)

            terminal.wait_for(holds, 10)


def test_it_is_readable_in_ascii(tmp_path: Path) -> None:
    with Terminal([*GDTUI, "watch", "--ascii", str(log(tmp_path / "run.jsonl"))]) as terminal:
        terminal.wait_for(
            lambda terminal: "train 0.3" in terminal.emulator.text() and "acc" in terminal.emulator.text()
        )
        assert terminal.screen_text().isascii()


def test_following_sends_little_and_who_leaves_has_a_table(tmp_path: Path) -> None:
    path = log(tmp_path / "run.jsonl")
    with Terminal([*GDTUI, "watch", str(path)]) as terminal:
        terminal.wait_for("300 records")
        with path.open("a") as file:
            file.write(record(301))
        terminal.wait_for("301 records")  # from now on it is followed, and its axis has room
        before = terminal.received
        for step in range(302, 312):
            with path.open("a") as file:
                file.write(record(step))
            terminal.wait_for(f"{step} records")
        assert terminal.received - before < 10 * 300, terminal.received - before
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert any("val/loss" in line for line in terminal.printed())
        assert any("falling" in line or "levelling" in line for line in terminal.printed())


def test_each_key_is_seen_to_do_something(tmp_path: Path) -> None:
    with Terminal([*GDTUI, "watch", str(log(tmp_path / "run.jsonl", 3000))]) as terminal:
        terminal.wait_for("3,000 records")
        terminal.wait_for("plateau")
        # Of keys that take back what the one before did, each is seen by itself: else it might be done in one drawing.
        for key, is_there, what in (("z", False, "acc"), ("z", True, "acc"), ("/", True, "part of a name")):
            terminal.latency(key, lambda terminal, there=is_there, what=what: (what in terminal.screen_text()) is there)
        terminal.latency("escape", lambda terminal: "part of a name" not in terminal.screen_text())
        for key in ("v", "S", "X", "l", "?"):
            before = terminal.screen_text()
            terminal.latency(key, lambda terminal, before=before: "\n".join(terminal.emulator.lines()) != before, 10)
