"""What a line that a program has printed says of its training.

A pair is a key, = or : or a blank, and a number with nothing but a mark or a blank behind it: no clock, no speed, no
size, no share of a bar. Behind a blank only words that are known count (step, loss). A line is a record where one of
its keys is known, or where it is made of pairs alone.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

from gdtui.logs.json_lines import numbers_in, object_in
from gdtui.logs.words import is_metric

PLACES = {
    **dict.fromkeys(("step", "iter", "iteration", "it", "round", "update"), "step"),
    **dict.fromkeys(("global_step", "global step"), "global_step"),
    **dict.fromkeys(("epoch", "ep"), "epoch"),
}
"""Words for where along the training a line was printed, in small letters, and how it is told on."""
NOISE = frozenset(
    (
        *("v_num", "pid", "seed", "port", "rank", "local_rank", "world_size", "eta", "elapsed", "time", "version"),
        *("gpu", "gpus", "cpu", "mem", "memory", "workers", "num_workers", "batch_size", "line", "epochs", "steps"),
        *("total", "size", "threads", "count"),
    )
)
"""Keys of numbers that measure nothing."""
NUMBER = r"(?>[-+]?(?:\d{1,3}(?:,\d{3})+(?![\d.])|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf(?:inity)?)\b)"
BEFORE = (
    r"(?:(?:train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|eval(?:uation)?|dev|avg\.?|average|mean|running|learning"
    r"|smoothed|global|best|[a-z]\w*'s)[ ])*"
)
"""Words that belong to the one behind them, as in `Train Loss` and `valid_0's auc`."""
PAIR = re.compile(
    rf"""(?<![\w.@/\-'":])['"]?(?P<key>{BEFORE}[a-z_][\w./@\-]*+(?:\([a-z]\))?)['"]?
    (?P<between>\s*[=:]\s*|\s+|(?=\[))[\[(\#]?\s*(?:[a-z][\w.]*\()?['"]?
    (?P<number>{NUMBER})(?P<share>%?)(?:(?:\s?/\s?|\sof\s)(?P<of_all>\d+))?(?=[\s,;|)\]}}'"]|[.:]?(?:\s|$))""",
    re.IGNORECASE | re.VERBOSE,
)
SOURCES = ".py", ".pyx", ".ipynb", ".cc", ".cpp", ".cu", ".go", ".java", ".jl", ".rs"
"""How names of programs' files end: the number behind one is that of a line."""
ROUND = re.compile(r"\[(\d+)\]\s+(?=\S+:|\S+ \S+:)")
"""How XGBoost and LightGBM begin a line."""
BRACKET = re.compile(r"\[\s*(\d+)(?:\s*/\s*\d+)?\]\s")
"""The same of others, where a known metric is behind it."""
BATCH = re.compile(r"[\s:,|\[\](]*(\d+)\s*/\s*(\d+)")
"""How far an epoch is, right behind its number."""
BAR = re.compile(r"\b(\d{1,15})/(\d+|\?) \[\d+:\d")
"""What tqdm says of how far it is."""
BLOCKS = re.compile(r"\s?[|━─╸█#]")
"""What a bar is drawn with."""
CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x08")
"""What a terminal obeys."""


class Said(NamedTuple):
    """What a line says.

    Attributes:
        places: where along the training it was printed, by `step` and `epoch`.
        values: by their keys.
        known: those keys that name a metric for certain.
        bar: how far the bar in it is; None where there is none.
        is_full: whether the bar is at its end.
        part: of the epoch that is told, how much of it is done; None where that is not told.
        is_summary: whether it tells what was best so far, which may be of any place before.
        epochs: how many there are to be; 0 where that is not told.
    """

    places: dict[str, float]
    values: dict[str, float]
    known: frozenset[str]
    bar: int | None = None
    is_full: bool = False
    part: float | None = None
    is_summary: bool = False
    epochs: float = 0.0


NOTHING = Said({}, {}, frozenset())


def said_in(line: str) -> Said:
    """What a line says, without what a terminal obeys; `NOTHING` of one that is no record."""
    if not any(map(str.isdecimal, line)):
        return NOTHING
    begin = line.find("{")
    if begin >= 0 and line.endswith("}") and (found := object_in(line[begin:].encode())) is not None:
        return _sorted(numbers_in(found))
    return _pairs_in(line)


def _sorted(numbers: dict[str, float]) -> Said:
    """The numbers of a JSON object, of which each is meant to be one."""
    places = {PLACES[key.lower()]: value for key, value in numbers.items() if key.lower() in PLACES}
    values = {key: value for key, value in numbers.items() if key.lower() not in PLACES}
    return Said(_one_step(places), values, frozenset(values))


def _pairs_in(line: str) -> Said:
    places: dict[str, float] = {}
    values: dict[str, float] = {}
    known, part, is_summary, epochs = set[str](), None, False, 0.0
    if (begin := ROUND.match(line)) is not None:
        places["step"] = float(begin[1])
    rest, end = [], 0
    for pair in PAIR.finditer(line):
        key = pair["key"]
        is_blank = not pair["between"].strip() and pair["between"] != ""
        place, is_known, is_noise = _kind(key, is_blank)
        is_summary |= key.lower().startswith("best")
        is_share = pair["share"] and (not is_known or BLOCKS.match(line, pair.end()))
        if is_noise or is_share or (is_blank and not (is_known or place)):
            continue
        number, of_all = _number(pair["number"]), float(pair["of_all"] or 0)
        if place:
            places.setdefault(place, number)
            epochs = of_all if place == "epoch" and of_all else epochs
            part = part or _part(place, number, of_all, BATCH.match(line, pair.end()))
        elif not of_all or is_known:
            values.setdefault(key, number / (of_all or 1.0))
            known.update([key] * is_known)
        rest.append(line[end : pair.start()])
        end = pair.end()
    is_all = not any(map(str.isalpha, "".join([*rest, line[end:]])))
    if not (places or known or (values and is_all)):
        return NOTHING
    if known and not places and (begin := BRACKET.match(line)) is not None:
        places["step"] = float(begin[1])
    bar = BAR.search(line)
    told = Said(_one_step(places), values, frozenset(known), part=part, is_summary=is_summary, epochs=epochs)
    return told if bar is None else told._replace(bar=int(bar[1]), is_full=bar[1] == bar[2])


def _part(place: str, number: float, of_all: float, batch: re.Match[str] | None) -> float | None:
    """How much of an epoch is done, as a step of so many tells it, or what stands behind the epoch; None where none."""
    if place == "epoch":
        number, of_all = (float(batch[1]), float(batch[2])) if batch is not None else (0.0, 0.0)
    return number / of_all if 0 <= number <= of_all < math.inf and of_all else None


def _one_step(places: dict[str, float]) -> dict[str, float]:
    """Of two kinds of steps the one that counts over all epochs."""
    if "global_step" in places:
        places["step"] = places.pop("global_step")
    return places


@lru_cache(1024)
def _kind(key: str, is_blank: bool) -> tuple[str, bool, bool]:
    """Which place along the training a key names, whether it is known to be of a metric, and whether of none."""
    small = " ".join(key.lower().split())
    place = "" if small.startswith("best") else PLACES.get(small) or PLACES.get(small.split(" ")[-1], "")
    return place, not place and is_metric(key, weak=not is_blank), small in NOISE or small.endswith(SOURCES)


def _number(text: str) -> float:
    return float(text.replace(",", ""))
