"""How gdtui's own run files are known. It brings no NumPy: that is asked before the first paint."""

from __future__ import annotations

import os
import re

HEAD = re.compile(rb'\s*\{(?:"kind": ?"run", ?)?"format": ?"gdtui-run"')


def is_own(path: str) -> bool:
    """Whether that is a run file of gdtui's own, with all that one can look at in it."""
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return HEAD.match(file.read(64)) is not None
    except OSError:  # which whoever reads it tells
        return False
