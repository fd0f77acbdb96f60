"""The command line within this process: the program's own code, without the half second that its start takes."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess

from gdtui import cli


def gdtui(*arguments: str, cwd: str | os.PathLike[str] = ".") -> subprocess.CompletedProcess[str]:
    """What `gdtui` with these arguments prints, with no terminal, and its exit code."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            code = cli.main(arguments)
        except SystemExit as end:  # how the parser refuses
            code = end.code
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), errors.getvalue())
