"""Runs as files: one JSON object a line, appended and flushed as it happens. README.md beside this tells the format.

A last line that was cut off is passed over. Only `epoch` and `loss` are needed for a run to be shown, so any program
can write one.
"""

import json
import math
import os
import time
from bisect import bisect_left
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np

from gdtui.learning.moment import Moment
from gdtui.learning.stop import DROPPABLE, Best, Stop
from gdtui.runs.events import (
    MOST_BRANCHES,
    Branch,
    DataChanged,
    Epoch,
    EpochsWanted,
    Forked,
    Measured,
    Proved,
    Raced,
    RuleDropped,
    Steered,
    Stopped,
    Switched,
    Tried,
)
from gdtui.runs.following import STALLED, Followed
from gdtui.runs.following import RunFileError as RunFileError
from gdtui.runs.header import checked
from gdtui.runs.recipes import recipe_in
from gdtui.text import printable

FORMAT, VERSION = "gdtui-run", 5
LAST_EPOCH = 2**53
"""Beyond this, floats cannot tell one epoch from the next."""

KINDS = {
    str(kind.__struct_config__.tag): kind
    for kind in (Forked, DataChanged, Switched, Raced, Steered, EpochsWanted, RuleDropped, Tried, Proved, Stopped)
}
"""The lines beside epochs, by their tags; version 1 had no tags, but the keys of the same names."""
BEFORE = ("alpha", "fork")
"""Those that told of an alpha alone, up to version 2."""


class OnlyLossesError(RunFileError):
    """A good run file, of which no more than the losses can be shown; the message says why."""


class RunFile(Followed):
    """A run file as far as it has been read; `read_more` reads what was appended since.

    It is read on by polling, since other machines' writes raise no notification.

    Args:
        clock: seconds.

    Raises:
        RunFileError: it cannot be read, or is no run file of this version.
    """

    def __init__(self, path: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._decoder = json.JSONDecoder(parse_constant=self._refuse)
        """Made once: `json.loads` would make one for each line, which takes as long as reading it."""
        super().__init__(path, clock)
        # A file that nobody has written to for long was stalled before anybody looked.
        self._last_news = clock() - max(0.0, time.time() - os.path.getmtime(path))
        if not self.lines.count:
            raise RunFileError(f"{path}: is empty; a run file has one JSON object a line")
        if not self._is_known:
            has = printable(", ".join(map(repr, self._foreign[:6]))) or "nothing"
            missing = f"{path}: no line has 'epoch' and 'loss', which is what is shown of a run; it has {has}"
            raise self.damage or RunFileError(missing)

    def _begin_reading(self) -> None:
        super()._begin_reading()
        self.header: dict[str, Any] = {}
        self.branches = [Branch()]
        self.current = 0
        """The number of the branch that is written to."""
        self._is_known = False
        """Whether any line says something that is understood."""
        self._size: int | None = None
        """How many weights there are; None until that is known."""
        self._foreign: list[str] = []
        """What the first line that is not understood has instead."""

    @property
    def branch(self) -> Branch:
        """The branch that is written to."""
        return self.branches[self.current]

    @property
    def stop(self) -> Stop | None:
        """Why the branch that is written to ended, if it has."""
        return self.branch.stop

    @property
    def racing(self) -> tuple[int, ...]:
        """The numbers of the branches that descend together now."""
        return self.branch.race or (self.current,)

    @property
    def is_over(self) -> bool:
        """Whether all of those have ended."""
        return all(self.branches[number].stop is not None for number in self.racing)

    @property
    def state(self) -> str:
        """waiting (no epoch yet), following, stalled, or ended."""
        if self.is_over:
            return "ended"
        if self._clock() - self._last_news > STALLED:
            return "stalled"
        return "following" if self.branch.epochs else "waiting"

    def _refuse(self, constant: str) -> float:
        """NaN or an infinity, which some writers take for JSON."""
        raise self._wrong(f"is not JSON: it says {constant}; write null instead")

    def _take(self, raw: bytes) -> None:
        if raw.startswith(b'{"epoch"'):  # nearly all lines are; the others' way, which is longer, says what is wrong
            with suppress(msgspec.MsgspecError, UnicodeDecodeError, OverflowError):
                line = _EPOCHS.decode(raw)
                self._epoch(line)
                self._is_known = True
                return
        try:
            event = self._decoder.decode(raw.decode())
        except UnicodeDecodeError:
            raise self._wrong("is not UTF-8 text; this is no run file") from None
        except RunFileError:
            raise
        except (ValueError, RecursionError):
            raise self._wrong("is not JSON") from None
        if not isinstance(event, dict):
            raise self._wrong("is not a JSON object")
        try:
            self._apply(event)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
            if isinstance(error, RunFileError):
                raise
            raise self._wrong(f"has a value of the wrong kind ({type(error).__name__}: {error})") from None

    def _apply(self, event: dict[str, Any]) -> None:
        if "format" in event:
            self._begin(event)
        elif "epoch" in event and "loss" in event:
            self._epoch(msgspec.convert(event, Epoch))
        elif (kind := event.get("kind") or next((key for key in (*KINDS, "alpha") if key in event), None)) in BEFORE:
            now = {"now": {"alpha": event["alpha"]}} if "alpha" in event else {}
            kind = "steered" if kind == "alpha" else kind
            self._happened(msgspec.convert({**event, **now, "kind": kind, "was": {}}, KINDS[kind]))
        elif kind in KINDS:
            self._happened(msgspec.convert({**event, "kind": kind}, KINDS[kind]))
        elif kind == "check" and "crc" in event:
            self._check(event["crc"])
            return
        else:
            self._foreign = self._foreign or list(event)
            return
        self._is_known = True

    def _happened(self, event: object) -> None:
        branch = self.branch
        match event:
            case Forked():
                self._fork(event)
            case Switched(number):
                self._numbered(number)
                self.current = number
            case Raced(numbers):
                if not 0 < len(set(numbers)) == len(numbers):
                    raise ValueError("a race of the same, or of none")
                for racer in [self._numbered(number) for number in numbers]:
                    racer.race = numbers
            case DataChanged():
                branch.change(event)
            case Tried() | Proved():
                branch.take(event)
            case Steered(now, since):
                branch.steer(since, now)
            case EpochsWanted(epochs):
                branch.wanted = epochs
                if branch.stop is not None and not branch.stop.diverged and epochs > (branch.epochs or [0])[-1]:
                    self._go_on(branch.stop)
            case RuleDropped(rule):
                branch.dropped.append(rule)
                branch.stop = branch.end = None
            case Stopped(rule, epoch, message, end):
                branch.stop = Stop(printable(rule), printable(message or rule))
                if end is not None:
                    self._check_size(end.weights)
                    branch.end = _moment(epoch, end)

    def _fork(self, event: Forked) -> None:
        if event.epoch < 1:
            raise ValueError(f"a fork at epoch {event.epoch}")
        if len(self.branches) >= MOST_BRANCHES:
            raise self._wrong(f"is a branch more than the {MOST_BRANCHES:,} that a run may have")
        if event.weights is not None:
            self._check_size(event.weights)
        fork, owner = self._numbered(event.of).fork(event.of, event), self._numbered(event.of)
        while event.epoch < (owner.forked_at or 0):
            owner = self.branches[owner.parent]
        fork.edits = owner.edits
        self.branches.append(fork)
        self.current = len(self.branches) - 1

    def _go_on(self, end: Stop) -> None:
        """The branch goes on past its end. Version 1 does not say that the rule was dropped which had ended it."""
        if end.rule in DROPPABLE and self.header.get("version") == 1:
            self.branch.dropped.append(end.rule)
        self.branch.stop = self.branch.end = None

    def _numbered(self, number: int) -> Branch:
        if not 0 <= number < len(self.branches):
            raise ValueError(f"there is no branch {number}")
        return self.branches[number]

    def _begin(self, event: dict[str, Any]) -> None:
        if event["format"] != FORMAT:
            raise self._wrong(f"names the format {str(event['format'])[:40]!r}, not {FORMAT!r}")
        version = event.get("version")
        if isinstance(version, int) and version > VERSION:
            raise self._wrong(f"says version {version:g}; this gdtui reads up to version {VERSION}")
        if self.lines.count:
            raise self._wrong("begins another run; a run file holds one")
        known = checked(event)
        self._size, self.branch.edits = known.size, known.data.edits
        self.header = event
        self.branch.wanted = event.get("epochs", 0)
        if "alpha" in event:
            self.branch.recipes.append((1, recipe_in(event, max(1, self.branch.wanted))))

    def _epoch(self, line: Epoch) -> None:
        branch, epoch = self.branch, line.epoch
        if epoch < 1:
            raise self._wrong(f"says epoch {epoch}; epochs are counted from 1")
        if epoch > LAST_EPOCH:
            raise self._wrong(f"says an epoch beyond {LAST_EPOCH:,}")
        if branch.epochs and epoch <= branch.epochs[-1]:
            if epoch == branch.epochs[-1] or _is_again(branch, epoch):
                return  # a resumed run may say its first epoch again
            raise self._wrong(f"goes back from epoch {branch.epochs[-1]} to {epoch}")
        if line.weights is not None:
            self._check_size(line.weights)
        loss = math.nan if line.loss is None else line.loss
        # Before anything is taken in; other programs may mean other things by these names.
        alpha, test = (float(one) if isinstance(one, (int, float)) else None for one in (line.alpha, line.test))
        alpha = alpha if alpha is not None and 0 < alpha < math.inf else None
        if line.confusion is not None:
            told = {"loss": loss, "weights": line.weights or (), "gradient": line.gradient, "confusion": line.confusion}
            told |= {"test": test, "test_confusion": line.test_confusion}
            known = msgspec.convert(told, Measured)
            if known.weights:
                branch.measured[epoch] = _moment(epoch, known)
        branch.epochs.append(epoch)
        branch.losses.append(loss)
        branch.weights.append(line.weights)
        branch.bests.append(None if line.best is None else Best(*line.best))
        branch.memories.append(line.memory)
        branch.tested.append(test)
        if alpha is not None and branch.alpha_at(epoch) != alpha:
            branch.steer(epoch, {"alpha": alpha})
        if branch.stop is not None:
            self._go_on(branch.stop)

    def _check_size(self, weights: list[float]) -> None:
        if self._size is None:
            self._size = len(weights)
        if len(weights) != self._size:
            raise self._wrong(f"has {len(weights)} weights, not {self._size}")


def _is_again(branch: Branch, epoch: int) -> bool:
    """Whether that epoch and all after it have no weights, of a run that has: they were written as it diverged, and
    it was killed before its end was. Whoever goes on with it says them again."""
    at = bisect_left(branch.epochs, epoch)
    return branch.epochs[at] == epoch and branch.weights[0] is not None and not any(branch.weights[at:])


def _moment(epoch: int, known: Measured) -> Moment:
    weights, of_tests = np.array(known.weights), (known.test, known.test_confusion)
    return Moment(epoch, weights, known.loss, known.gradient, known.confusion, *of_tests)


_EPOCHS = msgspec.json.Decoder(Epoch)
