"""What a program has printed, as it comes through a pipe, or stands in a file: numbers among text."""

from __future__ import annotations

import re
from collections import deque
from typing import ClassVar, NamedTuple

import numpy as np

from gdtui.logs.bars import Bars
from gdtui.logs.blocks import Blocks, lines_in
from gdtui.logs.lines import LineReader, Record, together
from gdtui.logs.places_along import Along
from gdtui.logs.printed_table import PrintedTable
from gdtui.logs.rows import Rows
from gdtui.logs.text_rules import CODES, NOTHING, Said
from gdtui.logs.text_shapes import Shapes
from gdtui.text import printable

KEPT = 200
"""Lines of the text that are kept."""
MOST_ONCE = 1_000
"""Keys that are remembered until they come again."""
STATE = re.compile(rb"([^\r\n]*)([\r\n])")


class Once(NamedTuple):
    """What may be of a record: the number that this has then, its places, and the value."""

    number: int
    places: dict[str, float]
    value: float


class TextLines(LineReader):
    """Text. Of a line that is written over and over, such as a bar, what it shows at last counts; of a bar that says
    no epoch also what it shows on its way, by how far it is."""

    format: ClassVar[str] = "text such as loss=0.5"

    def _begin_reading(self) -> None:
        super()._begin_reading()
        self.blocks = Blocks(ends=(b"\n", b"\r"))
        self.text: deque[str] = deque(maxlen=KEPT)
        """The last lines, as they can be shown."""
        self.prose: deque[str] = deque(maxlen=KEPT)
        """Those that are no records; whoever has shown them takes them away."""
        self.end: tuple[Along, float] | None = None
        """Where along the training it ends."""
        self._state = ""
        """What the line that is not at its end shows."""
        self._epoch: float | None = None
        """The last that a line told, which holds for those after it."""
        self._first = np.inf
        """The first epoch that was told in parts: whether they are counted from 0 or from 1."""
        self._step: float | None = None
        self._ended: tuple[float, float | None] = np.nan, None
        """The last step that was told since an epoch was measured, and the epoch measured last with its step."""
        self.now: float | None = None
        """Seconds since 1970 at which what is read next was printed, where that is known."""
        self._bars, self._table, self._shapes = Bars(), PrintedTable(), Shapes()
        self._twice: set[str] = set()
        """Keys that are taken, since they have come twice."""
        self._once: dict[tuple[str, frozenset[str]], Once] = {}
        """What came once, by its key and all keys beside it: settings come once, records again and again."""
        self._count = 0
        """Records so far."""

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        return b"\0" not in head and bool(head)

    @classmethod
    def is_likely(cls, head: bytes) -> bool:
        """Whether there is a record in a file that begins so; else it is any text."""
        reader = cls("")
        return bool(reader.rows(head + b"\n", 0))

    def record(self, line: bytes) -> Record:
        """Of text there are several at once; see `rows`."""
        raise NotImplementedError

    def rows(self, block: bytes, before: int) -> list[Rows]:
        records: list[tuple[int, dict[str, float]]] = []
        for match in STATE.finditer(block):
            shown, is_end = shown_of(match[1]), match[2] == b"\n"
            if is_end:
                self._state, shown = "", shown if shown.strip() else self._state
                self.text.append(shown)
            elif shown.strip():
                self._state = shown
            if shown.strip():
                for said in self._said_in(shown.rstrip(), is_end):
                    self._take(said, records)
        if (count := lines_in(block)) > KEPT:
            self.text.popleft()
            self.text.appendleft(f"({count - KEPT + 1:,} lines are left out here)")
        numbers = np.array([number for number, _ in records], dtype=np.float64)
        return [together([record for _, record in records])._replace(records=numbers)] if records else []

    def _said_in(self, shown: str, is_end: bool) -> list[Said]:
        if not (is_end or "[" in shown):  # no bar
            return []
        said = (self._table.said_in(shown) if is_end else None) or self._shapes.said_in(shown.strip())
        if said.bar is not None:
            return self._bars.take(said, is_end)
        if not is_end:
            return []
        if not said.values:
            self.prose.append(shown)
        return [*self._bars.end(), said] if said is not NOTHING else []

    def _take(self, said: Said, records: list[tuple[int, dict[str, float]]]) -> None:
        """Add what a line says to the records, each with its number, and what lines before have said of which it is
        now known that it is one."""
        places, now = dict(said.places), dict[str, float]()
        if said.epochs:
            self.end = Along.EPOCH, said.epochs
        if self.now is not None:
            places["time"] = self.now
        self._carry(places, bool(said.values))
        if said.part is not None and "epoch" in said.places:
            self._first = min(self._first, said.places["epoch"])
            places["epoch"] += said.part - (self._first > 0)
        is_placed = bool(places.keys() - {"time"}) and not (said.is_summary and not said.places)
        shape, earlier, once = frozenset(said.values), dict[int, tuple[int, dict[str, float]]](), list[str]()
        for key, value in said.values.items():
            if key in self._twice or (key in said.known and is_placed):
                now[key] = value
            elif (first := self._once.pop((key, shape), None)) is not None:
                self._twice.add(key)
                self._count = max(self._count, first.number)
                if first.places.keys() == places.keys():
                    earlier.setdefault(id(first.places), (first.number, {**first.places}))[1][key] = first.value
                now[key] = value
            elif len(self._once) < MOST_ONCE:
                once.append(key)
        number = self._count + 1
        self._once |= {(key, shape): Once(number, places, said.values[key]) for key in once}
        records += earlier.values()
        if now:
            records.append((number, {**now, **places}))
            self._count = number

    def _carry(self, places: dict[str, float], is_record: bool) -> None:
        """Add what lines before have told of the place: of one that tells no step, the epoch, and the step that it came
        after."""
        if "epoch" in places:
            self._epoch = places["epoch"]
        if "step" in places:
            self._step = places["step"]
            return
        if self._epoch is not None and is_record:
            places["epoch"] = self._epoch
            if self._epoch != self._ended[0]:
                self._ended, self._step = (self._epoch, self._step), None
            if self._ended[1] is not None:
                places["step"] = self._ended[1]


def shown_of(state: bytes) -> str:
    """What a terminal shows of it, without colours, in printable letters."""
    return printable(CODES.sub("", state.decode(errors="replace")))
