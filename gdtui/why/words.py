"""Figures as verdicts have them."""

from __future__ import annotations

import math
import sys

MOST_WRITTEN = 1e9
"""Larger counts are written as powers of ten."""


def figure(value: float) -> str:
    """A loss, or another number."""
    return f"{value:.3g}"


def share(value: float) -> str:
    """A share of 1, as a percentage: none that is not whole is told as 100 %."""
    percent = 100 * value
    if 99 <= percent < 100:
        return f"{math.floor(10 * percent) / 10:.1f} %"
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %" if percent >= 0.01 else "less than 0.01 %"


def times(value: float) -> str:
    """How many times as much."""
    return f"{count(value)} ×" if value >= 100 else f"{value:.3g} ×"


def count(value: float) -> str:
    """Epochs, or another count, to two digits; of larger ones the power of ten."""
    return f"{float(f'{value:.2g}'):,.0f}" if value < MOST_WRITTEN else f"{min(value, sys.float_info.max):.0e}"
