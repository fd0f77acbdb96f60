"""Rows of the table, and how two things are measured beside each other."""

import statistics
from collections.abc import Callable

Row = tuple[str, str, str, str, str]


def row(metric: str, ours: float, baseline: float, unit: str, goal: str) -> Row:
    return metric, f"{ours:,.4g} {unit}", f"{baseline:,.4g} {unit}", f"{ours / baseline:.3f}", goal


def alternate(ours: Callable[[], float], theirs: Callable[[], float], times: int) -> tuple[float, float]:
    """Both in turn, so that a change of the machine's speed hits both; the medians."""
    pairs = [(ours(), theirs()) for _ in range(times)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
