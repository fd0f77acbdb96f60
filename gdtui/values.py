"""Values as people give them, on the command line and in a dialog. Imports nothing heavy."""

import argparse
import csv
import math
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gdtui.numbers import whole_number
from gdtui.settings import ALL, INITS, MOST_CLASSES, MOST_EPOCHS


def allowed(
    kind: Callable[[str], Any], allowed: str, good: Callable[[Any], bool] = lambda _: True, limitless: str | None = None
) -> Callable[[str], Any]:
    """A converter for argparse that says which values are allowed; `limitless` is a word for infinity."""

    def convert(text: str) -> Any:
        if text == limitless:
            return math.inf
        with suppress(ValueError):
            value = kind(text)
            if good(value):
                return value
        raise argparse.ArgumentTypeError(f"{text!r} is not {allowed}")

    return convert


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _weights(text: str) -> str | tuple[float, ...]:
    return text if text in INITS else tuple(map(_finite, text.split(",")))


def an_address(text: str) -> str:
    """That of a scheduler."""
    scheme, _, place = text.partition("://")
    host, _, port = place.rpartition(":")
    if scheme not in ("tcp", "tls") or not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the address of a Dask scheduler, such as tcp://localhost:8786"
        )
    return text


def names_in(text: str) -> tuple[str, ...]:
    """Names with commas between them; those that have commas themselves are in quotes, as in CSV."""
    try:
        found = [name for row in csv.reader([text], skipinitialspace=True) for name in row]
    except csv.Error:  # of line breaks
        found = text.split(",")
    names = tuple(name.strip() for name in found)
    if not names or not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name; give names with commas between them")
    return names


a_number = allowed(_finite, "a number")
a_positive = allowed(_finite, "a number greater than 0", lambda value: value > 0)
not_negative = allowed(_finite, "a number of at least 0", lambda value: value >= 0)
a_crew = allowed(whole_number, "a number of workers from 1 to 256", lambda value: 1 <= value <= 256)
a_count = allowed(
    whole_number, "a whole number of at least 1 (and at most 1e12)", lambda value: 1 <= value <= MOST_EPOCHS
)
a_natural = allowed(whole_number, "a whole number of at least 0 (and at most 1e12)", lambda value: 0 <= value <= 10**12)
a_seed = allowed(int, "a whole number from 0 to 4294967295", lambda value: 0 <= value < 2**32)
a_share = allowed(_finite, "a number from 0 to 1", lambda value: 0 <= value <= 1)
pace = allowed(_finite, "max, or epochs a second of at least 0.001", lambda value: value >= 0.001, "max")
a_factor = allowed(_finite, "a number greater than 0", lambda value: value > 0, "max")
a_kept = allowed(_finite, "a number of at least 0 and below 1", lambda value: 0 <= value < 1)
a_start = allowed(_weights, f"one of {', '.join(INITS)}, nor numbers W0,W1,…")
classes_in = allowed(
    names_in,
    f"all, nor two to {MOST_CLASSES} classes, A,B,…",
    lambda names: 2 <= len(names) <= MOST_CLASSES or names == (ALL,),
)
a_few = allowed(int, f"a whole number from 2 to {MOST_CLASSES}", lambda value: 2 <= value <= MOST_CLASSES)


def new_path(text: str) -> str:
    """The name of a file that can be made. Raises ValueError with what is wrong."""
    if not text:
        raise ValueError("a file name is needed")
    text = os.path.expanduser(text)
    if os.path.lexists(text):
        raise ValueError(f"{text} is there already; give another name")
    folder = os.path.dirname(text) or "."
    if not os.path.isdir(folder):
        raise ValueError(f"there is no folder {folder}")
    return text
