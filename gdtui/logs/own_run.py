"""gdtui's own run files, beside others."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import ClassVar

import numpy as np

from gdtui.logs.own import HEAD
from gdtui.logs.rows import LogError, Rows
from gdtui.runs.following import RunFileError
from gdtui.runs.reader import RunFile


class OwnRun:
    """See `gdtui.logs.rows.Reader`. Of several branches the one that is written to counts."""

    format: ClassVar[str] = "gdtui's run files"
    skipped, first_skipped = 0, ""

    def __init__(self, path: str, run: str = "") -> None:
        self.path = path
        self.readings = 1
        self._file: RunFile | None = None
        self._shown = 0, 0
        """Which reading of the file, and which of its branches."""
        self._taken = 0
        """Epochs of it."""

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        return HEAD.match(head) is not None

    @classmethod
    def runs(cls, path: str) -> list[str]:
        return [""]

    @property
    def is_over(self) -> bool:
        return self._file is not None and self._file.is_over

    def read(self) -> list[Rows]:
        try:
            if self._file is None:
                with open(self.path, "rb") as file:
                    if not file.readline(2**24).endswith(b"\n"):
                        return []  # begun a moment ago
                self._file = RunFile(self.path)
                self._shown = self._file.readings, self._file.current
            else:
                self._file.read_more()
        except RunFileError as error:
            raise LogError(str(error)) from None
        shown = self._file.readings, self._file.current
        if shown != self._shown:
            self.readings, self._shown, self._taken = self.readings + 1, shown, 0
        return self._new_rows(self._file)

    def _new_rows(self, file: RunFile) -> list[Rows]:
        branch, since = file.branch, self._taken
        self._taken = len(branch.epochs)
        epochs = branch.epochs[since:]
        if not epochs:
            return []
        tested = [np.nan if test is None else test for test in branch.tested[since:]]
        alphas = []
        for epoch in epochs:
            known = bisect_right(branch.recipes, epoch, key=itemgetter(0))
            alphas.append(branch.recipes[known - 1][1].alpha if known else np.nan)
        columns = {"epoch": epochs, "loss": branch.losses[since:], "test loss": tested, "alpha": alphas}
        table = np.array([*columns.values()], dtype=np.float64).T
        said = ~np.isnan(table)
        said[:, :2] = True  # a loss that is no number is a gap
        return [Rows((*columns,), table, said)]
