"""The logs below a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from gdtui.logs.readers import is_log, is_log_folder

MOST_LOGS, MOST_LOOKED_AT, DEEPEST = 100, 20_000, 12
"""Logs that are taken of a folder, the newest; files and folders that are looked at, and folders in one another."""
SAVED = re.compile(r"checkpoint-\d+")
"""A folder that holds what a run had come to, in a folder that is a log itself."""


class Walk:
    """One folder, which is looked through again and again.

    Attributes:
        path: of the folder.
        found: the logs in it.
        passed: files and folders that could not be read.
        left_out: logs of which there are too many.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[str] = []
        self.passed = 0
        self._looked_at = self.left_out = 0
        self._known: dict[str, tuple[int, bool]] = {}
        """Files that were looked into: their length then, and whether they are logs."""

    def logs(self) -> list[str]:
        """Its logs, those that were written to last first; those found before stay among them."""
        self.passed = self._looked_at = 0
        dated = sorted(self._below(self.path, 0, set()), reverse=True)
        found = [path for _, path in dated]
        room = max(0, MOST_LOGS - len(self.found))
        new = [path for path in found if path not in {*self.found}]
        self.found += new[:room]
        self.left_out = len(new[room:])
        return self.found

    def notes(self) -> Iterator[str]:
        """What was passed over, a line each."""
        if self.left_out:
            yield f"{self.path}: {self.left_out:,} logs more are left out; name those that are to be shown"
        if self._looked_at >= MOST_LOOKED_AT:
            yield f"{self.path}: is too large; {MOST_LOOKED_AT:,} files and folders in it were looked at"
        if self.passed:
            yield f"{self.path}: {self.passed:,} files or folders in it cannot be read"

    def _below(self, folder: str, depth: int, seen: set[tuple[int, int]]) -> Iterator[tuple[float, str]]:
        """Logs and when they were written to. Each is told once: links to what has been seen lead nowhere."""
        try:
            about = os.stat(folder)
            if (about.st_dev, about.st_ino) in seen or depth > DEEPEST:
                return
            seen.add((about.st_dev, about.st_ino))
            with os.scandir(folder) as entries:
                shown = (one for one in entries if not one.name.startswith("."))
                inside = sorted(shown, key=lambda one: (one.is_symlink(), one.name))
        except OSError:
            self.passed += 1
            return
        is_log_itself = is_log_folder(folder)
        if is_log_itself:
            yield max((_written(one) for one in inside), default=about.st_mtime), folder
        for entry in inside:
            self._looked_at += 1
            if self._looked_at > MOST_LOOKED_AT:
                return
            if _is_folder(entry):
                if not (is_log_itself and SAVED.fullmatch(entry.name)):
                    yield from self._below(entry.path, depth + 1, seen)
            elif not is_log_itself and self._is_log(entry, seen):
                yield _written(entry), entry.path

    def _is_log(self, entry: os.DirEntry[str], seen: set[tuple[int, int]]) -> bool:
        """Whether a file is a log. One that is none is looked into again when it has grown."""
        try:
            about = entry.stat()
            if (about.st_dev, about.st_ino) in seen:
                return False
            seen.add((about.st_dev, about.st_ino))
            length = about.st_size
            known = self._known.get(entry.path)
            if known is None or (not known[1] and known[0] != length):
                known = self._known[entry.path] = length, is_log(entry.path)
            return known[1]
        except OSError:
            self.passed += 1
            return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _written(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat().st_mtime
    except OSError:
        return 0.0
