"""What is said on standard output and standard error: nothing in it is obeyed by a terminal, and all can be written."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from gdtui import cli, text
from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter
from gdtui.settings import DataSettings, Settings
from tests.command import gdtui
from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.looking import assert_restored

BAD = "zz\x1b]0;x\x07\x1b[31m\x9b7m\x7f\u202e\u2028\n\r\t" + os.fsdecode(b"\xff")
TEXT = BAD[:-1]
"""The same in a file, which is UTF-8."""


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def rows(cell: str = "0", labels: tuple[str, ...] = (TEXT, "b"), twice: bool = False) -> str:
    lines = [
        [TEXT, TEXT if twice else "y", "label"],
        *([str(number) if number else cell, str(number), label] for number, label in enumerate(labels)),
    ]
    return "".join(",".join(map(quoted, line)) + "\n" for line in lines)


def said(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What is printed, of which no line has anything that a terminal would obey, or that cannot be written."""
    done = gdtui(*arguments)
    (done.stdout + done.stderr).encode()
    for line in (done.stdout + done.stderr).split("\n"):
        assert line.isprintable(), line
    return done


REFUSED = {
    "a command": (BAD,),
    "an option": (f"--{BAD}",),
    "a value": ("--alpha", BAD),
    "a choice": ("--loss", BAD),
    "one value too many": ("watch", "--format", BAD),
    "data": ("--data", BAD),
    "a run to watch": ("watch", BAD),
    "a run to go on with": ("resume", BAD),
    "a run to turn into a table": ("export", BAD),
    "a tape": ("tape", BAD),
    "an output of a tape": ("tape", "good.tape", "-o", BAD),
    "a recording": ("--record", BAD),
    "a file to save in": ("--save", f"{BAD}/x.jsonl"),
    "a column": ("--data", "good.csv", "--features", BAD),
    "a class": ("--data", "good.csv", "--classes", f"b,{BAD}"),
    "a cell": ("--data", "cell.csv"),
    "a header": ("--data", "twice.csv"),
    "many classes": ("--data", "classes.csv"),
    "one class": ("--data", "class.csv"),
    "a log's text": ("watch", "text.log"),
    "a run file's format": ("watch", "format.jsonl"),
    "a run file's values": ("watch", "--loss", "1", "values.jsonl"),
    "a tape's command": ("tape", "command.tape"),
    "a tape's setting": ("tape", "setting.tape"),
    "a tape's program": ("tape", "require.tape"),
}


@pytest.mark.parametrize("arguments", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_told_in_one_line_that_no_terminal_obeys(arguments: tuple[str, ...]) -> None:
    Path("good.csv").write_text(rows())
    Path("cell.csv").write_text(rows(cell=TEXT))
    Path("twice.csv").write_text(rows(twice=True))
    Path("classes.csv").write_text(rows(labels=(TEXT, *(f"zzz{number}" for number in range(10)))))
    Path("class.csv").write_text(rows(labels=(TEXT, TEXT)))
    Path("text.log").write_bytes(b"\0")
    Path("format.jsonl").write_text(json.dumps({"format": BAD}) + "\n")
    Path("values.jsonl").write_text(json.dumps({"kind": "stop", "stop": {BAD: 1}}) + "\n")
    tape_text = TEXT.replace("\n", "").replace("\r", "")
    Path("good.tape").write_text("Sleep 1ms\n")
    Path("command.tape").write_text(f"{tape_text}\n")
    Path("setting.tape").write_text(f"Set '{tape_text}' 1\n")
    Path("require.tape").write_text(f"Require '{tape_text}'\n")
    done = said(*arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("gdtui: ")


def test_what_is_printed_of_runs_is_nothing_that_a_terminal_obeys() -> None:
    table, run, other = f"{BAD}.csv", f"{BAD}.jsonl", f"2{BAD}.jsonl"
    Path(table).write_text(rows(labels=(TEXT, "b", TEXT, "b")))
    assert said("--data", table, "-e", "5", "--save", run).returncode == 0
    assert said("watch", run).returncode == 0
    assert "all 7 epochs done" in said("resume", run, "-e", "7").stdout
    assert json.loads(said("export", run, "--format", "json").stdout)["run"]["data"]["source"] == table
    assert said("export", run, "--format", "json", "-o", "run.json").returncode == 0
    Path(table).unlink()
    Path(other).write_text(json.dumps({"epoch": 1, "loss": 2.0}) + "\n" + json.dumps({"stop": BAD, "epoch": 1}) + "\n")
    told = said("watch", "--loss", "1", run, other).stdout
    assert "its data cannot be had" in told
    assert said("watch", other, run).returncode == 0
    Path("log.jsonl").write_text(json.dumps({BAD: 1, f"loss{BAD}": 2}) + "\n")
    Path("train.log").write_text(f"{TEXT} loss=0.5\n" * 3)
    assert said("watch", "log.jsonl", "train.log").returncode == 0


def test_a_screen_that_a_tape_waited_for_in_vain_is_told_below_the_line_of_what_is_wrong() -> None:
    Path("wait.tape").write_text("Type 'echo seen' Enter\nWait+Screen@300ms /never/\n")
    done = said("tape", "wait.tape", "--check")
    assert done.stderr.startswith("gdtui: wait.tape:2:1: Wait+Screen /never/: did not come within 0.3 s")
    assert "seen" in done.stderr.split("\n")


def test_a_tape_whose_name_is_no_text_is_played() -> None:
    Path("zz\udcff.tape").write_text("Output zz.svg\nType a\n")
    assert said("tape", "zz\udcff.tape").returncode == 0
    assert "zz�" in Path("zz.svg").read_text()


def test_a_path_that_is_no_text_holds_a_run_from_its_start_to_its_end_on_a_terminal_and_in_a_pipe() -> None:
    run, table, cast = (os.fsdecode(b"zz\xff" + ending) for ending in (b".jsonl", b".csv", b".cast"))
    Path(table).write_text(rows(labels=("a", "b", "a", "b")))
    with Terminal([*GDTUI, "--data", table, "--save", run, "--record", cast, "-e", "5", "--speed", "max"]) as terminal:
        terminal.wait_for("all 5 epochs done")
        terminal.wait_for("saved in zz�.jsonl")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert "saved in zz�.jsonl" in terminal.printed()
        assert "recorded in zz�.cast" in terminal.printed()
        assert_restored(terminal)
    for command in ("watch", run), ("resume", run, "-e", "9"):
        with Terminal([*GDTUI, *command]) as terminal:
            terminal.wait_for("epochs done")
            terminal.send("q")
            assert terminal.wait_exit() == 0
        env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run([*GDTUI, *command], capture_output=True, env=env, timeout=60)
        assert (done.returncode, done.stderr.count(b"\n")) == (0, command[0] == "resume")
    data = DataSettings(table)
    whole = Run(replace(Settings(), data=data, epochs=9), load(data))
    whole.advance(9)
    writer = RunWriter("whole.jsonl", whole)
    writer.close()
    ends = [Path(path).read_text().splitlines()[-2] for path in (run, "whole.jsonl")]  # a check comes after
    assert ends[0] == ends[1]
    assert "all 9 epochs done" in ends[0]


def test_there_is_one_way_to_tell_people_a_line() -> None:
    for path in Path(text.__file__).parent.rglob("*.py"):
        if path != Path(text.__file__):
            assert re.search(r"=sys\.stderr|sys\.stderr\.|(?<![.\w])print\(", path.read_text()) is None, path


@pytest.mark.parametrize("command", ["export", "check", "advise", "learn"])
def test_a_command_whose_output_is_closed_says_so_in_one_line(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", None)
    assert cli.main([command, *["tests/files/v1-tree.jsonl"] * (command in ("export", "check"))]) == 2
    assert capsys.readouterr().err == "gdtui: cannot write the output: standard output is closed\n"
