"""The program: ``gdtui``, or ``python -m gdtui``."""


def main() -> int:
    """Run the command line; returns the exit code. To be interrupted is no fault, also while modules are imported."""
    try:
        from gdtui.cli import main as run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
