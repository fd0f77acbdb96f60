"""The program: ``gdtui``, or ``python -m gdtui``."""

import gc

YOUNG = 500_000
"""Objects made before garbage is looked for among them: imports make many, and none of them is garbage. To look at
them again and again takes a tenth of the time to the first paint."""


def main() -> int:
    """Run the command line; returns the exit code. To be interrupted is no fault, also while modules are imported."""
    gc.set_threshold(YOUNG)
    try:
        from gdtui.cli import main as run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
