"""What is read of text as metrics, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdtui.logs.places import LogPlaces
from gdtui.session.logs import LogsSession
from tests.command import gdtui
from tests.logs import read


def test_where_a_line_was_logged_is_no_metric(tmp_path: Path) -> None:
    lines = [f"2026-11-30 10:00:0{n} INFO train.py:3{n} step={n} loss=0.5 [loss.cu:7]\n" for n in range(4)]
    (tmp_path / "a.log").write_text("".join(lines))
    assert {*read(tmp_path / "a.log").metrics} == {"loss"}


@pytest.mark.parametrize("first", [0, 3])
def test_a_second_training_in_the_same_text_is_told(first: int, tmp_path: Path) -> None:
    path = tmp_path / "folds.log"
    folds = [
        [f"epoch {epoch} loss 0.{fold}{epoch}\n" for epoch in range(begin, 5)] for fold, begin in ((1, 0), (2, first))
    ]
    path.write_text("".join(line for fold in folds for line in fold))
    session = LogsSession(LogPlaces([str(path)]))
    session.turn()
    told = "begins again from its first epoch: what came before that is left out (--x record shows all)"
    assert any(told in entry.text for entry in session.now.log) == (not first)
    assert (f"[INFO] folds: {told}\n" in gdtui("watch", str(path)).stdout) == (not first)
    assert f"record {10 - first}: loss 0.24\n" in gdtui("watch", str(path), "--x", "record").stdout
