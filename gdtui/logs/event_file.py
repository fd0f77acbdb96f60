"""A TensorBoard event file, read on as it grows."""

from __future__ import annotations

import os
from typing import IO

import numpy as np
from numpy.typing import NDArray

from gdtui.logs.event_layout import Layout
from gdtui.logs.places_along import Along, along_in
from gdtui.logs.record_framing import Frames
from gdtui.logs.rows import Rows
from gdtui.types import Floats

BLOCK = 2**20
"""Bytes that are read at once, where no record is longer: all that is made of them fits into a core's cache."""
LONGEST = 2**26
"""Bytes in a record that is looked into; those in a longer one are passed over unread."""
MOST_AT_ONCE = 2**25
"""Bytes that are read before what they say is shown."""
END = 256
"""Bytes of what was read last by which the file is known again."""

Pieces = dict[str, list[tuple[NDArray[np.int64], Floats]]]
"""By tag: which records, and a table of their steps, times and values."""


class EventFile:
    """One file as far as it has been read.

    Attributes:
        skipped: records that were passed over, since they are damaged, or no events.
        first_skipped: which the first was, and why.
        damage: why nothing is read behind a place; empty where there is none.
        has_more: whether there is more to be read than was read at once.
        count: records that were read, or passed over.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.skipped, self.first_skipped, self.damage = 0, "", ""
        self.has_more = False
        self._at = self.count = 0
        self._block = BLOCK
        self._epochs: Floats = np.empty((0, 3))
        """The steps, times and values of a tag that is called epoch: those that came last."""
        self._seen: os.stat_result | None = None
        self._end = b""

    def read(self, plugins: dict[str, str]) -> list[Rows] | None:
        """What is new; None where the file is not what has been read of it any more. Raises OSError.

        Args:
            plugins: what shows a tag, as far as is known.
        """
        about = os.stat(self.path)
        if not self.has_more and self._seen is not None and _state(about) == _state(self._seen):
            return []
        with open(self.path, "rb") as file:
            if not self._is_in(file):
                return None
            self._seen, self.damage, pieces = os.fstat(file.fileno()), "", Pieces()
            begun, self.has_more = self._at, True
            while self.has_more and self._at - begun < MOST_AT_ONCE:
                self.has_more = self._next_block(file, plugins, pieces)
            start = max(0, self._at - END)
            file.seek(start)
            self._end = file.read(self._at - start)
        return self._told(pieces)

    def _is_in(self, file: IO[bytes]) -> bool:
        if self._seen is None:
            return True
        about = os.fstat(file.fileno())
        if (about.st_dev, about.st_ino) != (self._seen.st_dev, self._seen.st_ino) or about.st_size < self._at:
            return False
        file.seek(self._at - len(self._end))
        return file.read(len(self._end)) == self._end

    def _next_block(self, file: IO[bytes], plugins: dict[str, str], pieces: Pieces) -> bool:
        """Whether there may be another after it."""
        file.seek(self._at)
        block = file.read(self._block)
        frames = Frames(block)
        self._take(frames, plugins, pieces)
        self.count += len(frames.starts)
        self._at += frames.end
        self._block = max(BLOCK, frames.needs)
        if frames.is_damaged:
            self.damage = (
                f"record {self.count + 1:,}, at byte {self._at:,}, has a damaged length: nothing behind it can be read"
            )
            return False
        if frames.needs > LONGEST:
            self._block = BLOCK
            if self._at + frames.needs > os.fstat(file.fileno()).st_size:
                return False
            self._at += frames.needs
            self.count += 1
            return True
        return self._at + frames.needs <= os.fstat(file.fileno()).st_size

    def _take(self, frames: Frames, plugins: dict[str, str], pieces: Pieces) -> None:
        """Put the scalars of these records behind those that are known."""
        skipped = list[tuple[int, str]]()
        for size in frames.kinds:
            which, payloads, columns, are_whole = frames.payloads(size)
            if not are_whole.all():
                skipped += [(number, "is damaged") for number in which[~are_whole].tolist()]
                which, payloads = which[are_whole], payloads[are_whole]
            while len(which):
                try:
                    layout = Layout(payloads[0].tobytes(), plugins)
                except ValueError as error:
                    skipped.append((int(which[0]), str(error)))
                    which, payloads = which[1:], payloads[1:]
                    continue
                same = layout.same(payloads, columns)
                if same.all():
                    _take(layout, which + self.count, payloads, pieces)
                    break
                _take(layout, which[same] + self.count, payloads[same], pieces)
                which, payloads = which[~same], payloads[~same]
        if skipped:
            number, why = min(skipped)
            self.skipped += len(skipped)
            self.first_skipped = self.first_skipped or f"record {self.count + number + 1:,} {why}"

    def _told(self, pieces: Pieces) -> list[Rows]:
        """What these scalars say, a tag at a time."""
        epochs = next((pieces.pop(tag) for tag in [*pieces] if Along.EPOCH in along_in([tag])), [])
        if epochs:
            before = self._epochs[-1:]  # what was told last holds until the first of these
            self._epochs = _in_order([(np.full(len(before), -1), before), *epochs])[1]
        return [self._rows(_named(tag), *_in_order(parts)) for tag, parts in pieces.items()]

    def _rows(self, name: str, which: NDArray[np.int64], table: Floats) -> Rows:
        """What is said of one tag, with the epoch that was told last at each step or before it, if any was. What is
        read before the epoch of its step has been written counts as of the one before."""
        records = (which + 1).astype(np.float64)
        if not len(self._epochs):
            return Rows(("step", "time", name), table, records=records)
        epochs = self._epochs[np.argsort(self._epochs[:, 0], kind="stable")]
        last = np.searchsorted(epochs[:, 0], table[:, 0], side="right") - 1
        epoch = np.where(last < 0, np.nan, epochs[last, 2])
        return Rows(("step", "time", "epoch", name), np.insert(table, 2, epoch, axis=1), records=records)


def _state(about: os.stat_result) -> tuple[int, ...]:
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


def _take(layout: Layout, which: NDArray[np.int64], payloads: NDArray[np.uint8], pieces: Pieces) -> None:
    """Read the scalars of records of one layout."""
    if layout.values:
        step, time = layout.step.of(payloads), layout.time.of(payloads)
        for tag, number in layout.values.items():
            table = np.array([step, time, number.of(payloads)]).T
            pieces.setdefault(tag, []).append((which, table))


def _in_order(parts: list[tuple[NDArray[np.int64], Floats]]) -> tuple[NDArray[np.int64], Floats]:
    """Which records, and the tables together, in the order of the file."""
    if len(parts) == 1:
        return parts[0]
    parts = sorted((part for part in parts if len(part[0])), key=_first)
    which, table = np.concatenate([which for which, _ in parts]), np.concatenate([table for _, table in parts])
    if (which[:-1] < which[1:]).all():
        return which, table
    order = np.argsort(which, kind="stable")
    return which[order], table[order]


def _first(part: tuple[NDArray[np.int64], Floats]) -> int:
    return int(part[0][0])


def _named(tag: str) -> str:
    """A tag that would be taken for the place of a record bears the name of TensorBoard's tab before it."""
    return f"scalars/{tag}" if along_in([tag]) else tag
