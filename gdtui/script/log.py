"""`log`: a run's log in three lines of a training script, which `gdtui watch` shows, and steers the run by."""

from __future__ import annotations

import math
import os
import sys
import time
import weakref

from gdtui.script import control
from gdtui.script.encoding import Encoder, in_text
from gdtui.script.file import LogFile
from gdtui.script.steering import Steering

TYPE_CHECKING = False  # typing takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any, Self

VERSION = 1
ALPHAS = "alpha", "learning_rate", "lr"
"""What the learning rate is called among a script's settings."""
OWN = "time", "gdtui"
"""Names that are the log's own: what a script calls so is written as `run/time`, `run/gdtui`."""


def log(path: str | os.PathLike[str] | None, /, *, resume: bool = False, **config: Any) -> Log:
    """Begin the log of a training, which `gdtui watch` shows while it grows.

    Nothing of it ever raises into the training: what goes wrong, such as a full disk, is told once on standard error.

    Args:
        path: of the file, JSON lines; its folder is made. Where the file is there already, a new one is made beside it,
            run-2.jsonl for run.jsonl, and that is said. None for a log that is nowhere, as on all but one of the
            machines that train together.
        resume: append to the file that is there, as where a training goes on from a checkpoint.
        config: what the training was set to, for those who read the log. `alpha` (or `learning_rate`, or `lr`) and
            `epochs` are what those who watch steer from.
    """
    return Log(path, resume, config)


class Log:
    """A run's log, made by `log`. Call it with what was measured: `run(epoch=3, loss=0.2)`."""

    def __init__(self, path: str | os.PathLike[str] | None, resume: bool, config: Mapping[str, Any]) -> None:
        file = LogFile(path, resume)
        run, beside = os.urandom(4).hex(), control.beside(file.path) if file.path and file.takes_steering else None
        self._records = Records(file)
        self._steering = Steering(beside, run, _steered_from(config), self._records.mark)
        self._end = weakref.finalize(self, _end, self._records, self._steering, os.getpid())
        about = {"gdtui": "log", "version": VERSION, "run": run, "steering": beside is not None}
        settings = {str(name): in_text(value) for name, value in config.items()}
        if not self._records.mark({**about, "config": settings}):
            self._records.mark({**about, "config": {}})  # they are too long

    def __call__(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        """Write what was measured: numbers by their names, Python's or those of a library (NumPy, PyTorch, …), also in
        dictionaries, and texts. Names that are no words of Python come in a mapping: `run({"val/loss": 0.3}, epoch=3)`.

        The file has it when this returns. `epoch` and `step` say where along the training it was measured.
        What is called `time` or `gdtui`, which are the log's own, is written as `run/time` and `run/gdtui`.
        """
        self._records.write(values, more)

    @property
    def alpha(self) -> float:
        """The learning rate: what the log was made with, until those who watch ask for another. NaN, and that is told,
        where it was made without."""
        return float(self._value("alpha", math.nan))

    @property
    def epochs(self) -> int:
        """How many epochs are wanted in all, in the same way; 0 where that was not given."""
        return int(self._value("epochs", 0))

    @property
    def should_stop(self) -> bool:
        """Whether those who watch ask for the end of the training."""
        return bool(self._steering.value("stop"))

    @property
    def paused(self) -> bool:
        """Whether those who watch ask for a pause; `wait` makes it."""
        return bool(self._steering.value("paused"))

    def wait(self) -> None:
        """Return at once; where those who watch ask for a pause, when it ends."""
        self._steering.wait()

    def close(self) -> None:
        """Say in the log that the training has ended, which is done as well when the script ends."""
        self._end()

    def begin_with(self, **values: Any) -> None:
        """What is steered from, where a callback finds it out; those that are None are not known."""
        known = {name: value for name, value in values.items() if value is not None}
        self._steering.begin_with(known)
        self._records.mark({"gdtui": "config", "config": known})

    def asked(self, name: str) -> Any:
        """What those who watch ask for that the script has not got yet; None where there is nothing."""
        return self._steering.new(name)

    def tell(self, what: str) -> None:
        """Say on standard error what is wrong with the log, the first time that anything is."""
        self._records.tell(what)

    def keras(self) -> Any:
        """A callback for `model.fit(callbacks=[…])` of Keras."""
        return callbacks().keras(self)

    def lightning(self) -> Any:
        """A callback for `Trainer(callbacks=[…])` of Lightning."""
        return callbacks().lightning(self)

    def transformers(self) -> Any:
        """A callback for `Trainer(callbacks=[…])` of Hugging Face's transformers."""
        return callbacks().transformers(self)

    def xgboost(self) -> Any:
        """A callback for `xgboost.train(callbacks=[…])`."""
        return callbacks().xgboost(self)

    def lightgbm(self) -> Any:
        """A callback for `lightgbm.train(callbacks=[…])`."""
        return callbacks().lightgbm(self)

    def sklearn(self) -> Any:
        """A callback for `estimator.set_callbacks(…)` of scikit-learn, of those estimators that have it; a loop over
        `partial_fit` needs none."""
        return callbacks().sklearn(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._records.ended_by(error)
        self.close()

    def __reduce__(self) -> tuple[Callable[..., Log], tuple[None]]:
        return log, (None,)  # in another process, as in a pickled model, it is the log of no run

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def _value(self, name: str, otherwise: float) -> Any:
        value = self._steering.value(name)
        if value is None:
            self._records.tell(f"{name} is not known; give log(path, {name}=…) the one to begin with")
            return otherwise
        return value


class Records:
    """What is written to a log, one after the other."""

    def __init__(self, file: LogFile) -> None:
        self._file, self._encoder = file, Encoder()
        self._place: dict[str, Any] = {}
        self.tell = file.tell
        self._end: dict[str, Any] = {}

    def write(
        self, values: Mapping[str, Any] | None, more: dict[str, Any], mark: Mapping[str, Any] | None = None
    ) -> bool:
        """Write a record, with the time, behind what marks it; returns whether there is one to be written. Raises
        nothing."""
        try:
            if values:
                more = {**values, **more}
            for name in OWN:
                if name in more:
                    more[f"run/{name}"] = more.pop(name)
            place: dict[str, Any] = {name: more[name] for name in ("epoch", "step") if name in more}
            if place:
                self._place = place
            more["time"] = round(time.time(), 3)
            line, left_out = self._encoder.line({**mark, **more} if mark else more)
            self._file.write(line)
            if left_out:
                self.tell(f"{left_out}, is left out")
            return bool(line)
        except Exception as error:
            self.tell(f"cannot be written: {error}")
            return False

    def mark(self, mark: Mapping[str, Any]) -> bool:
        """The same of what is no measurement, with where along the training it was."""
        return self.write(None, dict(self._place), mark)

    def ended_by(self, error: BaseException | None) -> None:
        """Know why the training has ended: by an error, or as it should. The first who knows it is right."""
        self._end = self._end or {"why": _told(error)}
        if isinstance(error, Exception):  # who interrupts it, or calls sys.exit, means to end it
            self._end["failed"] = True

    def close(self) -> None:
        self.mark({"gdtui": "ended", **self._end})
        self._file.close()


def callbacks() -> Any:
    """The module of what other libraries call, which is imported by the scripts that use it."""
    from gdtui.script import callbacks

    return callbacks


def _steered_from(config: Mapping[str, Any]) -> dict[str, Any]:
    """The values that can be steered, as the script begins with them."""
    values: dict[str, Any] = {"paused": False, "stop": False}
    for name, kind, names in (("alpha", float, ALPHAS), ("epochs", int, ("epochs",))):
        for given in names:
            try:
                values.setdefault(name, kind(config[given]))
            except Exception:  # it is not given, or no number
                continue
    return values


def _end(records: Records, steering: Steering, pid: int) -> None:
    if os.getpid() == pid:  # not at the end of a process that was forked from it
        # Where somebody types one line after the other, an error ends none of it.
        records.ended_by(None if hasattr(sys, "ps1") else getattr(sys, "last_value", None))
        records.close()
        steering.end()


def _told(error: BaseException | None) -> str:
    return "the script has ended" if error is None else f"{type(error).__name__}: {error}"[:200].rstrip(": ")
