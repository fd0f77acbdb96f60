"""What a run comes to: sampled activations with their labels, and the verdict in one line."""

from dataclasses import dataclass

import numpy as np

from gdtui.learning.descent import predictions
from gdtui.learning.moment import Moment
from gdtui.runs.run import Shown
from gdtui.types import Floats


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of the final table."""

    index: int
    """Its row in the data, from 0."""
    features: tuple[float, ...]
    activation: float
    predicted: int | None
    """None where the activation is not a number."""
    true: int

    @property
    def is_right(self) -> bool:
        return self.predicted == self.true

    @property
    def verdict(self) -> str:
        """Whether it is right, for a table."""
        return "– unknown" if self.predicted is None else "✓ right" if self.is_right else "✗ wrong"

    def line(self) -> str:
        """As the article prints it."""
        label = "none" if self.predicted is None else self.predicted
        return f"activation={self.activation:.4f}; predicted_label={label}, true_label={self.true}"


def sampled_rows(run: Shown) -> np.ndarray:
    """Which rows the table shows: `settings.sample_size` of them without repetition, by `settings.seed`, sorted."""
    count = min(run.settings.sample_size, len(run.data))
    rows = np.random.default_rng(run.settings.seed).choice(len(run.data), size=count, replace=False)
    rows.sort()
    return rows


def samples(run: Shown, weights: Floats) -> list[Sample]:
    """The table at `weights`, shape (d + 1,)."""
    rows = sampled_rows(run)
    with np.errstate(over="ignore", invalid="ignore"):
        logits = run.data.X[rows] @ weights
        activations = 1.0 / (1.0 + np.exp(-logits))
    return [
        Sample(
            int(row),
            tuple(run.data.features[row].tolist()),
            float(activation),
            None if np.isnan(activation) else int(label),
            int(run.data.y[row]),
        )
        for row, activation, label in zip(rows, activations, predictions(activations), strict=True)
    ]


def summary(run: Shown, last: Moment) -> str:
    """The run in one line, measured at the weights after the last step."""
    why = "stopped early" if run.stop is None else run.stop.message
    epochs = "1 epoch" if run.done == 1 else f"{run.done} epochs"
    return (
        f"{run.data.name}: {epochs}, alpha {_alphas(run)}, "
        f"loss {last.loss:.7f}, accuracy {'not known' if last.accuracy is None else f'{last.accuracy:.2%}'} ({why})"
    )


def _alphas(run: Shown) -> str:
    """Those that were trained with."""
    alphas = [alpha for _, alpha in run.history.alphas] or [run.alpha]
    shown = alphas if len(alphas) <= 4 else [*alphas[:2], None, alphas[-1]]
    return " → ".join("…" if alpha is None else f"{alpha:g}" for alpha in shown)
