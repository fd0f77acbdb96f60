"""The line that is said of a run of somebody else's: its state, where that wants attention, and what its losses
tell."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from gdtui.logs.groups import groups_of
from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along
from gdtui.logs.records import along_of, place_of
from gdtui.logs.run import LogRun
from gdtui.logs.standard_input import BESIDE, NAME
from gdtui.logs.told import place_told, time_told, waited_told
from gdtui.session.guide import guide_of
from gdtui.session.line import Line, Mood, judged
from gdtui.text import printable
from gdtui.why.logged import Losses, judge_logged


def state_line(run: LogRun) -> Line:
    """What is to be said of a run that is not simply followed, or has ended; an empty line of such a one."""
    name, state = run.name, run.state
    if state == "unreadable":
        return Line(Mood.BAD, printable(run.error or "it cannot be read"), ("unreadable",))
    if state == "crashed":
        longest = guide_of(run)
        at = "" if longest is None else f" at {_told_of(longest)(len(longest))}"
        return Line(Mood.BAD, printable(f"crashed{at}: {run.failure}"), (f"crashed{at}", "crashed"))
    if state == "ended" and not run.metrics and run.path == NAME:
        text = "no metric" if getattr(run.reader, "text", ()) else "nothing"
        return Line(Mood.ATTENTION, f"ended: {text} has come on standard input; {BESIDE}", ("ended",))
    if state == "waiting":
        if run.path == NAME:
            text = "no metric" if getattr(run.reader, "text", ()) else "nothing"
            text = f"{text} has come on standard input yet; {BESIDE}"
        elif os.path.exists(run.path):
            text = f"there is no metric in {name} yet"
        else:
            text = f"{name} is not there yet"
        return Line(Mood.NEUTRAL, f"waiting: {text}", ("waiting",))
    if state == "stalled":
        usual = "" if np.isnan(run.interval) else f", and its own interval is {time_told(run.interval)}"
        text = f"stalled: nothing for {waited_told(run.silence)}{usual}"
        return Line(Mood.ATTENTION, text, ("stalled",))
    return Line()


def line_of(run: LogRun, losses: Losses | None) -> Line:
    """All of it, as of the last of these losses."""
    state, verdict = state_line(run), Line() if losses is None else judged(judge_logged(losses))
    if not state.text or not verdict.text or state.mood is Mood.BAD:
        return state if state.text else verdict
    return replace(state, text=f"{state.text}; {verdict.text}", briefs=(state.text, *state.briefs))


@lru_cache(maxsize=64)
def loss_among(names: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The names of the loss that is trained on, or of several, and of that on other rows; empty where there is none."""
    groups = [group for group in groups_of(names) if group.is_better_low]
    if not groups:
        return (), ""
    trained = tuple(one.name for one in groups[0].members if one.part in ("train", ""))
    tested = groups[0].main
    if not trained:
        return (tested.name,), ""
    return trained, tested.name if tested.part in ("val", "test") else ""


def losses_of(run: LogRun, until: Callable[[Metric], int]) -> Losses | None:
    """The losses of a run, each metric up to the record that this tells; None where there are none."""
    names, tested_name = loss_among((*run.metrics,))
    if not names:
        return None
    metric = max((run.metrics[name] for name in names), key=len)
    values = metric.values[: until(metric)]
    found = Losses(values, _told_of(metric), _are_epochs(metric))
    tested = run.metrics.get(tested_name)
    if tested is None:
        return found
    along = along_of(metric, tested)
    tests = slice(until(tested))
    before = np.searchsorted(metric.at(along)[: len(values)], tested.at(along)[tests], side="right")
    return replace(
        found,
        tested=tested.values[tests],
        before=before,
        tested_at=_told_of(tested),
        tested_name=printable(tested_name),
    )


def _told_of(metric: Metric) -> Callable[[int], str]:
    def told(number: int) -> str:
        along, place = place_of(metric, number)
        return place_told(place, along)

    return told


def _are_epochs(metric: Metric) -> bool:
    """Whether the values are those of one epoch after the other, and not of batches within them, nor of some only."""
    return Along.EPOCH in metric.along and bool((np.diff(metric.at(Along.EPOCH)) == 1).all())
