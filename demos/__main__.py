"""Make every demo anew from its tape: `python -m demos`, from the root of the repository.

`python -m demos --check` plays every tape to its end, and makes no files. Both take the names of tapes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent


def play(tape: Path, check: bool) -> subprocess.CompletedProcess[str]:
    """Play it in a process of its own, so that ctrl+c ends it with all that it has started."""
    how = "--check" if check else "--force"
    command = [sys.executable, "-m", "gdtui", "tape", str(tape.relative_to(HERE.parent)), how]
    return subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m demos", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which tapes (all)")
    parser.add_argument("--check", action="store_true", help="play to the end as fast as it goes, and make no files")
    options = parser.parse_args()
    tapes = [HERE / f"{name}.tape" for name in options.names] or sorted(HERE.glob("*.tape"))
    failed = False
    # Recordings are made one after another: each is to have the machine for itself.
    with ThreadPoolExecutor(len(tapes) if options.check else 1) as pool:
        for tape, done in zip(tapes, pool.map(lambda tape: play(tape, options.check), tapes), strict=True):
            failed |= done.returncode != 0
            print(f"{tape.stem}: {done.stderr.strip() or 'ok'}", flush=True)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
