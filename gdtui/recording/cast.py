"""Asciicasts, versions 2 and 3: a terminal's output with its times, one JSON document a line.

Version 2: https://docs.asciinema.org/manual/asciicast/v2/ (times count from the start); version 3:
https://docs.asciinema.org/manual/asciicast/v3/ (times are intervals). Each line is in the file as soon as it has
happened, so a kill at any moment leaves a cast that plays.
"""

import json
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdtui.outputs import Output, write_all

MICROSECONDS = 1_000_000


class CastError(ValueError):
    """A cast that cannot be written or read; the message is one line that says where and why."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `o` output, `r` a new size, `m` a marker, `i` input, `x` the program's end."""

    time: float
    """Seconds from the start, in both versions."""
    kind: str
    data: str


@dataclass(frozen=True, slots=True)
class Cast:
    """A whole recording."""

    header: Mapping[str, Any]
    events: tuple[Event, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows at the start."""
        return _size(self.header)


class CastWriter:
    """Writes a cast while it happens. Once writing fails, `failure` says why and nothing more is written.

    A cast that is `closed` stays, where nothing failed; `keep` makes it stay, whatever happens, from then on.

    Args:
        theme: `fg` and `bg` as #rrggbb, `palette` as 8 or 16 of them with colons between.
        idle_limit: the longest pause between two events, in seconds; longer ones are shortened to it.
        clock: seconds that never go back.
        env: where the terminal's TERM and SHELL are found.

    Raises CastError where the file cannot be made.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        width: int,
        height: int,
        *,
        title: str = "",
        theme: Mapping[str, str] | None = None,
        version: int = 2,
        idle_limit: float | None = None,
        force: bool = False,
        clock: Callable[[], float] = time.monotonic,
        env: Mapping[str, str] = os.environ,
    ) -> None:
        self.path = os.fspath(path)
        self.failure = ""
        self._version, self._clock = version, clock
        self._idle_limit = math.inf if idle_limit is None else idle_limit
        self._seen, self._elapsed, self._last = clock(), 0.0, 0
        self._whole = 0
        """Bytes in whole lines."""
        self._output = _open_new(self.path, force)
        self._file = self._output.file
        about = {"timestamp": int(time.time()), "idle_time_limit": idle_limit, "title": title}
        self._write(_header(version, (width, height), env, theme and dict(theme), **about))
        if self.failure:
            self.discard()
            raise CastError(f"cannot write {self.path}: {self.failure}")

    def output(self, text: str) -> None:
        """The program wrote this."""
        if text:
            self._event("o", text)

    def resize(self, width: int, height: int) -> None:
        """The terminal has a new size."""
        self._event("r", f"{width}x{height}")

    def marker(self, label: str = "") -> None:
        """A place that players can jump to."""
        self._event("m", label)

    def _event(self, kind: str, data: str) -> None:
        seen = self._clock()
        self._elapsed += min(max(0.0, seen - self._seen), self._idle_limit)
        self._seen = max(seen, self._seen)
        now = round(self._elapsed * MICROSECONDS)  # whole ones, so that version 3's intervals add up to them
        shown = now if self._version == 2 else now - self._last
        self._last = now
        self._write(f"[{shown / MICROSECONDS:.6f}, {json.dumps(kind)}, {json.dumps(data, ensure_ascii=False)}]")

    def _write(self, line: str) -> None:
        if self._file.closed:
            return
        data = f"{line}\n".encode(errors="replace")
        try:
            write_all(self._file, data)
            self._whole += len(data)
        except OSError as error:
            with suppress(OSError):  # players that know of no torn lines should play what there is
                self._file.truncate(self._whole)
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.failure = self.failure or error.strerror or str(error)
        with suppress(OSError):
            self._file.close()

    def keep(self) -> None:
        """It has begun well: it takes its place, and the old file's, if there is one."""
        if not self.failure:
            try:
                self._output.keep()
            except OSError as error:
                self._fail(error)

    def close(self) -> None:
        """Nothing more comes."""
        if not self._file.closed:
            self.keep()
        self.discard()

    def discard(self) -> None:
        """Nothing more comes; what was not kept is gone, and the old file stays."""
        try:
            self._output.close()
        except OSError as error:  # some file systems say only now that the disk is full
            self._fail(error)


def _open_new(path: str, force: bool) -> Output:
    """Not buffered: what is written is in the file, whatever happens to this process."""
    try:
        return Output(path, force)
    except FileExistsError:
        raise CastError(f"{path} is there already; give another name, or --force to overwrite it") from None
    except (OSError, ValueError) as error:  # ValueError: a null in the name
        raise CastError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from None


def _header(version: int, size: tuple[int, int], env: Mapping[str, str], theme: Any, **rest: Any) -> str:
    """The first line. What is not known is left out."""
    known = {name: env[name] for name in ("TERM", "SHELL") if env.get(name)}
    if version == 2:
        parts = {"width": size[0], "height": size[1], **rest, "env": known, "theme": theme}
    else:
        term = {"cols": size[0], "rows": size[1], "type": known.pop("TERM", None), "theme": theme}
        parts = {"term": _known(term), **rest, "env": known}
    return json.dumps({"version": version, **_known(parts)}, ensure_ascii=False)


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", {})}


def read_cast(path: str | os.PathLike[str]) -> Cast:
    """A cast of version 2 or 3. A last line that was cut off is passed over; CastError for what is no cast."""
    name = os.fspath(path)
    try:
        first, *lines = Path(path).read_bytes().rstrip().split(b"\n")
    except OSError as error:
        raise CastError(f"cannot read {name}: {error.strerror or error}") from None
    header = _read_header(name, first)
    return Cast(header, tuple(_read_events(name, lines, header["version"])))


def _read_header(name: str, line: bytes) -> dict[str, Any]:
    header = _json(line)
    if not isinstance(header, dict) or "version" not in header:
        raise CastError(f'{name}:1: this is no cast: a header such as {{"version": 2, "width": 80, …}} is missing')
    if header["version"] not in (2, 3):
        raise CastError(f"{name}:1: a cast of version {header['version']!r} is not known; 2 and 3 are")
    try:
        _size(header)
    except (KeyError, TypeError, ValueError):
        raise CastError(f"{name}:1: the header does not say how many columns and rows the terminal has") from None
    return header


def _size(header: Mapping[str, Any]) -> tuple[int, int]:
    known = header["term"] if header["version"] == 3 else header
    columns, rows = ("cols", "rows") if header["version"] == 3 else ("width", "height")
    if int(known[columns]) < 1 or int(known[rows]) < 1:
        raise ValueError("a terminal has at least one cell")
    return int(known[columns]), int(known[rows])


def _read_events(name: str, lines: list[bytes], version: int) -> Iterator[Event]:
    now = 0.0
    for number, line in enumerate(lines, 2):
        if not line.strip() or line.startswith(b"#"):  # version 3 has comments
            continue
        match _json(line):
            case [int() | float() as when, str() as kind, str() as data] if math.isfinite(when) and when >= 0:
                now = max(now, float(when)) if version == 2 else round(now + when, 6)
                yield Event(now, kind, data)
            case _ if number <= len(lines):  # the last may be torn
                raise CastError(f'{name}:{number}: this is not an event such as [1.5, "o", "text"]')


def _json(line: bytes) -> Any:
    """What the line says, or None where it says nothing."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
