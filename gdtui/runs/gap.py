"""Where the loss on the rows kept for testing parts from that of training."""

import math

import numpy as np

from gdtui.runs.curve import Curve, Losses

RISEN = 0.05
"""How far above its lowest the test loss has clearly risen, as a share of that."""
PARTS = 256
"""Into which a series is cut to look for a loss in it."""


def gap_of(curve: Curve) -> int | None:
    """The epoch from which on the test loss has been clearly above its lowest, while training came to a lower loss than
    before: what is learnt since then holds for the rows that are trained on alone. None where there is no such gap, or
    it has closed, or is as young as the last twentieth of the run, and may be a swing."""
    done, lowest = len(curve.tested), curve.tested.span()[0]
    if not math.isfinite(lowest):
        return None
    end = _last_at_most(curve.tested, lowest + RISEN * abs(lowest))
    if done - end < max(5, done // 20):
        return None
    # Two questions, since of stretches that differ much in length the shorter may be rounded to none.
    before, since = (curve.stretches(np.array(edges))[0][0] for edges in ([0, end], [end, done]))
    return end + 1 if since < before else None


def _last_at_most(losses: Losses, bound: float) -> int:
    """The last epoch with at most that loss, of which there is one."""
    begin, end = 0, len(losses)
    while end - begin > 1:
        edges = np.unique(np.linspace(begin, end, PARTS + 1).astype(np.intp))
        found = np.flatnonzero(losses.stretches(edges)[0] <= bound)
        if not len(found):  # edges are rounded where a series is long
            break
        begin, end = edges[found[-1] : found[-1] + 2].tolist()
    return end
