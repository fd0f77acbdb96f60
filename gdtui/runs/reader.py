"""Runs as files: one JSON object a line, appended and flushed as it happens.

The first line says what determines the run; then come events, each with one of these keys:

    {"epoch": 1, "loss": 81.83, "weights": [0.63, 0.26, 0.04]}   measured before the epoch's step; some also have
                                                                 "gradient", its norm, and "confusion", a matrix
    {"alpha": 0.02, "from": 38}                                  the step of epoch 38 is the first with it
    {"epochs": 150}                                              as many are wanted of this branch now
    {"fork": 21, "of": 0, "alpha": 0.1}                          a new branch: epochs 1 … 20 are those of branch 0
    {"branch": 0}                                                what follows belongs to that branch
    {"stop": "epochs", "epoch": 100, "message": "…"}             training ended; "end" has loss, weights, gradient
                                                                 and confusion after the last step

Floats are written so that they read back as the same bits. Every epoch is kept up to 10,000, every 10th up to
100,000, and so on; what lies between is recomputed from the one before, to the same bits. A last line that was
cut off is passed over. Only `epoch` and `loss` are needed for a run to be shown, so any program can write one.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from gdtui.learning.descent import Stop
from gdtui.text import printable

FORMAT, VERSION = "gdtui-run", 1
LONGEST_LINE = 16 * 2**20
"""Characters in a line, at the most: 30 features take one thousand."""

LAST_EPOCH = 2**53
"""Beyond this, floats cannot tell one epoch from the next."""


class RunFileError(ValueError):
    """A run file that cannot be used; the message is one line that says where and why."""


class OnlyLossesError(RunFileError):
    """A good run file, of which no more than the losses can be shown; the message says why."""

    has_losses = True


Confusion = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file says of an epoch beside its loss and weights."""

    gradient_norm: float
    confusion: Confusion


@dataclass(frozen=True, slots=True)
class End:
    """What a file says of the state after the last step."""

    loss: float
    weights: list[float]
    measured: Measured


@dataclass
class Branch:
    """The records of one branch, in order."""

    epochs: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    weights: list[list[float] | None] = field(default_factory=list)
    alphas: list[tuple[int, float]] = field(default_factory=list)
    """(first epoch, alpha), ascending."""
    forked_at: int | None = None
    parent: int = 0
    """The number of the branch it was forked from, if it was."""
    wanted: int = 0
    """Epochs wanted; 0 where the file does not say."""
    stop: Stop | None = None
    end: End | None = None
    """The state after the last step of a run that ended, where the file says it."""
    measured: dict[int, Measured] = field(default_factory=dict)
    """By epoch."""

    def fork(self, number: int, epoch: int, alpha: float) -> Branch:
        """A branch that shares the epochs before `epoch` with this one, which has that number."""
        count = sum(1 for known in self.epochs if known < epoch)
        alphas = [pair for pair in self.alphas if pair[0] < epoch]
        if not alphas or alphas[-1][1] != alpha:
            alphas.append((epoch, alpha))
        known = self.epochs[:count], self.losses[:count], self.weights[:count], alphas
        measured = {known: value for known, value in self.measured.items() if known < epoch}
        return Branch(*known, epoch, number, self.wanted, measured=measured)

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
        self._rest = b""
        self._offset = 0
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
                file.seek(self._offset)
                before = self._line
                while chunk := file.read(2**20):
                    self._offset += len(chunk)
                    *lines, self._rest = (self._rest + chunk).split(b"\n")
                    for line in lines:
                        self._take(line)
                    if len(self._rest) > LONGEST_LINE:
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
            self._epoch(event)
        elif "fork" in event:
            number = _whole(event.get("of", self.current))
            self.branches.append(self.branches[number].fork(number, _whole(event["fork"]), _real(event["alpha"])))
            self.current = len(self.branches) - 1
        elif "branch" in event:
            self.branches[_whole(event["branch"])]
            self.current = _whole(event["branch"])
        elif "alpha" in event:
            self.branch.alphas.append((_whole(event["from"]), _real(event["alpha"])))
        elif "epochs" in event:
            self.branch.wanted, self.branch.stop, self.branch.end = _whole(event["epochs"]), None, None
        elif "stop" in event:
            self.branch.stop = Stop(str(event["stop"]), printable(str(event.get("message", event["stop"]))))
            end = event.get("end")
            if end is not None:
                self.branch.end = End(_real(end["loss"]), self._weights(end["weights"]), _measured(end))
        else:
            self._is_known = was_known
            self._foreign = self._foreign or list(event)

    def _begin(self, event: dict[str, Any]) -> None:
        if event["format"] != FORMAT:
            raise self._wrong(f"names the format {event['format']!r}, not {FORMAT!r}")
        if _whole(event["version"]) > VERSION:
            raise self._wrong(f"says version {event['version']}; this gdtui reads up to version {VERSION}")
        if self._line != 1:
            raise self._wrong("begins another run; a run file holds one")
        self.header = event
        self.branch.wanted = _whole(event.get("epochs", 0))
        if "features" in event:
            self._size = 1 + len(event["features"])
        if "alpha" in event:
            self.branch.alphas.append((1, _real(event["alpha"])))

    def _epoch(self, event: dict[str, Any]) -> None:
        branch, epoch = self.branch, _whole(event["epoch"])
        if epoch < 1:
            raise self._wrong(f"says epoch {epoch}; epochs are counted from 1")
        if epoch > LAST_EPOCH:
            raise self._wrong(f"says an epoch beyond {LAST_EPOCH:,}")
        if branch.epochs and epoch <= branch.epochs[-1]:
            if epoch == branch.epochs[-1]:
                return  # a resumed run may say its first epoch again
            raise self._wrong(f"goes back from epoch {branch.epochs[-1]} to {epoch}")
        loss = math.nan if event["loss"] is None else _real(event["loss"])
        weights = None if event.get("weights") is None else self._weights(event["weights"])
        branch.epochs.append(epoch)
        branch.losses.append(loss)
        branch.weights.append(weights)
        if isinstance(event.get("alpha"), (int, float)) and branch.alpha_at(epoch) != event["alpha"]:
            branch.alphas.append((epoch, float(event["alpha"])))
        if "confusion" in event:
            branch.measured[epoch] = _measured(event)
        branch.stop = branch.end = None

    def _weights(self, numbers: Any) -> list[float]:
        weights = [_real(number) for number in numbers]
        if self._size is None:
            self._size = len(weights)
        if len(weights) != self._size:
            raise self._wrong(f"has {len(weights)} weights, not {self._size}")
        return weights


class _NotANumberError(Exception):
    """NaN or an infinity, which some writers take for JSON."""


def _refuse(constant: str) -> float:
    raise _NotANumberError(constant)


_DECODER = json.JSONDecoder(parse_constant=_refuse)
"""Made once: `json.loads` would make one for each line, which takes as long as reading it."""


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _real(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def _measured(event: dict[str, Any]) -> Measured:
    true_negative, false_positive, false_negative, true_positive = map(_whole, event["confusion"])
    counts = true_negative, false_positive, false_negative, true_positive
    if min(counts) < 0 or not sum(counts):
        raise ValueError(f"{list(counts)} is no confusion matrix")
    return Measured(_real(event["gradient"]), counts)
