"""What is said at the end of runs why they went as they did, in lines, where there is no screen."""

from collections.abc import Iterator, Sequence

from gdtui.runs.curve import Curve, KnownLosses
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.reopen import runs_of
from gdtui.runs.run import Shown
from gdtui.session.judging import limits_at
from gdtui.session.line import judged, tried_told
from gdtui.session.racing import name_of
from gdtui.session.trying import of_verdict
from gdtui.text import printable
from gdtui.why.judge import judge, judge_losses


def verdicts_told(runs: Sequence[Shown], front: Shown) -> list[str]:
    """What remedies came to that were tried in any of these, and the verdict on one, or on all that race with it."""
    lines = []
    for number, run in enumerate(runs):
        if run.tried is not None:
            came = "not decided yet" if run.proved is None else printable(run.proved.told)
            lines.append(f"[INFO] fork {number}, {tried_told(run.tried, run.forked_at)}; {came}")
    for run in front.race:
        if run.done:
            end = run.newest()
            limits = limits_at(run.data, run.settings.loss, run.recipe, end.weights)
            found = of_verdict(judge(run, end, limits), run, runs)
            lines.append(_line(found.whole, name_of(run) if len(front.race) > 1 else ""))
    return lines


def verdicts_in(file: RunFile) -> list[str]:
    """The same of a file; of one that holds no more than losses, what those tell."""
    try:
        runs = runs_of(file)
    except RunFileError:
        curve = KnownLosses()
        curve.extend(file.branch.epochs, file.branch.losses, file.branch.tested)
        curve.trained = file.branch.recipes
        return [*losses_told(curve)]
    return verdicts_told(runs, runs[file.current])


def losses_told(curve: Curve, name: str = "") -> Iterator[str]:
    """What losses tell of a run; nothing where there are none."""
    if len(curve):
        yield _line(judged(judge_losses(curve)).whole, name)


def _line(text: str, name: str) -> str:
    return f"[INFO] verdict{name and f' on {name}'}: {text}"
