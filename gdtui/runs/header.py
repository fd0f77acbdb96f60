"""What the first line of a run file may say: other values are refused here, before anything is made of them."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gdtui.runs.recipes import Allowed, Count, Finite, Kept, Natural, NotNegative, Seed, Share
from gdtui.settings import ALL, MOST_CLASSES, DataEdit


class Source(msgspec.Struct):
    """See `DataSettings`."""

    source: str = ""
    samples: Count | None = None
    noise: NotNegative | None = None
    seed: Seed = 0
    target: str | None = None
    features: list[str] | None = None
    classes: list[str] | None = None
    standardize: bool | None = None
    drop: list[str] = []
    missing: Literal["error", "drop", "mean"] = "error"
    categorical: list[str] = []
    decimal: Literal[".", ","] | None = None
    index: bool = True
    centers: Annotated[int, Meta(ge=2, le=MOST_CLASSES)] | None = None
    test_size: Kept = 0.0
    edits: tuple[DataEdit, ...] = ()
    mapped: bool | None = None
    partitions: Natural = 0

    def __post_init__(self) -> None:
        if self.classes is not None and len(self.classes) < 2 and self.classes != [ALL]:
            raise ValueError(f"{self.classes} are no classes to tell apart - at `$.data.classes`")


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
    class_names: Any = None

    def __post_init__(self) -> None:
        wanted = self.size
        if self.init and wanted not in (None, len(self.init)):
            raise ValueError(f"{len(self.init)} weights of {len(self.features)} features - at `$.init`")

    @property
    def size(self) -> int | None:
        """How many weights there are, as far as that is told: those of one unit for two classes, else of one each."""
        names = self.class_names
        units = len(names) if isinstance(names, list) and len(names) > 2 else 1
        return units * (1 + len(self.features)) if self.features else None


class Described(msgspec.Struct):
    """What it says of its data, of which `plane_in` checks the plane."""

    name: str
    rows: Natural
    features: list[str]
    class_names: Annotated[list[str], Meta(min_length=2, max_length=MOST_CLASSES)]
    plane: dict[str, Any]
    test_rows: Natural = 0


def checked(line: dict[str, Any]) -> Header:
    """The first line. Raises ValidationError, which names the field that is of another kind."""
    return msgspec.convert(line, Header)
