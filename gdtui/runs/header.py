"""What the first line of a run file may say: other values are refused here, before anything is made of them."""

import sys
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gdtui.runs.recipes import Allowed, Count, Natural, NotNegative, Seed, Share

Finite = Annotated[float, Meta(ge=-sys.float_info.max, le=sys.float_info.max)]


class Source(msgspec.Struct):
    """See `DataSettings`."""

    source: str = ""
    samples: Count | None = None
    noise: NotNegative | None = None
    seed: Seed = 0
    target: str | None = None
    features: list[str] | None = None
    classes: tuple[str, str] | None = None
    standardize: bool | None = None
    drop: list[str] = []
    missing: Literal["error", "drop", "mean"] = "error"
    categorical: list[str] = []
    decimal: Literal[".", ","] | None = None
    index: bool = True


class Rules(msgspec.Struct):
    """See `StopRules`."""

    target_loss: NotNegative | None = None
    target_accuracy: Share | None = None
    patience: Count | None = None
    min_delta: NotNegative = 0.0


class Header(Allowed, kw_only=True):
    """The first line, but for what it says of data that is gone (see `LostData`). Other programs leave most of it out;
    what there is, is of these kinds."""

    version: Count
    format: str
    kind: str = ""
    gdtui: str = ""
    numpy: str = ""
    features: Annotated[list[str], Meta(min_length=1)] = []
    digest: str = ""
    rules: Rules = msgspec.field(default_factory=Rules)
    data: Source = msgspec.field(default_factory=Source)
    epochs: Natural = 0
    loss: str = ""
    init: Annotated[list[Finite], Meta(min_length=2)] = []
    sample_size: Natural = 0

    def __post_init__(self) -> None:
        if self.init and self.features and len(self.init) != 1 + len(self.features):
            raise ValueError(f"{len(self.init)} weights of {len(self.features)} features - at `$.init`")


class Described(msgspec.Struct):
    """What it says of its data, of which `plane_in` checks the plane."""

    name: str
    rows: Natural
    features: list[str]
    class_names: tuple[str, str]
    plane: dict[str, Any]


def checked(line: dict[str, Any]) -> dict[str, Any]:
    """The first line. Raises ValidationError, which names the field that is of another kind."""
    msgspec.convert(line, Header)
    return line
