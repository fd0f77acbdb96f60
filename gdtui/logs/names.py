"""What runs are called beside one another."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gdtui.text import printable

ENDS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".log", ".txt", ".out", ".db", ".sqlite")
"""Ends of files' names that say nothing of a run."""


def short_names(places: Sequence[tuple[str, str]]) -> list[str]:
    """For each path, and the run in it, the shortest end that no other has; without what all of them end with."""
    parts = [_parts(path, run) for path, run in places]
    while len(parts) > 1 and all(len(own) > 1 for own in parts) and len({own[-1] for own in parts}) == 1:
        parts = [own[:-1] for own in parts]
    names = []
    for own in parts:
        length = 1
        while length < len(own) and sum(other[-length:] == own[-length:] for other in parts) > 1:
            length += 1
        names.append(printable(os.sep.join(own[-length:])))
    return names


def _parts(path: str, run: str) -> list[str]:
    if path == "-":
        return ["standard input"]
    whole = os.path.normpath(path)
    for end in ENDS:
        whole = whole.removesuffix(end)
    folder, file = os.path.split(whole)
    if file.startswith("events.out.tfevents"):  # which says the time and the machine
        whole = folder or file
    if whole == ".":
        whole = os.path.basename(os.path.abspath(path))
    return [*whole.split(os.sep), *([run] if run else [])]
