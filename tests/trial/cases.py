"""The parts of the trial that are lists of cases: faults and terminals. A story is one of them, in turn."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from random import Random

from tests.trial import faults, strangers, terminals
from tests.trial.story import Part, Rules, Story, Tally


def _in_turn(part: str, cases: dict[str, faults.Case]) -> Story:
    def story(seed: int, rules: Rules, tally: Tally) -> None:
        names = rules.allowed(part, list(cases))
        name = names[seed % len(names)]
        tally.tried += 1
        try:
            with tempfile.TemporaryDirectory() as folder:
                cases[name](Path(folder), Random(seed), rules, tally)
        except AssertionError as error:
            error.args = (f"{name}: {error}",)
            raise
        except (TimeoutError, subprocess.TimeoutExpired) as error:
            raise TimeoutError(f"{name}: {error}") from None

    return story


CASES = {**faults.CASES, **strangers.STRANGERS}
FAULTS = Part("faults", "faults", _in_turn("faults", CASES), list(CASES))
TERMINALS = Part("terminals", "terminals", _in_turn("terminals", terminals.CASES), list(terminals.CASES))
