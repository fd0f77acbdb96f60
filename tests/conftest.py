"""How much the long tests do: few examples by default and in CI, many with `GDTUI_LONG=1 pytest -m long`.

Each test marked `long` takes its number of seeds, examples or runs from `examples`, so that none is ever left out.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ["GDTUI_THEME"] = "gdtui-dark"
"""No test depends on the theme that somebody has chosen."""

if sys.dont_write_bytecode:  # then each worker, and each program that a test begins, would compile everything anew
    sys.pycache_prefix = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False

if "PYTEST_XDIST_WORKER" in os.environ:  # others work beside it: BLAS's threads would wait for each other, spinning
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_bound = 10**9
"""Bytes from which on what is garbage is collected; as long as there are less, that would take longer than to go on."""


def pytest_xdist_auto_num_workers() -> int:
    """More than there are cores: a third of the time a test waits, for a screen or another process."""
    return len(os.sched_getaffinity(0)) * 3 // 2 if sys.platform == "linux" else os.cpu_count() or 1


def pytest_collection_finish() -> None:
    """What has been imported stays, and no collection of garbage goes through it again and again: apps make many
    objects, and a fifth of the time would go into that. (Each app that begins does the same.)"""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _taken() -> int:
    """Bytes of memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.fixture(autouse=True)
def _bounded_memory() -> Iterator[None]:
    global _bound
    yield
    if _taken() > _bound:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        # What is free now is taken again, but hardly any of it is given back: less would be collected after each test.
        _bound = max(_bound, _taken() * 5 // 4)


def examples(few: int, many: int) -> int:
    """How many examples a long test is to try; to be asked where the module is loaded."""
    return many if os.environ.get("GDTUI_LONG") else few


@pytest.fixture
def read(tmp_path):
    """Reads a table of this text, with options, and does not standardise it."""
    from gdtui.data.load import load
    from gdtui.settings import DataSettings

    def reading(text: str, **options: Any):
        (tmp_path / "t.csv").write_text(text)
        return load(DataSettings(str(tmp_path / "t.csv"), **{"standardize": False, **options}))

    return reading


@pytest.fixture
def refusal(read):
    """The line in which a table of this text is refused, without the file's name."""
    from gdtui.data.dataset import DataError

    def refusing(text: str, **options: Any) -> str:
        with pytest.raises(DataError) as caught:
            read(text, **options)
        message = str(caught.value)
        assert "\n" not in message
        return message.partition(": ")[2]

    return refusing


@pytest.fixture
def crawling(tmp_path):
    """The settings of a run that could take larger steps."""
    from gdtui.settings import Settings
    from tests.test_session import table

    return Settings(table(tmp_path / "points.csv"), epochs=60, alpha=0.05, init=(0.5, 0.5, 0.5))


@pytest.fixture
def propose(monkeypatch):
    """Has every verdict propose an alpha, from an epoch on."""
    from gdtui.why.verdict import Kind, Remedy, Verdict

    def so(alpha: float, epoch: int) -> None:
        remedy = Remedy(epoch, (("alpha", alpha),))
        told = Kind.CRAWLING, "crawling: 9,000 epochs more at this pace"
        for where in ("gdtui.session.judging.judge", "gdtui.verdicts.judge"):
            monkeypatch.setattr(where, lambda run, moment, _: Verdict(told[0], moment.epoch, told[1], remedy=remedy))

    return so
