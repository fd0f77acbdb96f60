"""Runs as files: one JSON object a line, appended and flushed as it happens. README.md beside this tells the format.

A last line that was cut off is passed over. Only `epoch` and `loss` are needed for a run to be shown, so any program
can write one.
"""

from __future__ import annotations

import json
import math
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from gdtui.learning.moment import Moment
from gdtui.learning.stop import Best, Stop, is_droppable
from gdtui.runs.events import Epoch, EpochsWanted, Forked, Measured, RuleDropped, Steered, Stopped, Switched
from gdtui.runs.history import steer
from gdtui.text import printable

FORMAT, VERSION = "gdtui-run", 2
LONGEST_LINE = 16 * 2**20
"""Characters in a line, at the most: 30 features take one thousand."""

LAST_EPOCH = 2**53
"""Beyond this, floats cannot tell one epoch from the next."""

KINDS: dict[str, type] = {
    "fork": Forked,
    "branch": Switched,
    "alpha": Steered,
    "epochs": EpochsWanted,
    "rule-dropped": RuleDropped,
    "stop": Stopped,
}
"""The lines beside epochs, by their tags; version 1 had no tags, but the keys of the same names."""


class RunFileError(ValueError):
    """A run file that cannot be used; the message is one line that says where and why."""


class OnlyLossesError(RunFileError):
    """A good run file, of which no more than the losses can be shown; the message says why."""


@dataclass
class Branch:
    """The records of one branch, in order."""

    epochs: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    weights: list[list[float] | None] = field(default_factory=list)
    bests: list[Best | None] = field(default_factory=list)
    """What the patience rule remembered before each epoch, where the file says it."""
    alphas: list[tuple[int, float]] = field(default_factory=list)
    """(first epoch, alpha), ascending."""
    forked_at: int | None = None
    parent: int = 0
    """The number of the branch it was forked from, if it was."""
    wanted: int = 0
    """Epochs wanted; 0 where the file does not say."""
    stop: Stop | None = None
    dropped: list[str] = field(default_factory=list)
    """The rules that had ended it, and do not count any more."""
    end: Moment | None = None
    """The state after the last step of a run that ended, where the file says it."""
    measured: dict[int, Moment] = field(default_factory=dict)
    """By epoch, those of which the file says all."""

    def fork(self, number: int, epoch: int, alpha: float) -> Branch:
        """A branch that shares the epochs before `epoch` with this one, which has that number."""
        count = sum(1 for known in self.epochs if known < epoch)
        records = self.epochs[:count], self.losses[:count], self.weights[:count], self.bests[:count]
        measured = {known: value for known, value in self.measured.items() if known < epoch}
        wanted = max(self.wanted, epoch) if self.wanted else 0
        fork = Branch(*records, list(self.alphas), epoch, number, wanted, measured=measured)
        fork.steer(epoch, alpha)
        return fork

    def steer(self, since: int, alpha: float) -> None:
        """The step of epoch `since` is the first with that alpha."""
        steer(self.alphas, since, alpha)

    def drop(self, rule: str) -> None:
        """That rule does not count any more."""
        self.dropped.append(rule)
        self.stop = self.end = None

    def alpha_at(self, epoch: int) -> float | None:
        return next((alpha for first, alpha in reversed(self.alphas) if first <= epoch), None)


class RunFile:
    """A run file as far as it has been read; `read_more` reads what was appended since.

    Raises:
        RunFileError: it cannot be read, or is no run file of this version.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.header: dict[str, Any] = {}
        self.branches = [Branch()]
        self.current = 0
        """The number of the branch that is written to."""
        self._size: int | None = None
        """How many weights there are; None until that is known."""
        self._is_known = False
        """Whether any line says something that is understood."""
        self._foreign: list[str] = []
        """What the first line that is not understood has instead."""
        self._line = 0
        self.whole = 0
        """Bytes in the lines that have been read, all with their ends."""
        self._broken: RunFileError | None = None
        """A line that is wrong stays wrong: what came after it is not read."""
        self.read_more()
        if not self._line:
            raise RunFileError(f"{path}: is empty; a run file has one JSON object a line")
        if not self._is_known:
            has = printable(", ".join(map(repr, self._foreign[:6]))) or "nothing"
            raise RunFileError(f"{path}: no line has 'epoch' and 'loss', which is what is shown of a run; it has {has}")

    @property
    def branch(self) -> Branch:
        """The branch that is written to."""
        return self.branches[self.current]

    @property
    def stop(self) -> Stop | None:
        """Why the branch that is written to ended, if it has."""
        return self.branch.stop

    def read_more(self) -> int:
        """Read what is new; returns how many lines that was. A last line without its end waits for the rest."""
        if self._broken is not None:
            raise self._broken
        try:
            with open(self.path, "rb") as file:
                file.seek(self.whole)
                before, rest = self._line, b""
                while chunk := file.read(2**20):
                    *lines, rest = (rest + chunk).split(b"\n")
                    for line in lines:
                        self._take(line)
                    self.whole = file.tell() - len(rest)
                    if len(rest) > LONGEST_LINE:
                        raise self._wrong(f"is longer than {LONGEST_LINE:,} bytes", self._line + 1)
                return self._line - before
        except IsADirectoryError:
            raise RunFileError(f"{self.path}: is a directory, not a run file") from None
        except FileNotFoundError:
            raise RunFileError(f"{self.path}: no such file") from None
        except (OSError, ValueError) as error:
            if isinstance(error, RunFileError):
                raise
            raise RunFileError(f"{self.path}: cannot be read: {error}") from None

    def _wrong(self, what: str, line: int | None = None) -> RunFileError:
        self._broken = RunFileError(f"{self.path}: line {line or self._line} {what}")
        return self._broken

    def _take(self, raw: bytes) -> None:
        self._line += 1
        if raw.startswith(b'{"epoch"'):  # nearly all lines are; the others' way, which is longer, says what is wrong
            with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                line = _EPOCHS.decode(raw)
                self._is_known = True
                return self._epoch(line)
        try:
            event = _DECODER.decode(raw.decode())
        except UnicodeDecodeError:
            raise self._wrong("is not UTF-8 text; this is no run file") from None
        except _NotANumberError as error:
            raise self._wrong(f"is not JSON: it says {error}; write null instead") from None
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
        was_known, self._is_known = self._is_known, True
        if "format" in event:
            self._begin(event)
        elif "epoch" in event and "loss" in event:
            self._epoch(msgspec.convert(event, Epoch))
        elif (kind := event.get("kind") or next((key for key in KINDS if key in event), None)) in KINDS:
            self._happened(msgspec.convert({**event, "kind": kind}, KINDS[kind]))
        else:
            self._is_known = was_known
            self._foreign = self._foreign or list(event)

    def _happened(self, event: object) -> None:
        branch = self.branch
        match event:
            case Forked(epoch, of, alpha):
                self.branches.append(self._numbered(of).fork(of, epoch, alpha))
                self.current = len(self.branches) - 1
            case Switched(number):
                self._numbered(number)
                self.current = number
            case Steered(alpha, since):
                branch.steer(since, alpha)
            case EpochsWanted(epochs):
                branch.wanted = epochs
                if branch.stop is not None and not branch.stop.diverged and epochs > (branch.epochs or [0])[-1]:
                    self._go_on()
            case RuleDropped(rule):
                branch.drop(rule)
            case Stopped(rule, epoch, message, end):
                branch.stop = Stop(rule, printable(message or rule))
                if end is not None:
                    self._check_size(end.weights)
                    branch.end = _moment(epoch, end)

    def _go_on(self) -> None:
        """The branch goes on past its end. Version 1 does not say that the rule was dropped which had ended it."""
        branch = self.branch
        if branch.stop is not None and is_droppable(branch.stop.rule) and self.header.get("version") == 1:
            branch.dropped.append(branch.stop.rule)
        branch.stop = branch.end = None

    def _numbered(self, number: int) -> Branch:
        if not 0 <= number < len(self.branches):
            raise ValueError(f"there is no branch {number}")
        return self.branches[number]

    def _begin(self, event: dict[str, Any]) -> None:
        if event["format"] != FORMAT:
            raise self._wrong(f"names the format {event['format']!r}, not {FORMAT!r}")
        if msgspec.convert(event["version"], int) > VERSION:
            raise self._wrong(f"says version {event['version']}; this gdtui reads up to version {VERSION}")
        if self._line != 1:
            raise self._wrong("begins another run; a run file holds one")
        self.header = event
        self.branch.wanted = msgspec.convert(event.get("epochs", 0), int)
        if "features" in event:
            self._size = 1 + len(event["features"])
        if "alpha" in event:
            self.branch.steer(1, msgspec.convert(event["alpha"], float))

    def _epoch(self, line: Epoch) -> None:
        branch, epoch = self.branch, line.epoch
        if epoch < 1:
            raise self._wrong(f"says epoch {epoch}; epochs are counted from 1")
        if epoch > LAST_EPOCH:
            raise self._wrong(f"says an epoch beyond {LAST_EPOCH:,}")
        if branch.epochs and epoch <= branch.epochs[-1]:
            if epoch == branch.epochs[-1]:
                return  # a resumed run may say its first epoch again
            raise self._wrong(f"goes back from epoch {branch.epochs[-1]} to {epoch}")
        if line.weights is not None:
            self._check_size(line.weights)
        loss = math.nan if line.loss is None else line.loss
        if line.confusion is not None:
            told = {"loss": loss, "weights": line.weights or (), "gradient": line.gradient, "confusion": line.confusion}
            known = msgspec.convert(told, Measured)
            if known.weights:
                branch.measured[epoch] = _moment(epoch, known)
        branch.epochs.append(epoch)
        branch.losses.append(loss)
        branch.weights.append(line.weights)
        branch.bests.append(None if line.best is None else Best(*line.best))
        if isinstance(line.alpha, (int, float)) and branch.alpha_at(epoch) != line.alpha:
            branch.steer(epoch, float(line.alpha))
        if branch.stop is not None:
            self._go_on()

    def _check_size(self, weights: list[float]) -> None:
        if self._size is None:
            self._size = len(weights)
        if len(weights) != self._size:
            raise self._wrong(f"has {len(weights)} weights, not {self._size}")


def _moment(epoch: int, known: Measured) -> Moment:
    return Moment(epoch, np.array(known.weights), known.loss, known.gradient, known.confusion)


class _NotANumberError(Exception):
    """NaN or an infinity, which some writers take for JSON."""


def _refuse(constant: str) -> float:
    raise _NotANumberError(constant)


_EPOCHS = msgspec.json.Decoder(Epoch)
_DECODER = json.JSONDecoder(parse_constant=_refuse)
"""Made once: `json.loads` would make one for each line, which takes as long as reading it."""
