"""Temporary folders of tapes. Who is killed cannot remove his own: the next tape does."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "gdtui-tape-"
OLD = 60.0
"""Seconds after which a folder that is not held belongs to nobody: before, its owner may be about to hold it."""


@contextmanager
def folder() -> Iterator[str]:
    """A new folder, removed afterwards, as are those of tapes that were killed."""
    for other in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody else's, or held
            if time.time() - other.lstat().st_mtime > OLD:
                with _held(other):
                    shutil.rmtree(other)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as made, _held(made):
        yield made


@contextmanager
def _held(path: str | Path) -> Iterator[None]:
    """A lock that ends with this process, however that ends. Raises OSError where another has it."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
