"""Numbers as people read, type and step them. Imports nothing heavy: the command line reads it."""

import math
import re
import sys


def watchable_speed(epochs: int) -> float:
    """Epochs a second at which a run of this length can be watched: 20 (the default 100 epochs take 5 s), or
    as many more as end it in about 20 s."""
    return max(20.0, float(next_on_ladder(epochs / 20.0)))


def next_on_ladder(value: float, steps: tuple[float, ...] = (1, 2, 5, 10)) -> float:
    """The smallest of … 1, 2, 5, 10, 20, 50 … that is not below `value`, or of other steps from 1 to 10."""
    if value <= 0 or not math.isfinite(value):
        return 1.0
    decade = 10.0 ** math.floor(math.log10(value))
    return float(f"{next((step * decade for step in steps if step * decade >= value * (1 - 1e-9)), 10 * decade):.3g}")


def ladder_step(value: float, up: bool) -> float:
    """The neighbour of `value` on the 1-2-5 ladder, upwards or downwards; a value between two rungs goes to
    the nearer one in that direction. Values beyond 1e-12 … 1e12 stay where they are.
    """
    rungs = [float(f"{step}e{decade}") for decade in range(-12, 12) for step in (1, 2, 5)] + [1e12]
    if up:
        return next((rung for rung in rungs if rung > value * (1 + 1e-9)), value)
    return next((rung for rung in reversed(rungs) if rung < value * (1 - 1e-9)), value)


def nearest_rung(value: float) -> float:
    """The nearest of … 1, 2, 5, 10, 20, 50 … by its ratio, from 1e-12 to 1e12."""
    below = ladder_step(value * (1 + 1e-8), up=False)
    above = ladder_step(below, up=True)
    return below if value * value < below * above else above


def counted(number: int, what: str) -> str:
    """So many of something, whose word takes an s where there are several: 1 record, 2,000 records."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def share_told(value: float, whole: float) -> str:
    """How much of the whole a positive value is, in words: 1/47 of, 0.43 of, about, or 1.4 × where it is more."""
    share = min(value / whole, sys.float_info.max)
    if 0.985 <= share < 1.05:
        return "about"
    if share >= 1:
        return f"{share:.2g} ×" if share < 9.95 else f"{share:,.0f} ×" if share < 1e6 else f"{_power(share)} ×"
    if share > 0.105:
        return f"{share:.2g} of"
    times = 1 / max(share, 1e-300)
    return f"1/{times:,.0f} of" if times < 1e6 else f"1/{_power(times)} of"


def _power(value: float) -> str:
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def due(first: int, last: int, every: int | None) -> list[int]:
    """Which of these epochs to print: the multiples of `every`, or, where that is None, those on the ladder 1, 2, 5,
    10 …; and the very first."""
    if every is None:
        rungs = (step * 10**decade for decade in range(len(str(last))) for step in (1, 2, 5))
        return [rung for rung in rungs if first <= rung <= last]
    ones = [1] if first == 1 and every > 1 else []
    return [*ones, *range(-(-first // every) * every, last + 1, every)]


def whole_number(text: str) -> int:
    """A whole number, as typed: also as 1e6, and as 1,000,000, which is how the screen has it. Raises ValueError."""
    if re.fullmatch(r"\s*[+-]?\d{1,3}(,\d{3})+\s*", text):
        text = text.replace(",", "")
    try:
        return int(text)
    except ValueError:
        value = float(text)
        if "e" not in text.lower() or not value.is_integer():
            raise
        return int(value)


def short(value: float) -> str:
    """A number in at most four characters: 950, 9.5k, 95k."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if value >= 0.9995 * size:
            return f"{value / size:.1f}{unit}" if value < 9.95 * size else f"{value / size:.0f}{unit}"
    return f"{value:.0f}"


def duration(seconds: float) -> str:
    """A time for people: 4.2 s, 42 s, 3:07, 1:02:03."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    if hours >= 100:
        return f"{hours // 24} days"
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
