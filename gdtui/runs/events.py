"""What happens in a run: each is told once, where it happens, and taken in by history, log and file.

All but `Batch` are lines of a run file too (see `gdtui.runs.reader`), as they are: msgspec writes and checks them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gdtui.learning.descent import Batch
from gdtui.types import Confusion


class Measured(msgspec.Struct, frozen=True):
    """A state of which all is known, as a file tells it. `confusion` is over all rows."""

    loss: float
    weights: list[float]
    gradient: float
    confusion: Confusion

    def __post_init__(self) -> None:
        if min(self.confusion) < 0 or not sum(self.confusion):
            raise ValueError(f"{list(self.confusion)} is no confusion matrix")


class Steered(msgspec.Struct, frozen=True, tag_field="kind", tag="alpha", omit_defaults=True):
    """The step of epoch `since` is the first with this alpha."""

    alpha: float
    since: int = msgspec.field(name="from")
    before: float | None = msgspec.field(name="was", default=None)


class EpochsWanted(msgspec.Struct, frozen=True, tag_field="kind", tag="epochs", omit_defaults=True):
    """As many are wanted of this branch now."""

    epochs: int
    before: int | None = msgspec.field(name="was", default=None)


class RuleDropped(msgspec.Struct, frozen=True, tag_field="kind", tag="rule-dropped"):
    """Training goes on past the rule that had ended it (see `Stop.rule`), which does not count any more."""

    rule: str


class Forked(msgspec.Struct, frozen=True, tag_field="kind", tag="fork"):
    """A new branch, the current one from now on: its epochs before `epoch` are those of the branch numbered `of`."""

    epoch: int = msgspec.field(name="fork")
    of: int
    alpha: float


class Switched(msgspec.Struct, frozen=True, tag_field="kind", tag="branch"):
    """What follows belongs to the branch of this number."""

    branch: int


class Stopped(msgspec.Struct, frozen=True, tag_field="kind", tag="stop", omit_defaults=True):
    """Training ended after that epoch; `end` is the state after its step, where it is finite."""

    rule: str = msgspec.field(name="stop")
    epoch: int = 0
    message: str = ""
    end: Measured | None = None


class Epoch(msgspec.Struct, omit_defaults=True, gc=False):
    """One epoch, as a file keeps it. Other programs write `epoch` and `loss` alone; `alpha` is theirs too."""

    epoch: int
    loss: float | None
    weights: list[float] | None = None
    gradient: Any = None
    confusion: Confusion | None = None
    best: tuple[float, int] | None = None
    """What the patience rule remembered before this epoch."""
    alpha: Any = None


Event = Batch | Steered | EpochsWanted | RuleDropped | Forked | Switched
