"""The verdict on a run, as of an epoch of it."""

from __future__ import annotations

import math

from gdtui.learning.moment import Moment
from gdtui.learning.stability import Limits
from gdtui.runs.run import Shown
from gdtui.why.verdict import Kind, Verdict


def judge(run: Shown, moment: Moment, limits: Limits | None = None) -> Verdict:
    """What is to be said of a run as of a moment of it, from what is known up to there.

    Args:
        limits: of alpha at that moment, where they are known.
    """
    if not math.isfinite(moment.loss):
        return Verdict(Kind.DIVERGING, moment.epoch, "diverging: the loss is not finite any more")
    return Verdict(Kind.BEGINNING, moment.epoch, "too few epochs to tell")
