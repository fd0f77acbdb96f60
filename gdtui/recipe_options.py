"""How steps can be taken, for the command line and the dialog: names, values, and the rules in one line each."""

from collections.abc import Callable, Iterable
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
    "cosine": "α · (1 + cos(π·n/N)) / 2, then 0",
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
        read: reads a value as it is typed; raises ArgumentTypeError.
        rungs: values to step through, ascending where they are numbers; words are all that it may be.
        of: the optimisers or schedules that make use of it; empty for all.
    """

    name: str
    read: Callable[[str], Any]
    metavar: str | None
    about: str
    rungs: tuple[Any, ...]
    of: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """Its option."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def choices(self) -> tuple[str, ...] | None:
        """The words that it may be, where it is a word."""
        return self.rungs if isinstance(self.rungs[0], str) else None

    @property
    def default(self) -> Any:
        """What it is where nobody says."""
        return _DEFAULTS[self.name]

    def is_used(self, recipe: Recipe) -> bool:
        """Whether that recipe makes use of it."""
        return not self.of or recipe.optimizer in self.of or recipe.schedule in self.of

    def next(self, value: Any, up: bool) -> Any:
        """The rung after a value, or before it; words go round."""
        rungs = self.rungs
        if self.choices:
            return rungs[(rungs.index(value) + (1 if up else -1)) % len(rungs)]
        if value is None or (rungs[0] is None and not up and value <= rungs[1]):
            return rungs[1] if up else rungs[0]
        numbers = [rung for rung in rungs if rung is not None and (rung > value if up else rung < value)]
        return value if not numbers else min(numbers) if up else max(numbers)


_COUNTS = tuple(step * 10**decade for decade in range(6) for step in (1, 2, 5))
_WEIGHTS = (0.0, *(float(f"{step}e{decade}") for decade in range(-5, 2) for step in (1, 3)))
_MEANS = ("momentum", "nesterov", "adam")
_FALLING = tuple(name for name in SCHEDULES if name != "constant")
RECIPE = (
    Part("optimizer", str, None, "what a step makes of the gradient (gd)", OPTIMIZERS),
    Part(
        "momentum", a_kept, "B", "β: the share of the velocity (adam: the mean) that a step keeps (0.9)",
        (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999), _MEANS,
    ),
    Part(
        "beta2", a_kept, "B", "β₂: the share of the mean square that a step keeps (0.999; rmsprop: 0.9)",
        (None, 0.9, 0.95, 0.99, 0.999, 0.9999), ("rmsprop", "adam"),
    ),
    Part(
        "epsilon", a_positive, "E", "ε: added to the root of the mean square (1e-8)",
        tuple(float(f"1e{decade}") for decade in range(-12, 1)), ("rmsprop", "adam"),
    ),
    Part(
        "batch_size", a_count, "N", "rows a step, in another order each epoch (all)",
        (None, *(2**power for power in range(15))),
    ),
    Part("schedule", str, None, "how alpha falls (constant)", SCHEDULES),
    Part(
        "decay", a_share, "D", "what alpha is multiplied by in N epochs (0.5)",
        (0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0), ("step", "exponential", "inverse"),
    ),
    Part(
        "decay_every", a_count, "N", "N, the epochs in which it falls so (a tenth of --epochs; cosine: all)",
        (None, *_COUNTS), _FALLING,
    ),
    Part("warmup", a_natural, "N", "epochs over which alpha rises to its beginning (0)", (0, *_COUNTS)),
    Part("l2", not_negative, "L", "λ₂: what squares of weights cost, but not of biases (0)", _WEIGHTS),
    Part("l1", not_negative, "L", "λ₁: what absolute values of weights cost; makes weights 0 (0)", _WEIGHTS),
)  # fmt: skip


def rule_of(recipe: Recipe) -> str:
    """The rule of a recipe in one line."""
    told = [RULES[recipe.optimizer]]
    if recipe.schedule != "constant":
        told.append(f"α ← {RULES[recipe.schedule]}")
    told += [RULES[name] for name in ("l2", "l1") if getattr(recipe, name)]
    return ";  ".join(told)


LOSS_RULES = {
    "article": "Σ (p − y)² is shown, the cross-entropy's gradient is followed",
    "cross-entropy": "mean of −log p of the class that it is",
    "squared-error": "mean of (p − y)²",
    "hinge": "mean of max(0, 1 − s·z), where s = ±1 is the class and z the score",
}


def rules_told(rules: dict[str, str], names: Iterable[str]) -> str:
    """Some rules, one a line."""
    width = max(map(len, RULES | LOSS_RULES))
    return "\n".join(f"  {name:<{width}}  {rules[name]}" for name in names)


def steps_told() -> str:
    """The rules of steps, in groups."""
    groups = {"a step": OPTIMIZERS, "alpha in epoch n": SCHEDULES, "added to the loss": ("l2", "l1")}
    return "\n".join(f"{what}:\n{rules_told(RULES, names)}" for what, names in groups.items())
