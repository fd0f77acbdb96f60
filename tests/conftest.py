"""How much the long tests do: few examples by default and in CI, many with `GDTUI_LONG=1 pytest -m long`.

Each test marked `long` takes its number of seeds, examples or runs from `examples`, so that none is ever left out.
"""

from __future__ import annotations

import os

os.environ["GDTUI_THEME"] = "gdtui-dark"
"""No test depends on the theme that somebody has chosen."""


def examples(few: int, many: int) -> int:
    """How many examples a long test is to try; to be asked where the module is loaded."""
    return many if os.environ.get("GDTUI_LONG") else few
