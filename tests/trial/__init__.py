"""The long trial: what somebody does who wants gdtui to break. `python -m tests.trial --help` tells how to run it."""
