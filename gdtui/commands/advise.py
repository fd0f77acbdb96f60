"""`gdtui advise`: which alpha a descent can take, before it is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gdtui.numbers import ladder_step, share_told
from gdtui.options import Parser, add_run, settings_from
from gdtui.race_options import racers_of
from gdtui.settings import EMPTY, Recipe
from gdtui.text import tell

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.data.dataset import Dataset
    from gdtui.learning.optimum import Optimum
    from gdtui.learning.stability import Limits
    from gdtui.types import Floats

ABOUT = """Say which alpha a descent can take: how large it may be and still be stable, at any weights, at those that
the descent begins with and at the optimum; and what else of the data decides that. Nothing is trained."""
EPILOG = """\
The limits are 2 over the largest curvature of the loss; momentum widens them. See gdtui/learning/README.md.
exit codes: 0 said, 2 bad usage or data."""


FLAT = 1e12
"""Beyond the ladder of alphas there is no limit."""


class Asked(NamedTuple):
    """What is asked about.

    Attributes:
        at: what the weights are called; `weights` are shape (size,).
        epoch: whose step would be the next.
    """

    data: Dataset
    loss: str
    recipe: Recipe
    weights: Floats
    at: str
    epoch: int = 1


def run(arguments: list[str]) -> int:
    parser = Parser("gdtui advise", ABOUT, EPILOG)
    parser.add_argument("run", metavar="RUN.jsonl", nargs="?", help="a saved run: as of its last state")
    add_run(parser)
    options = parser.parse_args(arguments)
    if options.run is not None and options != parser.parse_args([options.run]):
        parser.error(f"{options.run} says itself how it was trained; give no other options")
    for line in advice(_of_file(options.run) if options.run is not None else _of_options(options)):
        tell(line)
    return 0


def _of_options(options: object) -> Asked:
    from gdtui.data.dataset import DataError
    from gdtui.data.load import load
    from gdtui.learning.weights import initial_weights, start_told

    settings, _ = racers_of(settings_from(options), ())  # type: ignore[arg-type]
    if settings.data.source == EMPTY:
        raise DataError(f"{EMPTY} is an empty plane: there is nothing yet to give advice on")
    data = load(settings.data)
    weights = initial_weights(settings.init, data.units * data.X.shape[1], settings.seed, data.units)
    at = f"at the start ({start_told(weights, settings.seed)})"
    return Asked(data, settings.loss, settings.recipe, weights, at)


def _of_file(path: str) -> Asked:
    from gdtui.session.opening import watch
    from gdtui.session.session import Session
    from gdtui.settings import Display

    session = watch(path, Display())
    if not isinstance(session, Session):
        raise ValueError(f"{path}: holds no more than losses: there is no advice without data and weights")
    shown = session.snapshot()
    session.close()
    if shown.missing:
        raise ValueError(f"{path}: there is no advice without the data: {shown.missing}")
    at = f"after epoch {shown.shown.epoch:,}" if shown.is_over else f"at epoch {shown.shown.epoch:,}"
    return Asked(shown.data, shown.run.settings.loss, shown.recipe, shown.shown.weights, at, max(1, shown.shown.epoch))


def advice(asked: Asked) -> list[str]:
    """What there is to say, in lines of two columns."""
    from gdtui.learning.optimum import optimum
    from gdtui.learning.stability import limits
    from gdtui.runs.recipes import recipe_told

    data, recipe = asked.data, asked.recipe
    count, how = len(data.feature_names), recipe_told(recipe)
    features = "1 feature" if count == 1 else f"{count:,} features"
    lines = [("data", f"{data.name}: {len(data):,} rows, {features}, {len(data.class_names)} classes")]
    followed = ", which follows the cross-entropy's gradient" if asked.loss == "article" else ""
    lines.append(("descent", f"{asked.loss}{followed}; {how or 'plain steps'}"))
    found = limits(data, asked.loss, recipe, asked.weights)
    best = optimum(data, asked.loss, recipe, asked.weights)
    lines += _told(asked, found, best)
    lines.append(("scales", scales_told(data)))
    if not data.standardized and count > 1:
        lines.append(("", "--standardize makes each deviation 1, and the valley of the loss less narrow"))
    lines.append(("classes", parted_told(asked, best)))
    width = max(len(name) for name, _ in lines) + 2
    return [f"{name:<{width}}{text}" for name, text in lines]


def _told(asked: Asked, found: Limits, best: Optimum) -> list[tuple[str, str]]:
    """The limits, and what today's alpha is beside them."""
    from gdtui.learning.schedule import alpha_at
    from gdtui.learning.stability import limits

    recipe, alpha = asked.recipe, alpha_at(asked.recipe, asked.epoch)
    now = f"{alpha:g}" if alpha == recipe.alpha else f"{alpha:.4g} in epoch {asked.epoch:,}, of {recipe.alpha:g} chosen"
    if found.sure is None:
        range_test = "gdtui range, which tries, finds how far it may go"
        return [("stable", f"no limit is known: {found.why_not}"), ("alpha", now), ("suggested", range_test)]
    rows: list[tuple[str, float | None, str]] = [("at any weights", found.sure, "")]
    rows.append((asked.at, found.here, "not known: the weights are not finite"))
    there = limits(asked.data, asked.loss, recipe, best.weights).here if best.weights is not None else None
    why = "there is none: the larger the weights, the smaller the loss" if best.is_parted else "it was not found"
    rows.append(("at the optimum", there, why))
    width = max(len(name) for name, _, _ in rows)
    told: list[tuple[str, str]] = []
    for name, limit, lacking in rows:
        text = lacking if limit is None else "any alpha: the loss is flat there"
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
    deviations = [float(data.X[:, place].std()) for place in range(1, data.X.shape[1])]  # all at once would copy them
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
    if best.weights is None or asked.loss == "hinge" or asked.recipe.l1 or asked.recipe.l2:
        return "not known whether they can be parted"
    return "not separable: no weights tell all rows apart"
