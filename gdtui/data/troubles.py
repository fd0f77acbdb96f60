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
    "late": "numbers at first, and texts later,",
    "one": "one text only",
    "date": "dates",
    "mixed": "both decimal points and decimal commas",
    "percent": "a % behind only some of the numbers",
    "either": "numbers whose point or comma may be decimal or part thousands",
    "empty": "no values",
    "other": "values of another kind",
}
"""What a column holds that cannot be learnt from."""


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
        if kind == "again":
            remedies = []
        elif kind == "either":
            remedies = ["--decimal .", "--decimal ,"]
        else:
            remedies = [f"--categorical {_list(names)}"] if kind in ("text", "late") else []
            if settings.features is not None:
                remedies.append("other --features")
            elif is_any_left:
                remedies.append(f"--drop {_list(names)}")
        otherwise = "take that row out" if kind == "again" else "correct the table"
        remedy = f"give {' or '.join(remedies)}" if remedies else otherwise
        parts.append(f"{what} in {few([*map(_shown, found)])}: {remedy}")
    return parts


def _list(names: Sequence[str]) -> str:
    return listed(names) if len(names) <= LISTED else f"{listed(names[:LISTED])},…"


def _shown(column: Column) -> str:
    if column.trouble is None or not column.trouble.row:
        return repr(column.name)
    _, row, text = column.trouble
    return f"{column.name!r} (row {row}: {text[:LONGEST]!r}{'…' * (len(text) > LONGEST)})"
