"""Logs that scripts write by `gdtui.log`: JSON lines, and between them marks of what was steered, and of the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from gdtui.logs.json_lines import JsonLines, object_in
from gdtui.logs.places_along import Along
from gdtui.logs.rows import Rows
from gdtui.script.control import what_is_wrong
from gdtui.script.log import ALPHAS
from gdtui.text import printable

if TYPE_CHECKING:
    from gdtui.logs.run import LogRun

MARK = b'{"gdtui":"'
"""How a mark begins."""
BEGINNING = MARK + b'log"'
"""How a log begins."""


class Taken(NamedTuple):
    """What a script said of a wish: that it has it, or in `wrong` why it does not take it."""

    value: Any
    number: int
    by: str
    wrong: str = ""


class Told(NamedTuple):
    """Something that a mark tells, in words, and where along the training, if that is known."""

    text: str
    at: int | None
    place: str = "epoch"
    """What is counted."""
    mark: str = ""
    """What stands in charts there, if anything does."""


class ScriptLog(JsonLines):
    """JSON lines as `gdtui.log` writes them.

    Attributes:
        run_name: tells this run from others in the same file, before it or after.
        takes_steering: whether its script looks for a control file.
        config: what the training was set to.
        values: alpha, epochs, paused and stop, as far as they are known, as the script has them.
        taken: what was last said of each of them.
        told: what the marks tell, one after the other.
        failure: the error by which the training ended; empty where there was none.
        tells_its_end: that whoever writes it says so at the end, unless it is killed.
    """

    tells_its_end: ClassVar[bool] = True
    format: ClassVar[str] = "logs by gdtui.log"

    def _begin_reading(self) -> None:
        super()._begin_reading()
        self.run_name, self.takes_steering, self.is_over, self.failure = "", False, False, ""
        self.config: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self.taken: dict[str, Taken] = {}
        self.told: list[Told] = []

    @property
    def end(self) -> tuple[Along, float] | None:
        """Where the training ends, as far as its script has said."""
        epochs = self.values.get("epochs")
        return None if epochs is None else (Along.EPOCH, float(epochs))

    @property
    def is_paused(self) -> bool:
        """Whether it stands still since somebody asked for that."""
        return bool(self.values.get("paused")) and not self.is_over

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        return b"\n" + BEGINNING in b"\n" + head  # others may have written to it before

    def rows(self, block: bytes, before: int) -> list[Rows]:
        """As of any JSON lines; marks are taken from between them, in their turn."""
        if MARK not in block:
            return self._records(block, before)
        found = list[Rows]()
        lines = enumerate(block.split(b"\n")[:-1], before)
        for is_mark, group in groupby(lines, lambda line: line[1].startswith(MARK)):
            numbers, texts = zip(*group, strict=True)
            if is_mark:
                for number, text in zip(numbers, texts, strict=True):
                    self._mark(number, text)
            else:
                found += self._records(b"".join(text + b"\n" for text in texts), numbers[0])
        return found

    def _records(self, block: bytes, before: int) -> list[Rows]:
        self.is_over = self.is_over and not block.strip()  # as where another process goes on with it
        return super().rows(block, before)

    def _mark(self, before: int, line: bytes) -> None:
        mark = object_in(line)
        if mark is None:
            self._skip(f"line {before + 1} is no JSON object")
            return
        match mark.get("gdtui"):
            case "log":
                self._begin_run(mark)
            case "config":
                self._set(mark.get("config"))
            case "steered":
                self._steered(mark)
            case "note":
                self._tell(mark, f"note: {mark.get('note')}")
            case "ended":
                self.is_over = True
                self.failure = printable(str(mark.get("why"))) if mark.get("failed") is True else ""
                self._tell(mark, f"ended: {mark.get('why')}")

    def _begin_run(self, mark: dict[str, Any]) -> None:
        if self.run_name:
            self._tell(mark, "resumed: another run goes on in this log")
        self.run_name, self.takes_steering = str(mark.get("run")), mark.get("steering") is True
        self.values, self.taken, self.is_over = {}, {}, False
        self._set(mark.get("config"))

    def _set(self, config: object) -> None:
        self.values |= _known(config)
        self.config = {**self.config, **config} if isinstance(config, dict) else self.config

    def _steered(self, mark: dict[str, Any]) -> None:
        number, by = mark.get("number"), str(mark.get("by"))
        number = number if type(number) is int else 0
        values, refused = mark.get("steered"), mark.get("refused")
        for name, value in values.items() if isinstance(values, dict) else ():
            if what_is_wrong(name, value):
                continue
            is_new = self.taken.get(name) != Taken(value, number, by)  # several threads may have said so
            self.values[name], self.taken[name] = value, Taken(value, number, by)
            if is_new:
                in_charts = f"α {value:g}" if name == "alpha" else ""
                self._tell(mark, f"{in_words(name, value)} (by {by})", in_charts)
        for name, wrong in refused.items() if isinstance(refused, dict) else ():
            self.taken[name] = Taken(None, number, by, str(wrong))
            self._tell(mark, f"{name} not taken: it {wrong} (by {by})")

    def _tell(self, mark: dict[str, Any], text: str, in_charts: str = "") -> None:
        place = "step" if "step" in mark else "epoch"
        count = mark.get(place)
        whole = int(count) if isinstance(count, (int, float)) and count == count // 1 else None
        self.told.append(Told(printable(text), whole, place, in_charts))


class Marks:
    """Tells the marks of several runs' logs as they come."""

    def __init__(self) -> None:
        self._told: dict[LogRun, tuple[int, int]] = {}
        """How often a log was begun to be read, and how much of what it tells was told."""

    def news(self, runs: Iterable[LogRun]) -> Iterator[tuple[LogRun, str]]:
        """What is new in them, a line each."""
        for run in runs:
            reader = run.reader
            if isinstance(reader, ScriptLog):
                readings, count = self._told.get(run, (0, 0))
                count = count if readings == reader.readings else 0
                self._told[run] = reader.readings, len(reader.told)
                for told in reader.told[count:]:
                    yield run, told.text if told.at is None else f"{told.place} {told.at:,}: {told.text}"


def in_words(name: str, value: Any) -> str:
    """What a script has taken."""
    match name, value:
        case "paused", _:
            return "paused" if value else "goes on"
        case "stop", _:
            return "is to end" if value else "is not to end any more"
        case "epochs", _:
            return f"epochs {value:,}"
    return f"{name} {value:g}"


def _known(config: object) -> dict[str, Any]:
    """What can be steered, as the script began with it."""
    if not isinstance(config, dict):
        return {}
    alphas = [config[name] for name in ALPHAS if name in config]
    found = {"epochs": config.get("epochs"), "alpha": alphas[0] if alphas else None}
    return {name: value for name, value in found.items() if not what_is_wrong(name, value)}
