"""The sentence that says whether a remedy helped."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gdtui.learning.moment import Moment
from gdtui.why.confirm import confirm
from gdtui.why.verdict import Remedy


def at(epoch: int, loss: float, tested: float | None = None) -> Moment:
    return Moment(epoch, np.zeros(3), loss, test_loss=tested)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (at(136, 11.2), at(136, 2.39), "confirmed: loss 2.39 instead of 11.2 at epoch 136"),
        (at(136, 2.39), at(136, 11.2), "refuted: loss 11.2 instead of 2.39 at epoch 136"),
        (at(1500, 2.0), at(1500, 1.9999), "refuted: loss 1.9999 instead of 2 at epoch 1,500, less than 0.1 % better"),
        (at(9, 2.001), at(9, 1.998), "confirmed: loss 1.998 instead of 2.001 at epoch 9"),
        (at(9, 2.0), at(9, 2.0), "refuted: loss 2 instead of 2 at epoch 9, less than 0.1 % better"),
        (at(9, math.inf), at(9, 2.0), "confirmed: loss 2 instead of one that is not finite at epoch 9"),
        (at(9, 2.0), at(9, math.nan), "refuted: the loss is not finite at epoch 9"),
        (at(9, 2.0), at(7, 1.0), "confirmed: loss 1 instead of 2 at epoch 7 already"),
    ],
)
def test_a_remedy_is_confirmed_or_refuted_by_the_loss_at_the_same_epoch(
    before: Moment, after: Moment, said: str
) -> None:
    found = confirm(Remedy(2, (("alpha", 0.3),)), before, after)
    assert found.text == said
    assert found.is_confirmed == said.startswith("confirmed")


def test_a_remedy_for_overfitting_is_judged_by_the_test_loss() -> None:
    remedy = Remedy(2, (("l2", 0.01),), "test_loss")
    found = confirm(remedy, at(50, 0.1, 0.9), at(50, 0.2, 0.5))
    assert found.text == "confirmed: test loss 0.5 instead of 0.9 at epoch 50"
