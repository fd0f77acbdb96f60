"""How steps can be taken, for the command line and the dialog: names, values, and the rules in one line each."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from gdtui.settings import OPTIMIZERS, SCHEDULES, Recipe
from gdtui.values import a_count, a_kept, a_natural, a_positive, a_share, not_negative

RULES = {
    "gd": "W ← W − α·g",
    "momentum": "v ← β·v + g;  W ← W − α·v",
    "nesterov": "v ← β·v + g;  W ← W − α·(β·v + g)",
    "rmsprop": "s ← β₂·s + (1 − β₂)·g²;  W ← W − α·g / (√s + ε)",
    "adam": "m ← β·m + (1 − β)·g;  s ← β₂·s + (1 − β₂)·g²;  W ← W − α·m̂ / (√ŝ + ε)",
    "constant": "α",
    "step": "α · decay^⌊n/N⌋",
    "exponential": "α · decay^(n/N)",
    "cosine": "α · ½(1 + cos(π·n/N)), then 0",
    "inverse": "α / (1 + decay·n/N)",
    "l2": "+ λ₂/2 · Σw²",
    "l1": "+ λ₁ · Σ|w|",
}
"""What each optimiser does to the weights W with the gradient g, each schedule to α in the n-th epoch, and what each
penalty adds to the loss. Hats are for means that are corrected for having begun at 0."""
_DEFAULTS = {one.name: one.default for one in fields(Recipe)}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a recipe beside alpha.

    Attributes:
        kind: reads a value; raises ArgumentTypeError.
        choices: the words that it may be, if it is a word.
    """

    name: str
    kind: Callable[[str], Any]
    metavar: str | None
    about: str
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """Its option."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def default(self) -> Any:
        """What it is where nobody says."""
        return _DEFAULTS[self.name]


RECIPE = (
    Part("optimizer", str, None, "what a step makes of the gradient (gd)", OPTIMIZERS),
    Part("momentum", a_kept, "B", "β: the share of the velocity, or of adam's mean, that a step keeps (0.9)"),
    Part("beta2", a_kept, "B", "β₂: the share of the mean square that a step keeps (0.999; rmsprop: 0.9)"),
    Part("epsilon", a_positive, "E", "ε: added to the root of the mean square (1e-8)"),
    Part("batch_size", a_count, "N", "rows a step, in another order each epoch (all)"),
    Part("schedule", str, None, "how alpha falls (constant)", SCHEDULES),
    Part("decay", a_share, "D", "what alpha is multiplied by in N epochs, or how fast it falls (0.5)"),
    Part("decay_every", a_count, "N", "those epochs (a tenth of --epochs; cosine: all of them)"),
    Part("warmup", a_natural, "N", "epochs over which alpha rises to its beginning (0)"),
    Part("l2", not_negative, "L", "λ₂: what squares of weights cost, but not of biases (0)"),
    Part("l1", not_negative, "L", "λ₁: what absolute values of weights cost; makes weights 0 (0)"),
)


def rules_told() -> str:
    """The rules of the optimisers and schedules, one a line."""
    width = max(map(len, RULES))
    return "\n".join(f"  {name:<{width}}  {rule}" for name, rule in RULES.items())
