"""What is wrong with the columns of a table, all of it in one line, and what to do about it."""

from collections.abc import Sequence

from gdtui.data.column import MOST_TEXTS, Column
from gdtui.settings import DataSettings
from gdtui.text import listed

SHOWN = 3
"""Columns that are named with an example."""
LISTED = 12
"""Columns that are listed after an option."""
LONGEST = 40
"""Characters of a cell that are shown."""

KINDS = {
    "text": "no numbers",
    "many": f"neither numbers nor a few different texts ({MOST_TEXTS} at the most)",
    "again": "the names of the columns once more",
    "some": "texts among numbers",
    "stray": "texts among many different numbers",
    "one": "one text only",
    "date": "dates",
    "mixed": "both decimal points and decimal commas",
    "percent": "a % behind only some of the numbers",
    "either": "numbers whose point or comma may be decimal or part thousands",
    "empty": "no values",
    "other": "values of another kind",
}
"""What a column holds that cannot be learnt from."""

BLANK = "leave such cells blank"
BY_HAND = {"again": "take that row out", "some": BLANK, "stray": BLANK}
"""What can be done about it in the table itself."""


def few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def of_columns(features: Sequence[Column], settings: DataSettings) -> list[str]:
    """A part of a line for each kind of trouble that some columns have."""
    troubled = [column for column in features if column.trouble is not None]
    is_any_left = len(troubled) < len(features)
    parts = []
    for kind, what in KINDS.items():
        found = [column for column in troubled if column.trouble is not None and column.trouble.kind == kind]
        if not found:
            continue
        names = [column.name for column in found]
        parts.append(f"{what} in {few([*map(_shown, found)])}: {_remedy(kind, _list(names), settings, is_any_left)}")
    return parts


def _remedy(kind: str, names: str, settings: DataSettings, is_any_left: bool) -> str:
    """What to do about a kind of trouble that columns of these names have."""
    texts = [f"--categorical {names}"]
    options = {"either": ["--decimal .", "--decimal ,"], "text": texts, "some": texts}.get(kind, [])
    if kind not in ("either", "again") and settings.features is not None:
        options.append("other --features")
    elif kind not in ("either", "again") and is_any_left:
        options.append(f"--drop {names}")
    by_hand = [BY_HAND[kind]] if kind in BY_HAND else [] if options else ["correct the table"]
    return ", or ".join([*by_hand, *([f"give {' or '.join(options)}"] if options else [])])


def _list(names: Sequence[str]) -> str:
    return listed(names) if len(names) <= LISTED else f"{listed(names[:LISTED])},…"


def _shown(column: Column) -> str:
    if column.trouble is None or not column.trouble.row:
        return repr(column.name)
    _, row, text = column.trouble
    return f"{column.name!r} (row {row}: {text[:LONGEST]!r}{'…' * (len(text) > LONGEST)})"
