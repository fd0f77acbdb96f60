"""Run files as tables for other programs."""

import csv
import io
import json
import math
import sys
from typing import Any

from gdtui.outputs import put
from gdtui.runs.events import Branch
from gdtui.runs.reader import RunFile
from gdtui.runs.writer import telling_why


def export(path: str, form: str, out: str | None = None, force: bool = False) -> None:
    """Write the branch that a run file ends with as ``csv``, ``json`` or ``md``.

    Args:
        out: the file to write; None for standard output.
        force: overwrite it.

    Raises:
        RunFileError: the run file cannot be read, or `out` cannot be written; or, once what is whole has been written,
            it is damaged.
        OSError: standard output is closed, or breaks.
    """
    if out is None and sys.stdout is None:
        raise OSError("standard output is closed")
    file = RunFile(path)
    text = {"csv": _csv, "json": _json, "md": _markdown}[form](file)
    if out is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        with telling_why(out):
            put(out, text.encode(), force)
    if file.damage is not None:
        raise file.damage


def _rows(branch: Branch) -> list[list[Any]]:
    """The names of the columns, and a row for each kept epoch; None for what is not known."""
    size = max((len(weights) for weights in branch.weights if weights is not None), default=0)
    has_tests = any(test is not None for test in branch.tested)
    names = ["epoch", "loss", *["test_loss"] * has_tests, "alpha", *(f"W{index}" for index in range(size))]
    rows: list[list[Any]] = [names]
    for epoch, loss, test, weights in zip(branch.epochs, branch.losses, branch.tested, branch.weights, strict=True):
        losses = [loss if math.isfinite(loss) else None, *[test] * has_tests]
        rows.append([epoch, *losses, branch.alpha_at(epoch), *(weights or ())])
    return rows


def _csv(file: RunFile) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_rows(file.branch))
    return text.getvalue()


def _json(file: RunFile) -> str:
    names, *records = _rows(file.branch)
    told = {"run": file.header, "epochs": [dict(zip(names, record, strict=False)) for record in records]}
    return json.dumps(told, indent=1) + "\n"


def _markdown(file: RunFile) -> str:
    rows = [["" if value is None else str(value) for value in row] for row in _rows(file.branch)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "|" + " ---: |" * len(rows[0]))
    return "\n".join(lines) + "\n"
