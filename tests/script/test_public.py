"""What is public, for those who write scripts of their own: all of it documented, and typed."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gdtui

SCRIPT = """
from gdtui import DataError, Dataset, Log, Settings, load, log

run = log("run.jsonl", alpha=0.1, epochs=10, batch_size=32)
epoch = 0
while epoch < run.epochs and not run.should_stop:
    run.wait()
    epoch += 1
    rate: float = run.alpha * 2
    run(epoch=epoch, loss=rate)
    run({"val/loss": 0.1}, epoch=epoch)
callback = run.keras()
run.close()
with log(None) as other:
    other(loss=1)
again: Log = other
try:
    data: Dataset = load("blobs")
except DataError:
    settings = Settings(epochs=5)
"""
WRONG = """
from gdtui import log

log("run.jsonl").alpha.upper()
"""


def members(name: str) -> list[str]:
    """A public name, and those of its class."""
    found = getattr(gdtui, name)
    inner = vars(found) if inspect.isclass(found) else {}
    kinds = (property, staticmethod, classmethod)
    documented = [one for one, value in inner.items() if inspect.isfunction(value) or isinstance(value, kinds)]
    return [name, *(f"{name}.{one}" for one in documented if not one.startswith("_"))]


@pytest.mark.parametrize("name", [path for name in gdtui.__all__ for path in members(name)])
def test_what_is_public_has_a_docstring(name):
    first, *rest = name.split(".")
    found = getattr(gdtui, first)
    for part in rest:
        found = getattr(found, part)
    assert inspect.getdoc(found)


def test_all_that_is_public_is_there_to_be_found():
    assert sorted(gdtui.__all__) == gdtui.__all__
    assert {*gdtui.__all__} <= {*dir(gdtui)}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = gdtui.nothing


def test_a_script_that_uses_it_passes_a_strict_type_check(tmp_path):
    assert Path(gdtui.__file__).with_name("py.typed").exists()
    for name, text in (("good", SCRIPT), ("wrong", WRONG)):
        (tmp_path / f"{name}.py").write_text(text)
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "good.py", "wrong.py"]
    env = {**os.environ, "MYPYPATH": str(Path(gdtui.__file__).parents[1])}
    found = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False)
    told = [line for line in found.stdout.splitlines() if "error:" in line]
    assert len(told) == 1, found.stdout + found.stderr
    assert told[0].startswith('wrong.py:4: error: "float" has no attribute "upper"')
