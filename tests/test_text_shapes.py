"""What lines say by their shapes is what each of them says by itself."""

from __future__ import annotations

import random
import re

import pytest

from gdtui.logs import text_shapes
from gdtui.logs.text_rules import Said, said_in
from gdtui.logs.text_shapes import MOST, REST, TRIES, Shapes
from tests.logs import RECORDED

PRINTED = sorted(path for path in RECORDED.glob("*/*.txt") if path.stat().st_size < 200_000)
NUMBERS = "0", "7", "12", "007", "1009", "123456", "12345678901234567", "0.5", "3.25", "100.0", "9" * 400
ODD = [
    "step 3 of 10 loss 0.5",
    "epoch 3/10 loss 0.5",
    "Epoch [3][5/10] loss: 0.5",
    "epoch 2 5 / 10 loss=0.25",
    "step 5 of 1,000 loss 0.5",
    "loss=-0.5 lr=1e-05 acc=+0.25",
    "loss=1,234.5 step=1,000",
    "loss 1,23 lr 0.1,0.2",
    "model-12.pt top5=0.3 top-5=0.7 layer.0.loss=2 layer.1.loss=3",
    '{"loss": 7, "step": 3}',
    "{'loss': 0.5, 'epoch': 1.5}",
    "[3]\ttrain-auc:0.5\tvalid_0's auc: 0.7",
    "step=5. loss=5.",
    "loss=3e5 lr=3E-4 x=1e5x",
    "acc 50% loss=7% 3s 4.5ms 1:02:03 12:30 1.2.3 0x10 5GB",
    "100%|##########| 10/10 [00:01<00:00, 9.9it/s, loss=0.5]",
    "loss: tensor(0.5) acc: (0.25, 0.75) lr: [0.1]",
    "loss=nan acc=inf best loss 0.5 at epoch 3",
    "2026-12-01 10:00:00,123 INFO loss=0.5",
]


def varied(line: str, chance: random.Random) -> str:
    """The same line with other numbers in it, some of them."""
    return re.sub(r"\d+(\.\d+)?", lambda old: chance.choice((old[0], chance.choice(NUMBERS))), line)


def same(one: Said, other: Said) -> bool:
    """Also where numbers are none."""
    return repr(one) == repr(other) or one == other


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_programs_print_is_read_by_its_shape_as_by_itself(path) -> None:  # type: ignore[no-untyped-def]
    chance, shapes = random.Random(0), Shapes()
    lines = path.read_text(errors="replace").splitlines()
    for line in lines[:200] * 3:
        other = varied(line.strip(), chance)
        assert same(shapes.said_in(other), said_in(other)), other


@pytest.mark.parametrize("line", ODD)
def test_odd_lines_are_read_by_their_shapes_as_by_themselves(line: str) -> None:
    chance, shapes = random.Random(0), Shapes()
    for _ in range(200):
        other = varied(line, chance)
        assert same(shapes.said_in(other), said_in(other)), other


def test_a_line_is_looked_into_only_where_its_shape_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes, looked = Shapes(), list[str]()

    def counted(line: str) -> Said:
        looked.append(line)
        return said_in(line)

    monkeypatch.setattr(text_shapes, "said_in", counted)
    for at in range(2 * MOST):  # none of which comes again
        shapes.said_in(f"made {at:x}{'z' * at}")
    for at in range(REST + TRIES):  # as long as it may take to be tried again
        shapes.said_in(f"step={at} loss={at / 7:.3f} saved to /tmp/{at}")
    looked.clear()
    for at in range(REST + TRIES):
        assert shapes.said_in(f"step={at} loss={at / 7:.3f}").places == {"step": at}
    assert len(looked) <= REST + 4
    looked.clear()
    for at in range(1000):
        shapes.said_in(f"step={at} loss={at / 7:.3f}")
    assert not looked
