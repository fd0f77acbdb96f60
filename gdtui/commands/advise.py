"""`gdtui advise`: which alpha a descent can take, before it is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtui.commands.asked import Asked, asked_of, in_columns
from gdtui.numbers import ladder_step, share_told
from gdtui.options import Parser
from gdtui.text import tell

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.analysis.optimum import Optimum
    from gdtui.analysis.stability import Limits
    from gdtui.data.dataset import Dataset

ABOUT = """Say which alpha a descent can take: how large it may be and still be stable, at any weights, at those that
the descent begins with and at the optimum; and what else of the data decides that. Nothing is trained."""
EPILOG = """\
The limits are 2 over the largest curvature of the loss; momentum widens them. See gdtui/analysis/README.md.
exit codes: 0 said, 2 bad usage or data."""


FLAT = 1e12
"""Beyond the ladder of alphas there is no limit."""


def run(arguments: list[str]) -> int:
    for line in advice(asked_of(Parser("gdtui advise", ABOUT, EPILOG), arguments)):
        tell(line)
    return 0


def advice(asked: Asked) -> list[str]:
    """What there is to say, in lines of two columns."""
    import numpy as np

    from gdtui.analysis.optimum import optimum
    from gdtui.analysis.stability import limits
    from gdtui.data.dataset import rows_told

    data, recipe = asked.data, asked.recipe
    found = limits(data, asked.loss, recipe, asked.weights)
    with np.errstate(over="ignore", invalid="ignore"):
        best = optimum(data.drawn, asked.loss, recipe, asked.weights)
    lines = [*asked.told, *_told(asked, found, best), ("scales", scales_told(data))]
    if not data.standardized and len(data.feature_names) > 1:
        lines.append(("", "--standardize makes each deviation 1, and the valley of the loss less narrow"))
    lines.append(("classes", parted_told(asked, best)))
    if told := rows_told(len(data.drawn), data):
        lines.append(("rows", f"all but the limit at any weights is {told}"))
    return in_columns(lines)


def _told(asked: Asked, found: Limits, best: Optimum) -> list[tuple[str, str]]:
    """The limits, and what today's alpha is beside them."""
    from gdtui.analysis.stability import limits
    from gdtui.learning.schedule import alpha_at

    recipe, alpha = asked.recipe, alpha_at(asked.recipe, asked.epoch)
    now = f"{alpha:g}" if alpha == recipe.alpha else f"{alpha:.4g} in epoch {asked.epoch:,}, of {recipe.alpha:g} chosen"
    if found.sure is None:
        range_test = "gdtui range, which tries, finds how far it may go"
        return [("stable", f"no limit is known: {found.why_not}"), ("alpha", now), ("suggested", range_test)]
    rows: list[tuple[str, float | None, str]] = [("at any weights", found.sure, "")]
    rows.append((asked.at, found.here, "not known: the activations are not finite"))
    there = limits(asked.data, asked.loss, recipe, best.weights).here if best.weights is not None else None
    why = "there is none: the larger the weights, the smaller the loss" if best.is_parted else "it was not found"
    rows.append(("at the optimum", there, why))
    width = max(len(name) for name, _, _ in rows)
    told: list[tuple[str, str]] = []
    for name, limit, lacking in rows:
        text = lacking if limit is None else "no limit: the loss is not curved there"
        if limit is not None and limit < FLAT:
            text = f"alpha below {limit:<10.6g}  {alpha:.4g} is {share_told(alpha, limit)} that"
        told.append(("stable" if not told else "", f"{name:<{width}}  {text}"))
    rung = ladder_step(found.sure, up=False)
    below = "the largest of 1, 2, 5, 10 … that is stable at any weights"
    return [*told, ("alpha", now), ("suggested", f"{rung:g}, {below}")]


def scales_told(data: Dataset) -> str:
    """How far apart the deviations of the features are, in words."""
    if data.standardized:
        return "each feature has the deviation 1: the data is standardised"
    import numpy as np

    X = data.drawn.X
    with np.errstate(over="ignore", invalid="ignore"):  # one after the other: all at once would be a copy of them
        deviations = [float(X[:, place].std()) for place in range(1, X.shape[1])]
    if not np.isfinite(deviations).all():
        return "the features are too large for their deviations to be computed"
    by_size = sorted(zip(deviations, data.feature_names, strict=True))
    (small, least), (large, most) = by_size[0], by_size[-1]
    if len(by_size) == 1:
        return f"{most} has the deviation {large:.4g}"
    if small == 0:
        return f"{least} is the same in all rows; the largest deviation is {large:.4g} ({most})"
    times = f"{large / small:,.0f}" if large >= 9.95 * small else f"{large / small:.2g}"
    return f"deviations from {small:.4g} ({least}) to {large:.4g} ({most}): {times} times as large"


def parted_told(asked: Asked, best: Optimum) -> str:
    """Whether a line parts the classes, as far as that is known, in words."""
    if best.is_parted:
        return "separable: they can be parted, so that there is no optimum, and weights grow for ever"
    has_many = asked.loss in ("hinge", "squared-error")  # minima, of which that is one
    if best.weights is None or has_many or asked.recipe.l1 or asked.recipe.l2:
        return "not known whether they can be parted"
    return "not separable: no weights tell all rows apart"
