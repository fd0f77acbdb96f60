"""What is public, for those who write scripts of their own: all of it documented, and typed."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import gdtui


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


def test_type_checkers_look_into_it():
    """What they find is tried on `tests/script/typed.py` with all else that is checked."""
    assert Path(gdtui.__file__).with_name("py.typed").exists()
