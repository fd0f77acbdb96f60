"""Tables that programs print, and other forms of lines in which no key stands before its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdtui.logs.places_along import Along
from tests.logs import places, read, values

SKORCH = """\
  epoch    train_loss    valid_acc    valid_loss     dur
-------  ------------  -----------  ------------  ------
      1        \x1b[36m0.6905\x1b[0m       \x1b[32m0.6150\x1b[0m        \x1b[35m0.6749\x1b[0m  0.0403
      2        0.6648       0.6450        0.6633  0.0330
some/library.py:12: UserWarning: 2 of 5 things are odd
      3        0.6619       0.6750        0.6533  0.0329
"""
FASTAI = """\
epoch     train_loss  valid_loss  accuracy  time
0         0.6905      0.6749      0.6150    00:03
1         0.6648      0.6633      0.6450    00:03
2         0.6619      0.6533      0.6750    00:03
"""
BOOSTING = """\
      Iter       Train Loss   Remaining Time
         1           0.6905            0.19s
         2           0.6648            0.20s
         3           0.6619            0.10s
"""
MARKED = """\
| epoch | train_loss | lr |
|-------|------------|----|
| 1/3 | 0.6905 | 1e-3 |
| 2/3 | 0.6648 | 1e-3 |
| 3/3 | 0.6619 | 1e-3 |
"""


@pytest.mark.parametrize(
    ("text", "names", "along", "first"),
    [
        (SKORCH, ["train_loss", "valid_acc", "valid_loss", "dur"], Along.EPOCH, 1),
        (FASTAI, ["train_loss", "valid_loss", "accuracy"], Along.EPOCH, 0),
        (BOOSTING, ["Train Loss"], Along.STEP, 1),
        (MARKED, ["train_loss", "lr"], Along.EPOCH, 1),
    ],
)
def test_the_rows_of_a_table_are_records(text: str, names: list[str], along: Along, first: int, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("settings 3\n" + text)
    run = read(path)
    assert [*run.metrics] == names
    assert values(run, names[0]) == [0.6905, 0.6648, 0.6619]
    for name in names:
        assert places(run, name, along) == [first, first + 1, first + 2]


@pytest.mark.parametrize("text", ["epoch  by epoch\n1  2\n", "step by step\n1 2 3\n", "steps:  3\n3 4\n", "1 2\n3 4\n"])
def test_numbers_below_no_names_are_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(text)
    assert [*read(tmp_path / "a.log").metrics] == []


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("[  {}] train loss 0.5 | val loss 0.25", "train loss"),
        ("[{}/20] 1 tree, 31 leaves, max depth = 9, train loss: 0.5, in 0.371s", "train loss"),
        ("Iteration {}, inertia 24359.6", "inertia"),
        ("Iteration {}, inertia 24359.6.", "inertia"),
    ],
)
def test_the_number_of_a_record_may_stand_in_brackets_or_behind_its_word(form: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("".join(form.format(at) + "\n" for at in (3, 5, 9)))
    assert places(read(tmp_path / "a.log"), name, Along.STEP) == [3, 5, 9]
