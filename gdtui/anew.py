"""gdtui, begun once more as a program of its own."""

import sys
from pathlib import Path

HOME = str(Path(__file__).parents[1])
"""Where this package is; it need not be installed."""
BEGIN = "import sys; sys.path.append(sys.argv.pop(1)); from gdtui.cli import main; sys.exit(main())"


def command(*arguments: str) -> list[str]:
    """The words that begin it with these arguments. It imports nothing from the working directory (-P): that may be
    somebody else's."""
    return [sys.executable, "-P", "-c", BEGIN, HOME, *arguments]
