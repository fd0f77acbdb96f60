"""A short share of the long trial (`python -m tests.trial`), and whether it would notice."""

from __future__ import annotations

import sys

import pytest

from gdtui import cli
from tests.conftest import examples
from tests.trial.__main__ import PARTS, main
from tests.trial.fuzzer import what_is_wrong
from tests.trial.inputs import Input
from tests.trial.known import KNOWN
from tests.trial.monkey import Growing
from tests.trial.stage import Stage, was_left_well
from tests.trial.story import BrokenPromiseError, Part, Rules, Tally, tell
from tests.trial.writers import same_bits

FEW = {"monkey": 1, "kills": 3, "faults": 3, "fuzz": 3, "terminals": 2, "soak": 1}
MANY = {"monkey": 60, "kills": 100, "faults": 40, "fuzz": 60, "terminals": 80, "soak": 1}
"""Stories of each part."""
SEED, STEP = 1, 7
UNHURRIED = Rules(
    patience=30, left_out=frozenset(KNOWN), events=examples(60, 150), soak=examples(2, 60), inputs=examples(30, 100)
)
"""A busy machine answers late; how soon it is, the long trial looks at."""


@pytest.mark.long
@pytest.mark.parametrize("name", PARTS)
def test_no_promise_is_broken_that_is_not_known_to_be(name: str) -> None:
    count = examples(FEW[name], MANY[name])
    tally = tell(PARTS[name], SEED, UNHURRIED, lambda tally: tally.stories < count, STEP)
    assert tally.tried > 0
    assert not tally.failures, "\n".join(f"seed {seed}: {what}\n{detail}" for seed, what, detail in tally.failures)


def test_what_is_left_out_is_something_that_is_tried() -> None:
    assert set(KNOWN) <= {f"{part.name}.{name}" for part in PARTS.values() for name in part.names}


# It would notice


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("print('\\x1b[?2004h')", "left behind: mode 2004 is set"),
        ("print('\\x1b[?1049h')", "left behind: mode 1049 is set, the alternate screen"),
        ("print('\\x1b[?1049h\\x1b[?1049l'); 1 / 0", "a traceback on the screen, exit code 1: ZeroDivisionError"),
        ("raise SystemExit(3)", "exit code 3 is not documented"),
    ],
)
def test_a_terminal_that_is_left_in_disorder_is_noticed(program: str, said: str) -> None:
    with Stage([sys.executable, "-c", program]) as stage:
        stage.wait_exit()
        with pytest.raises(BrokenPromiseError, match=said):
            was_left_well(stage)


def test_another_bit_in_a_run_file_is_noticed(tmp_path) -> None:
    path = tmp_path / "run.jsonl"
    Growing(path, 30).writer.close()
    same_bits(path)
    # Without its checks, which would notice it before.
    lines = [line for line in path.read_bytes().splitlines(keepends=True) if b'"check"' not in line]
    lines[20] = lines[20].replace(b"7", b"8", 1)
    path.write_bytes(b"".join(lines))
    with pytest.raises(BrokenPromiseError, match="branch 0 of 1, 30 epochs: other"):
        same_bits(path)


@pytest.mark.parametrize(
    ("does", "said"),
    [
        (lambda _: 1 / 0, "a traceback: ZeroDivisionError"),
        (lambda _: 3, "exit code 3 is not documented"),
        (lambda _: 2, "exit code 2 and 0 lines on standard error"),
        (lambda _: print("\x1b[2J", file=sys.stderr) or 0, "something else on standard error"),
        (lambda _: print("\x1b[2J") or 0, "a control character is written"),
    ],
)
def test_a_command_that_misbehaves_is_noticed(does, said, monkeypatch) -> None:
    monkeypatch.setattr(cli, "main", does)
    assert what_is_wrong(Input(("watch",)), Rules()).startswith(said)


def test_a_failure_is_told_with_its_seed_and_is_an_exit_code(monkeypatch, capsys) -> None:
    def story(seed: int, rules: Rules, tally: Tally) -> None:
        tally.tried += 5
        if seed == 8:
            raise BrokenPromiseError("it broke", "the screen")

    monkeypatch.setitem(PARTS, "kills", Part("kills", "kills", story, []))
    monkeypatch.setattr(sys, "argv", ["trial", "--only", "kills", "--seed", "7", "--stories", "3", "--details"])
    assert main() == 1
    told = capsys.readouterr().out
    assert "kills: it broke\n    seeds 8\n" in told
    assert "--only kills --seed 8 --stories 1" in told
    assert "the screen" in told
    assert told.splitlines()[-1].split()[:6] == ["kills", "15", "kills", "3", "0", "1"]
    monkeypatch.setattr(sys, "argv", ["trial", "--only", "kills", "--seed", "9", "--stories", "3"])
    assert main() == 0
