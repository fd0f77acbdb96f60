"""gdtui: gradient descent, live in a terminal.

As a library: ``from gdtui import Descent, load``. The names are imported when
they are first used, so that ``gdtui --help`` pays for none of them.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"
__all__ = ["DataSettings", "Dataset", "Descent", "Run", "Settings", "load"]

if TYPE_CHECKING:
    from gdtui.data.dataset import Dataset
    from gdtui.data.load import load
    from gdtui.learning.descent import Descent
    from gdtui.runs.run import Run
    from gdtui.settings import DataSettings, Settings

_HOMES = {
    "DataSettings": "gdtui.settings",
    "Dataset": "gdtui.data.dataset",
    "load": "gdtui.data.load",
    "Descent": "gdtui.learning.descent",
    "Run": "gdtui.runs.run",
    "Settings": "gdtui.settings",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gdtui' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
