"""How gdtui's own run files are known. It brings no NumPy: that is asked before the first paint."""

from __future__ import annotations

import os
import re

HEAD = re.compile(rb'\s*\{(?:"kind": ?"run", ?)?"format": ?"gdtui-run"')


LINE = re.compile(rb"\s*(?:\{[^\n]*(?:\}\s*\n|\Z)|\Z)")
TOLD = b'"epoch"', b'"loss"'
"""What a line has that any program may write into such a file."""


def is_own(path: str) -> bool:
    """Whether that is a run file of gdtui's own, with all that one can look at in it."""
    return os.path.isfile(path) and HEAD.match(_head(path)) is not None


def may_be_run(path: str) -> bool:
    """Whether that may be a run file: nothing yet, or lines of JSON objects, of which any program may write some that
    have an epoch and its loss."""
    if not os.path.exists(path):
        return True
    head = _head(path) if os.path.isfile(path) else b"-"
    if LINE.match(head) is None:
        return False
    *whole, _ = head.split(b"\n")
    return HEAD.match(head) is not None or not whole or any(all(name in line for name in TOLD) for line in whole)


def _head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(2**16)
    except OSError:  # which whoever reads it tells
        return b""
