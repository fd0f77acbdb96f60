"""gdtui: gradient descent, live in a terminal.

As a library: ``from gdtui import Descent, load``. For a training script of one's
own: ``from gdtui import log``. The names are imported when they are first used,
so that ``gdtui --help`` pays for none of them, and a script for what it uses.
"""

__version__ = "0.2.0"
__all__ = ["DataError", "DataSettings", "Dataset", "Descent", "Log", "Run", "Settings", "load", "log"]

TYPE_CHECKING = False  # typing takes longer to import than `log`
if TYPE_CHECKING:
    from typing import Any

    from gdtui.data.dataset import DataError, Dataset
    from gdtui.data.load import load
    from gdtui.learning.descent import Descent
    from gdtui.runs.run import Run
    from gdtui.script.log import Log, log
    from gdtui.settings import DataSettings, Settings

_HOMES = {
    "DataError": "gdtui.data.dataset",
    "DataSettings": "gdtui.settings",
    "Dataset": "gdtui.data.dataset",
    "load": "gdtui.data.load",
    "Descent": "gdtui.learning.descent",
    "Log": "gdtui.script.log",
    "Run": "gdtui.runs.run",
    "Settings": "gdtui.settings",
    "log": "gdtui.script.log",
}


def __dir__() -> list[str]:
    return [*globals(), *__all__]


def __getattr__(name: str) -> "Any":
    if name not in _HOMES:
        raise AttributeError(f"module 'gdtui' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
