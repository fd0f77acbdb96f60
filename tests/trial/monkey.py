"""Monkey: anything at all is done to gdtui in a real terminal; in the end it answers, and leaves when told."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter
from gdtui.settings import Settings
from tests.terminal.harness import GDTUI
from tests.trial.gestures import GESTURES
from tests.trial.stage import IN_BAND, MOST_MEMORY, Stage, is_answered, leave, until, was_left_well
from tests.trial.story import Part, Rules, Tally, promise

ENDLESS = ("--epochs", "100000000")
TABLE = "width,height,kind\n1,2,[red]cat[/]\n3.5,-4e-1,dog\n5,6,[red]cat[/]\n7,1,dog\n"
MODES: dict[str, tuple[str, ...]] = {
    "train": ENDLESS,
    "max": (*ENDLESS, "--speed", "max"),
    "short": ("--epochs", "30", "--init", "zeros", "--alpha", "3"),
    "save": (*ENDLESS, "--speed", "300", "--save", "saved.jsonl"),
    "record": (*ENDLESS, "--record", "film.cast"),
    "csv": (*ENDLESS, "--data", "table.csv"),
    "resume": ("resume", "one.jsonl", "--epochs", "1000000"),
    "watch": ("watch", "one.jsonl"),
    "compare": ("watch", "one.jsonl", "two.jsonl"),
    "lesson": ("learn", "sigmoid"),
}
WAYS_OUT = {"by-q": "q", "by-ctrl-c": "ctrl+c", "by-term": signal.SIGTERM, "by-int": signal.SIGINT}
CODES = {"by-ctrl-c": {130}, "by-term": {143}, "by-int": {130}, "by-q": {0, 1}}
STARTS = ["in-band", "no-sync", "mute"]
"""Terminals that tell their size by themselves, that know no synchronised output, that answer nothing."""


class Growing:
    """A run file that somebody else writes."""

    def __init__(self, path: Path, epochs: int) -> None:
        self.run = Run(Settings(epochs=10**6, init=(0.5, 0.5, 0.5)), load("blobs"))
        self.writer = RunWriter(str(path), self.run)
        self.grow(epochs)

    def grow(self, epochs: int) -> None:
        self.writer.take(self.run.advance(epochs))


def story(seed: int, rules: Rules, tally: Tally) -> None:
    play(seed, rules, tally, list(MODES), rules.allowed("monkey", list(GESTURES)))


def play(seed: int, rules: Rules, tally: Tally, modes: list[str], gestures: list[str]) -> None:
    """A monkey's gestures in one of these modes."""
    chance = Random(seed)
    mode, starts = chance.choice(rules.allowed("monkey", modes)), rules.allowed("monkey", STARTS)
    is_so = {start: start in starts and chance.random() < 0.25 for start in STARTS}
    size = chance.choice(((120, 40), (80, 24), (chance.randint(1, 300), chance.randint(1, 100))))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        growing = [Growing(folder / "one.jsonl", 300), Growing(folder / "two.jsonl", 100)]
        (folder / "table.csv").write_text(TABLE)
        if mode == "resume":
            growing[0].writer.close()  # a file has one writer
            del growing[0]
        with (folder / "errors").open("wb") as errors:
            stage = Stage(
                [*GDTUI, *MODES[mode]],
                *size,
                cwd=folder,
                stderr=errors if chance.random() < 0.5 else None,
                answers=not is_so["mute"],
                sync=not is_so["no-sync"],
                claims=frozenset({IN_BAND} if is_so["in-band"] else ()),
            )
            with stage:
                weights = [GESTURES[gesture][0] for gesture in gestures]
                script = chance.choices(gestures, weights, k=rules.events)
                _play(chance, stage, script, lambda: growing[0].grow(5), tally, is_bare=rules.allows("monkey.early"))
                is_answered(stage, rules, tally)
                memory = stage.memory()
                tally.note("most memory, MB", memory)
                promise(memory < MOST_MEMORY, f"{mode}: {memory:.0f} MB are taken")
                _end(chance, stage, mode, rules, (folder / "errors"))


def _play(
    chance: Random, stage: Stage, script: list[str], grow: Callable[[], None], tally: Tally, is_bare: bool
) -> None:
    if not is_bare or chance.random() < 0.8:  # else the first gestures come before there is a screen
        until(lambda: stage.emulator.is_alternate, 20)
    for gesture in script:
        if stage.has_ended:
            return
        GESTURES[gesture][1](chance, stage)
        tally.tried += 1
        if chance.random() < 0.1:
            grow()
        until(lambda: stage.has_ended, chance.choice((0, 0, 0.005, 0.02, 0.1)))


def _end(chance: Random, stage: Stage, mode: str, rules: Rules, errors: Path) -> None:
    way = chance.choice(rules.allowed("monkey", list(WAYS_OUT)))
    by_itself = stage.has_ended  # a q among the keys, say
    code = stage.wait_exit() if by_itself else leave(stage, WAYS_OUT[way], rules)
    told = errors.read_text(errors="replace")
    was_left_well(stage, told)
    is_unsaved = code == 2 and "gdtui: " in told + stage.emulator.text()  # a file that it chose cannot be written
    promise(
        by_itself or is_unsaved or code in CODES[way],
        f"{mode}: left {way}, and the exit code is {code}",
        stage.emulator.text(),
    )


MONKEY = Part("monkey", "events", story, [*MODES, *GESTURES, *WAYS_OUT, *STARTS, "early"])
