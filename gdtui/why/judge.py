"""The verdict on a run, as of an epoch of it."""

from __future__ import annotations

import math

from gdtui.learning.moment import Moment
from gdtui.learning.stability import Limits
from gdtui.numbers import ladder_step
from gdtui.runs.curve import Curve, loss_at
from gdtui.runs.run import Shown
from gdtui.why.verdict import Kind, Remedy, Verdict

FEW = 5
"""Epochs after which something can be told."""


def judge(run: Shown, moment: Moment, limits: Limits | None = None) -> Verdict:
    """What is to be said of a run as of a moment of it, from what is known up to there.

    It is a function of these alone, takes well under a millisecond however long the run is, and leaves the run as it
    is; it reads the run's history, so that it belongs to the thread that trains.

    Args:
        moment: one of the run's, live or past, or the state after its end.
        limits: of alpha at that moment, where they are known.
    """
    known = judge_losses(run.history, moment.epoch)
    if known.kind is Kind.BOUNCING and known.since and known.since > 1:
        alpha = run.history.recipe_at(max(1, moment.epoch)).alpha
        remedy = Remedy(known.since - 1, (("alpha", ladder_step(alpha, up=False)),))
        return Verdict(known.kind, known.epoch, known.text, known.since, remedy)
    return known


def judge_losses(curve: Curve, epoch: int | None = None) -> Verdict:
    """What losses alone tell of a run, of which no more is known, as of an epoch; None for the last.

    There is never a remedy: nothing can be tried of such a run."""
    epoch = len(curve) if epoch is None else epoch
    epochs, losses = curve.known()
    losses = losses[epochs <= epoch]
    last = loss_at(curve, epoch)
    if last is not None and not math.isfinite(last):
        return Verdict(Kind.DIVERGING, epoch, "diverging: the loss is not finite any more")
    if len(losses) < FEW:
        return Verdict(Kind.BEGINNING, epoch, "too few epochs to tell")
    recent = losses[-max(10, len(losses) // 10) :]
    rises = int((recent[1:] > recent[:-1]).sum())
    if rises >= len(recent) / 4:
        text = f"bouncing: the loss rose in {rises} of the last {len(recent) - 1} epochs"
        return Verdict(Kind.BOUNCING, epoch, text, max(1, epoch - len(recent)))
    fall = (recent[0] - recent[-1]) / abs(recent[0]) if recent[0] else 0.0
    if fall < 0.05:
        return Verdict(Kind.LEVELLING, epoch, f"levelling out: {fall:.1%} less loss in the last {len(recent)} epochs")
    return Verdict(Kind.FALLING, epoch, f"falling: {fall:.0%} less loss in the last {len(recent)} epochs")
