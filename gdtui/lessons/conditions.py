"""What a lesson can ask about a run: a small vocabulary, each of whose words is told in README.md."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    # This brings NumPy with it: the first paint of a lesson does not wait for that.
    from gdtui.session.snapshot import Snapshot

Conditions = tuple[tuple[str, Any], ...]
"""Words and their values; all of them have to hold."""
PAGES = "log", "race", "samples", "confusion"
"""The pages that can be open."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is to be seen where a condition is asked about.

    Attributes:
        begun: the epochs that were done when the step began.
        views: the names of the views in the charts.
        pages: the names of the pages.
        turns: how often a chart was turned since the step began.
    """

    snapshot: Snapshot
    begun: int = 0
    views: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    turns: int = 0


class Word(NamedTuple):
    """A word of the vocabulary.

    Attributes:
        kind: what its value is: ``count``, ``number``, ``share``, ``flag``, ``view`` or ``page``.
        holds: whether it does, for a value.
    """

    kind: str
    holds: Callable[[Seen, Any], bool]


def _rises(seen: Seen) -> float:
    """The share of the epochs, but for the first, whose loss is higher than the one before."""
    losses = seen.snapshot.run.history.known()[1]
    return float((losses[1:] > losses[:-1]).mean()) if len(losses) > 1 else 0.0


def _known(value: float | None) -> float:
    """NaN, which is neither above nor below anything, where it is not known."""
    return math.nan if value is None else value


VOCABULARY = {
    "epochs": Word("count", lambda seen, count: seen.snapshot.done >= count),
    "steps": Word(
        "count", lambda seen, count: seen.snapshot.done - seen.begun >= count and not seen.snapshot.phase.moves
    ),
    "ended": Word("flag", lambda seen, is_so: seen.snapshot.is_over == is_so),
    "diverged": Word("flag", lambda seen, is_so: seen.snapshot.is_diverged == is_so),
    "paused": Word("flag", lambda seen, is_so: seen.snapshot.phase.moves != is_so),
    "past": Word("flag", lambda seen, is_so: seen.snapshot.phase.is_past == is_so),
    "forked": Word("flag", lambda seen, is_so: (len(seen.snapshot.names) > max(1, len(seen.snapshot.race))) == is_so),
    "turns": Word("count", lambda seen, count: seen.turns >= count),
    "epoch_at_most": Word("count", lambda seen, count: seen.snapshot.shown.epoch <= count),
    "alpha_above": Word("number", lambda seen, alpha: seen.snapshot.alpha > alpha),
    "alpha_below": Word("number", lambda seen, alpha: seen.snapshot.alpha < alpha),
    "loss_above": Word("number", lambda seen, loss: not seen.snapshot.shown.loss <= loss),
    "loss_below": Word("number", lambda seen, loss: seen.snapshot.shown.loss < loss),
    "gradient_above": Word("number", lambda seen, norm: _known(seen.snapshot.shown.gradient_norm) > norm),
    "gradient_below": Word("number", lambda seen, norm: _known(seen.snapshot.shown.gradient_norm) < norm),
    "accuracy_above": Word("share", lambda seen, share: _known(seen.snapshot.shown.accuracy) > share),
    "accuracy_below": Word("share", lambda seen, share: _known(seen.snapshot.shown.accuracy) < share),
    "rises_above": Word("share", lambda seen, share: _rises(seen) > share),
    "rises_below": Word("share", lambda seen, share: _rises(seen) < share),
    "view": Word("view", lambda seen, name: name in seen.views),
    "page": Word("page", lambda seen, name: name in seen.pages),
}


def hold(conditions: Conditions, seen: Seen) -> bool:
    """Whether all of them do."""
    return all(VOCABULARY[name].holds(seen, value) for name, value in conditions)
