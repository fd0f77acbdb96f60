"""plotext's figure, without the documentation that plotext writes of itself, which takes half of its import."""

import sys
from types import ModuleType

sys.modules.setdefault("plotext._doc.doc", ModuleType("plotext._doc.doc")).__dict__.setdefault("docs", None)

from plotext import figure, terminal  # noqa: E402

__all__ = ["figure", "terminal"]
