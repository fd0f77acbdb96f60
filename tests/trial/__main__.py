"""`python -m tests.trial`: the long trial, for as many minutes as there are. Its end is a table of what was tried.

Everything is drawn from a seed, that of a story; the next story has the next seed. So a story that failed is told again
by its seed alone. What the machine does meanwhile, and when, is not drawn: a race may need several tellings.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable

from tests.trial.cases import FAULTS, TERMINALS
from tests.trial.fuzz import FUZZ
from tests.trial.kills import KILLS
from tests.trial.known import KNOWN
from tests.trial.monkey import MONKEY
from tests.trial.soak import SOAK
from tests.trial.story import Part, Rules, Tally, tell

PARTS = {part.name: part for part in (MONKEY, KILLS, FAULTS, FUZZ, TERMINALS, SOAK)}
SHARES = {"monkey": 4.0, "kills": 1.5, "faults": 1.0, "fuzz": 2.0, "terminals": 1.0, "soak": 1.0}
"""How the time is shared."""


def main() -> int:
    options = _options()
    names = list(dict.fromkeys(options.only))
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise SystemExit(f"no such part: {unknown[0]}; there are {', '.join(PARTS)}")
    rules = Rules(options.patience, frozenset(KNOWN if options.without_known else ()))
    seconds = 60 * options.minutes / sum(SHARES[name] for name in names)
    print(f"seed {options.seed}, {options.minutes:g} minutes: {', '.join(names)}", flush=True)
    tallies = []
    for name in names:
        share = seconds * SHARES[name]
        part_rules = Rules(rules.patience, rules.left_out, soak=share)
        goes_on = _limit(options.stories or (1 if name == "soak" else None), share)
        tallies.append(tell(PARTS[name], options.seed, part_rules, goes_on))
        _tell_part(PARTS[name], tallies[-1], options)
    _tell_table(tallies)
    return 1 if any(tally.failures for tally in tallies) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.trial", description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10, help="how long it takes, shared among the parts (10)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first story of each part (the time)")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(PARTS), help=",".join(PARTS))
    parser.add_argument("--stories", type=int, help="so many of each part, however long they take")
    parser.add_argument("--without-known", action="store_true", help="leave out what is in tests/trial/known.py")
    parser.add_argument("--patience", type=float, default=2.0, help="seconds within which a key is answered (2)")
    parser.add_argument("--details", action="store_true", help="show the screen or the input of each failure")
    return parser.parse_args()


def _limit(stories: int | None, seconds: float) -> Callable[[Tally], bool]:
    end = time.monotonic() + seconds
    return lambda tally: tally.stories < stories if stories else time.monotonic() < end


def _tell_part(part: Part, tally: Tally, options: argparse.Namespace) -> None:
    """What failed, the same failures together, each with its seeds and how to see it again."""
    alike = defaultdict(list)
    for failure in tally.failures:
        alike[failure.what].append(failure)
    extra = " --without-known" if options.without_known else ""
    for what, failures in sorted(alike.items(), key=lambda item: -len(item[1])):
        seeds = ", ".join(str(failure.seed) for failure in failures)
        known = [
            f"{name} ({why})" for name, why in KNOWN.items() if name.startswith(f"{part.name}.{what.partition(':')[0]}")
        ]
        print(f"\n{part.name}: {what}\n    seeds {seeds}{', known: ' + known[0] if known else ''}", flush=True)
        print(f"    python -m tests.trial --only {part.name} --seed {failures[0].seed} --stories 1 --details{extra}")
        if options.details:
            print("    " + failures[0].detail.rstrip().replace("\n", "\n    "))


def _tell_table(tallies: list[Tally]) -> None:
    print(f"\n{'part':<10} {'tried':>13} {'':<9} {'stories':>7} {'seconds':>7} {'failures':>8}  what else")
    for tally in tallies:
        notes = ", ".join(f"{name} {value:.4g}" for name, value in tally.notes.items())
        counts = f"{tally.tried:>13,} {tally.unit:<9} {tally.stories:>7} {tally.seconds:>7.0f} {len(tally.failures):>8}"
        print(f"{tally.part:<10} {counts}  {notes}")


if __name__ == "__main__":
    sys.exit(main())
