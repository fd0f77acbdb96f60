"""Kills: saved runs are killed at random moments, resumed in chains, and have the bits of one that nobody kills."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.terminal.harness import GDTUI
from tests.trial.gestures import SEQUENCES
from tests.trial.stage import Stage, no_traceback, until
from tests.trial.story import Part, Rules, Tally, promise
from tests.trial.writers import SIGNALS, same_bits, whole_lines

ROOT = Path(__file__).parents[2]
CHAIN = 20
"""Kills of one file by the forked writers; those in a terminal, which take a second each, are fewer."""
STEERING = (b"\x1b[A", b"\x1b[B", b"f", b"b", b"+", b"-", b" ", b"n", b"p", b">", b"<", b"\x1b[H", b"\x1b[D", b"\x1b[F")
BY_HAND = (b"1", b"2", b"c", b"\r", b"0", b"v", b"u")
"""Views, a cursor in them, and clicks with it, which may begin a branch from other weights, or with other data."""
CODES = {signal.SIGKILL: {-9}, signal.SIGTERM: {143, -15}, signal.SIGHUP: {129, -1}, signal.SIGINT: {130, -2}}


def story(seed: int, rules: Rules, tally: Tally) -> None:
    kinds = rules.allowed("kills", ["writers", "screen", "plain", "late"])
    with tempfile.TemporaryDirectory() as folder:
        KINDS[kinds[seed % len(kinds)]](seed, Path(folder, "run.jsonl"), rules, tally)


def writers(seed: int, path: Path, rules: Rules, tally: Tally) -> None:
    """Without a screen, and so many times as fast."""
    command = [sys.executable, "-m", "tests.trial.writers", str(path), str(seed), str(CHAIN)]
    limit = 60 * rules.patience
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False)
    no_traceback(done.stderr, "of the writers")
    *broken, number = done.stdout.splitlines()
    tally.tried += int(number)
    promise(not broken, broken[0] if broken else "", done.stdout)


def plain(seed: int, path: Path, rules: Rules, tally: Tally) -> None:
    """Lines into a pipe that somebody reads: what was printed had been written."""
    chance, options = Random(seed), ("--speed", "20000", "--every", "1")
    for _ in range(3):
        before = whole_lines(path)
        begin = ("resume", str(path)) if before else ("--save", str(path), "--force", "--epochs", "100000000")
        with subprocess.Popen([*GDTUI, *begin, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            line = b""
            for _ in range(chance.choice((1, 30, 5_000))):
                line = process.stdout.readline() or line
            process.send_signal(number := chance.choice(SIGNALS))
            errors, code = process.stderr.read().decode(), process.wait()
        tally.tried += 1
        _was_killed(number, code, before, path, rules, errors)
        if b"epoch #" in line and (printed := int(line.partition(b"#")[2].partition(b",")[0])) <= 10_000:
            promise(b'{"epoch":%d,' % printed in whole_lines(path), f"epoch {printed} was printed, and is not recorded")
    same_bits(path)


def screen(seed: int, path: Path, rules: Rules, tally: Tally) -> None:
    """In a terminal, steered by keys, and at times it outlives a hangup and is killed after that."""
    chance = Random(seed)
    for _ in range(3):
        before, speed = whole_lines(path), chance.choice(("500", "5000", "5000", "max"))
        begin = ("resume", str(path)) if before else ("--save", str(path), "--force", "--epochs", "100000000")
        detaches = chance.random() < 0.5 and rules.allows("kills.detach")
        with Stage([*GDTUI, *begin, "--speed", speed, *(["--detach-on-hangup"] if detaches else [])]) as stage:
            is_early = chance.random() < 0.2
            if not is_early:
                grown = until(lambda before=before: len(whole_lines(path)) > len(before) + 2_000, 30)
                promise(grown, "nothing is saved in 30 s", stage.screen_text())
            for _ in range(chance.randint(0, 30)):
                stage.type(chance.choice((*STEERING, *BY_HAND, *SEQUENCES)))
                until(lambda: stage.has_ended, chance.choice((0, 0.005, 0.05)))
            number = chance.choice(SIGNALS)
            if is_early and number is signal.SIGINT and not rules.allows("kills.int-at-start"):
                number = signal.SIGTERM
            stage.process.send_signal(number)
            if detaches and number is signal.SIGHUP:
                ended = until(lambda: stage.has_ended, chance.uniform(0, 1.5))
                # Before it trains it has nothing to go on with; how early that is, the machine decides.
                promise(is_early or not ended, "a hangup ended it, in spite of --detach-on-hangup")
                stage.process.kill()
                number = signal.SIGHUP if ended else signal.SIGKILL
            promise(until(lambda: stage.has_ended, 5 * rules.patience), f"{number.name} does not end it")
            code = stage.wait_exit()
        tally.tried += 1
        _was_killed(number, code, before, path, rules, stage.emulator.text())
    if whole_lines(path):
        same_bits(path)


def late(seed: int, path: Path, rules: Rules, tally: Tally) -> None:
    """A run that is saved by w only while it trains, and killed right after."""
    chance = Random(seed)
    with Stage([*GDTUI, "--epochs", "100000000", "--speed", chance.choice(("50", "3000"))], cwd=path.parent) as stage:
        stage.wait_for("epoch #")
        for _ in range(chance.randint(0, 10)):
            stage.type(chance.choice(STEERING))
        stage.send("w")
        stage.wait_for("save the run as")
        stage.send(path.name)  # what stands there is selected, and makes way
        stage.wait_for(path.name)
        stage.send("enter")
        promise(until(lambda: whole_lines(path), 10 * rules.patience), "w saves nothing", stage.screen_text())
        until(lambda: stage.has_ended, chance.uniform(0, 0.5))
        stage.process.kill()
        stage.wait_exit()
    tally.tried += 1
    same_bits(path)


def _was_killed(number: signal.Signals, code: int, before: bytes, path: Path, rules: Rules, said: str) -> None:
    no_traceback(said, f"at {number.name}")
    promise(whole_lines(path).startswith(before), f"{number.name}: a line that was recorded is lost")
    if number is not signal.SIGINT or rules.allows("kills.int-code"):
        promise(code in CODES[number], f"{number.name}: the exit code is {code}", said)


KINDS = {"writers": writers, "screen": screen, "plain": plain, "late": late}
KILLS = Part("kills", "kills", story, [*KINDS, "detach", "int-code", "int-at-start"])
