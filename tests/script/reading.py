"""What is in the log that a script has written."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from gdtui.logs.run import LogRun


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def records_of(path: Path) -> list[dict[str, Any]]:
    return [{name: one[name] for name in one if name != "time"} for one in lines_of(path) if "gdtui" not in one]


def marks_of(path: Path, kind: str) -> list[dict[str, Any]]:
    return [line for line in lines_of(path) if line.get("gdtui") == kind]


def read(path: Path | str) -> LogRun:
    run = LogRun(str(path))
    run.poll()
    while getattr(run.reader, "has_more", False):
        run.poll()
    return run


def script(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
