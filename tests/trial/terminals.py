"""Terminals: poor ones, odd ones and none; gdtui draws, prints lines, or says why not, and leaves them as they were."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

from tests.terminal.harness import GDTUI
from tests.terminal.slow_link import SlowLink
from tests.trial.faults import Case
from tests.trial.gestures import ABSURD, NOT_UTF_8, REPORTS
from tests.trial.stage import IN_BAND, Stage, is_answered, leave, until, was_left_well
from tests.trial.story import Rules, Tally, promise

OPTIONS, FINISHED = ("--epochs", "5", "--speed", "max"), "all 5 epochs done"
LATIN_1 = "en_US.ISO-8859-1"
APART = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:], start_new_session=True))"
"""Runs a command in a session that has no controlling terminal."""
ENVIRONMENTS: dict[str, dict[str, str]] = {
    **{f"term-{term or 'unset'}": {"TERM": term} for term in (
        "xterm", "xterm-256color", "xterm-kitty", "screen", "screen-256color", "tmux", "linux", "vt100", "ansi", "dumb",
        "nonsense", "",
    )},
    "no-color": {"NO_COLOR": "1"},
    "16-colours": {"TERM": "xterm", "COLORTERM": ""},
    "no-motion": {"NO_MOTION": "1"},
    "utf-8": {"LC_ALL": "C.UTF-8"},
    "c": {"LC_ALL": "C"},
    "posix": {"LC_ALL": "POSIX"},
    "no-such-locale": {"LC_ALL": "xx_YY.UTF-8"},
    "ascii-only": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"LC_ALL": LATIN_1},
    "columns-huge": {"COLUMNS": "99999", "LINES": "40"},
    "columns-nonsense": {"COLUMNS": "x", "LINES": "-1"},
}  # fmt: skip
SIZES = {f"size-{columns}x{rows}": (columns, rows) for columns, rows in ((1, 1), (4, 3), (20, 5), (300, 100), (500, 2))}


class Slow(SlowLink, Stage):
    """A `Stage` at the far end of a line."""

    def _came(self, data: bytes) -> None:
        self.tail += data
        SlowLink._came(self, data)


def _with_latin_1(folder: Path) -> dict[str, str] | None:
    """Where the C library finds the locale, made for the occasion; None where it cannot be made."""
    if shutil.which("localedef") is None:
        return None
    command = ["localedef", "-i", "en_US", "-f", "ISO-8859-1", str(folder / LATIN_1)]
    subprocess.run(command, capture_output=True, check=False)
    return {"LOCPATH": str(folder)} if (folder / LATIN_1).exists() else None


def look(stage: Stage, rules: Rules, tally: Tally) -> None:
    """The screen comes, tells the end of a short run, answers and goes; or there are lines, or one that says why."""
    patience = 5 * rules.patience
    done = until(lambda: stage.has_ended or (stage.emulator.is_alternate and FINISHED in stage.screen_text()), patience)
    promise(done, f"the end of a short run is not shown in {patience:g} s", stage.screen_text())
    if not stage.has_ended:
        promise("gdtui" in stage.screen_text(), "there is no title", stage.screen_text())
        is_answered(stage, rules, tally)
        promise(leave(stage, "q", rules) == 0, "the exit code", stage.screen_text())
    _has_ended_well(stage)


def _has_ended_well(stage: Stage) -> None:
    code = stage.wait_exit()
    was_left_well(stage)
    printed = stage.printed()
    if code == 2:
        promise(len(printed) == 1 and printed[0].startswith("gdtui: "), f"not one line: {printed[:3]}")
    else:
        promise(code == 0, f"the exit code is {code}", "\n".join(printed))
        promise(any("blobs: 5 epochs" in line for line in printed), "no summary is left", "\n".join(printed))


def environment(name: str) -> Case:
    def case(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
        env = dict(ENVIRONMENTS[name])
        if name == "latin-1":
            made = _with_latin_1(folder)
            if made is None:
                return
            env |= made
        with Stage([*GDTUI, *OPTIONS], env=env, cwd=folder) as stage:
            look(stage, rules, tally)

    return case


def size(name: str) -> Case:
    """As small or as large as it is, it is left with q."""

    def case(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
        with Stage([*GDTUI, *OPTIONS], *SIZES[name], cwd=folder) as stage:
            until(lambda: stage.emulator.is_alternate, 10 * rules.patience)
            is_answered(stage, rules, tally)
            leave(stage, "q", rules)
            was_left_well(stage)

    return case


def of_kind(command: tuple[str, ...] = GDTUI, **others: Any) -> Case:
    def case(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
        with Stage([*command, *OPTIONS], cwd=folder, **others) as stage:
            look(stage, rules, tally)

    return case


def talking(words: tuple[bytes, ...]) -> Case:
    """A terminal that answers whatever it is asked with one of these."""

    def case(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
        with Stage([*GDTUI, *OPTIONS], cwd=folder) as stage:
            stage.emulator._answer = lambda _: stage.type(chance.choice(words))
            look(stage, rules, tally)

    return case


def slow(folder: Path, chance: Random, rules: Rules, tally: Tally) -> None:
    """1 kB a second: the first screen takes its time, and whoever leaves meanwhile is let go."""
    with Slow([*GDTUI, "--epochs", "100000", "--speed", "max"], rate=1000, cwd=folder) as stage:
        stage.wait_for("epoch", 60)
        stage.send("ctrl+c")
        promise(until(lambda: stage.has_ended, 30), "ctrl+c is not answered")
        code = stage.wait_exit(60)
        promise(code == 130, f"the exit code is {code}")
        was_left_well(stage)


CASES: dict[str, Case] = {
    **{name: environment(name) for name in ENVIRONMENTS},
    **{name: size(name) for name in SIZES},
    "mute": of_kind(answers=False),
    "no-sync": of_kind(sync=False),
    "mute-no-sync": of_kind(answers=False, sync=False),
    "in-band": of_kind(claims=frozenset({IN_BAND})),
    "no-controlling-terminal": of_kind((sys.executable, "-c", APART, *GDTUI)),
    "stdin-elsewhere": of_kind(stdin=subprocess.DEVNULL),
    "errors-elsewhere": of_kind(stderr=subprocess.DEVNULL),
    "nonsense": talking(REPORTS),
    "absurd": talking(ABSURD),
    "not-utf-8": talking(NOT_UTF_8),
    "slow": slow,
}
