"""The labels of a table, as classes."""

import numpy as np
from numpy.typing import NDArray

from gdtui.data.column import Texts
from gdtui.data.dataset import DataError
from gdtui.data.numerals import class_of
from gdtui.settings import ALL, MOST_CLASSES

MISSING, OTHER = -1, -2
"""What stands for a label that is not there, and for one of a class that is not learnt."""


class ClassesError(ValueError):
    """There are too few classes, or too many; the message says what to do."""


def classified(target: str, labels: Texts, wanted: tuple[str, ...] | None) -> tuple[NDArray[np.int8], list[str]]:
    """Each row's class, 0, 1 and so on, `MISSING` or `OTHER`, and how to show the classes; numbers are in order of
    size, texts by name. Raises ClassesError where they are fewer than two or more than `MOST_CLASSES`."""
    classes = {label: class_of(label) for label in labels.known}
    written = {key: label for label, key in reversed(classes.items())}  # as it is written first
    known = sorted(written, key=lambda key: (isinstance(key, str), key))  # numbers first, then texts
    shown = ", ".join(written[key] for key in known[:6]) + (", …" if len(known) > 6 else "")
    if wanted is not None and wanted != (ALL,):
        known = [class_of(name) for name in wanted]
        for number, (key, name) in enumerate(zip(known, wanted, strict=True)):
            if key not in written:
                raise ClassesError(f"column {target!r} has no class {name!r}; there are {shown or 'none'}")
            if key in known[:number]:
                raise DataError(f"--classes names {name!r} twice")
    if len(known) < 2:
        only = f"one class only ({shown})" if known else "no labels"
        raise ClassesError(f"column {target!r} has {only}; two are needed, perhaps in another column, with --target")
    if wanted is None and (alike := _alike([written[key] for key in known])):
        raise ClassesError(
            f"column {target!r} writes one class in several ways ({', '.join(alike)}); "
            "write it in one, or pick some with --classes A,B,…"
        )
    if len(known) > MOST_CLASSES:
        raise ClassesError(
            f"column {target!r} has {len(known)} classes ({shown}), and {MOST_CLASSES} can be told apart; "
            "pick some with --classes A,B,…, or another column with --target"
        )
    numbers = [known.index(key) if key in known else OTHER for key in classes.values()]
    return np.array([*numbers, MISSING], dtype=np.int8)[np.frombuffer(labels.codes, dtype=np.intc)], [
        written[key] for key in known
    ]


def _alike(labels: list[str]) -> list[str]:
    """The first labels that differ only in upper and lower case; none where two classes would not be left without that
    difference."""
    found: dict[str, list[str]] = {}
    for label in labels:
        found.setdefault(label.casefold(), []).append(label)
    return max(found.values(), key=len) if 1 < len(found) < len(labels) else []
