"""What is read of text as metrics, and what is not."""

from __future__ import annotations

from pathlib import Path

from tests.logs import read


def test_where_a_line_was_logged_is_no_metric(tmp_path: Path) -> None:
    lines = [f"2026-11-30 10:00:0{n} INFO train.py:3{n} step={n} loss=0.5 [loss.cu:7]\n" for n in range(4)]
    (tmp_path / "a.log").write_text("".join(lines))
    assert {*read(tmp_path / "a.log").metrics} == {"loss"}
