"""Whatever is in a log, its charts, its table and its verdict are made of it without an error or a warning."""

from __future__ import annotations

import random

import numpy as np
import pytest

from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along
from gdtui.logs.run import LogRun
from gdtui.session.logged import line_of, losses_of
from gdtui.session.logs import LogsShown
from gdtui.views.metrics import Metrics, Seen, record_at

NAMES = ("loss", "val_loss", "train/acc", "val/acc", "lr", "", "[b]", "grad_norm", "a" * 60)
SIZES = ((12, 5), (18, 4), (20, 6), (40, 12), (60, 18), (120, 40), (0, 0), (3, 3))


def values_of(draw: random.Random, generator: np.random.Generator, count: int) -> np.ndarray:
    noise = generator.normal(size=count)
    kinds = (
        *(noise, -np.abs(noise), np.clip(noise, -1, 1) * 1e308, 10.0 ** generator.uniform(-320, 308, count)),
        *(np.full(count, value) for value in (np.nan, np.inf, 0.0, 7.0, 1e-310)),
        *(np.where(generator.random(count) < 0.3, what, noise) for what in (np.nan, np.inf)),
    )
    return draw.choice(kinds)


def places_of(draw: random.Random, generator: np.random.Generator, count: int) -> dict[Along, np.ndarray]:
    places = {}
    if draw.random() < 0.7:
        steps = (np.ones(count), generator.integers(0, 5, count), 10.0 ** generator.uniform(-3, 12, count))
        places[Along.STEP] = np.cumsum(draw.choice(steps)) + draw.choice([0.0, -5.0, 1e9, -1e15, 1e16])
    if draw.random() < 0.5:
        places[Along.EPOCH] = np.floor(np.arange(count) / 3)
    if draw.random() < 0.5:
        at = np.arange(float(count))
        times = (1.7e9 + at, at * 1e-6, at * 1e7, generator.normal(size=count) * 1e9, at * np.nan, at + np.inf)
        places[Along.TIME] = draw.choice(times)
    return places


def run_of(draw: random.Random, generator: np.random.Generator) -> LogRun:
    run = LogRun("run.jsonl")
    for name in draw.sample(NAMES, draw.randint(0, 6)):
        count = draw.choice([1, 2, 5, 30, 300])
        metric = run.metrics[name] = Metric(name)
        metric.extend(places_of(draw, generator, count), values_of(draw, generator, count))
    run._seen.append(0.0)
    return run


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_logged_can_be_looked_at(seed: int) -> None:
    draw, generator, metrics = random.Random(seed), np.random.default_rng(seed), Metrics()
    runs = [run_of(draw, generator) for _ in range(draw.choice([1, 1, 2, 12]))]
    for _ in range(3):
        states = tuple(draw.choice(["following", "ended"]) for _ in runs)
        shown = LogsShown(runs=tuple(runs), front=draw.randrange(len(runs)), states=states)
        last = max(map(len, runs[shown.front].metrics.values()), default=0)
        shown.at = draw.randint(1, last) if last and draw.random() < 0.6 else None
        across = draw.choice([None, *metrics.ways(shown)])
        seen = Seen(across, draw.choice([0.0, 0.6, 0.99]), "", (("loss", True), ("lr", False)))
        width, height = draw.choice(SIZES)
        groups = metrics.groups(shown)
        for group in groups:
            drawn = metrics.draw(group, shown, seen, width, height, draw.random() < 0.3)
            assert (drawn.chart.width, drawn.chart.height) == (width, height)
            record = record_at(metrics.records(shown, metrics.across(shown, seen).along), drawn, width // 2)
            assert record is None or 1 <= record <= last
        assert len(metrics.table(groups[0] if groups else None, shown, seen)) == len(runs)
        assert metrics.title(shown, seen, "what", "")
        line_of(runs[shown.front], losses_of(runs[shown.front], len))
