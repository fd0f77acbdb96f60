"""TensorBoard's event files: one, or all of a folder, which are one run."""

from __future__ import annotations

import os
from typing import ClassVar

from gdtui.logs.event_file import EventFile
from gdtui.logs.file_reader import FileReader
from gdtui.logs.record_framing import HEADER, length_in
from gdtui.logs.rows import LogError, Rows
from gdtui.text import printable

NAME, VERSION = "tfevents", b"brain.Event:"


class TensorBoard(FileReader):
    """See `gdtui.logs.rows.Reader`."""

    format: ClassVar[str] = "TensorBoard event files"
    has_global_steps: ClassVar[bool] = True

    def _begin_reading(self) -> None:
        super()._begin_reading()
        self._files: dict[str, EventFile] = {}
        self._plugins: dict[str, str] = {}
        self._count = 0
        """Records in all of its files, as far as they have been read."""

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        if os.path.isdir(path):
            return any(NAME in name for name in os.listdir(path))
        if NAME in os.path.basename(path):
            return True
        return len(head) >= HEADER and length_in(head[:HEADER]) is not None and VERSION in head[:64]

    def read(self) -> list[Rows]:
        found = self._read_on()
        if found is None:
            self._begin_reading()
            found = self._read_on() or []
        self._count_skipped()
        if not found and self._files:
            path, file = [*self._files.items()][-1]
            if file.damage:
                raise LogError(f"{path}: {file.damage}")
        return found

    def _count_skipped(self) -> None:
        """Records, and places behind which a file cannot be read."""
        self.skipped = sum(file.skipped + bool(file.damage) for file in self._files.values())
        for path, file in self._files.items():
            if why := file.first_skipped or file.damage:
                self.first_skipped = printable(f"{os.path.basename(path)}: {why}")
                break

    def _read_on(self) -> list[Rows] | None:
        """What is new, in the order of the files' names, which begin with a time; None where a file is not the one any
        more that has been read."""
        paths = [self.path]
        if os.path.isdir(self.path):
            paths = [os.path.join(self.path, name) for name in sorted(os.listdir(self.path)) if NAME in name]
        if not {*self._files} <= {*paths}:
            return None
        found = list[Rows]()
        for path in paths:
            file = self._files.setdefault(path, EventFile(path))
            others = self._count - file.count
            rows = file.read(self._plugins)
            if rows is None:
                return None
            found += (one._replace(records=None if one.records is None else one.records + others) for one in rows)
            self._count = others + file.count
            self.has_more = file.has_more
            if self.has_more:
                break
        return found
