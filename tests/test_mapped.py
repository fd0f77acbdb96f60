"""Tables that stay on the disk: whatever comes of them is, to the bit, what comes of them in memory."""

from __future__ import annotations

import os
import re
from datetime import date

import numpy as np
import pytest

from gdtui.analysis.stability import curvature
from gdtui.data.dataset import DataError, Dataset
from gdtui.data.load import load
from gdtui.data.mapped import MappedRows
from gdtui.data.rows import BLOCK
from gdtui.settings import DataSettings

ROWS = 2 * BLOCK + 300


def table(columns: int = 3, rows: int = ROWS, classes: int = 2) -> np.ndarray:
    generator = np.random.default_rng(columns)
    found = generator.normal(3, 2, size=(rows, columns + 1))
    found[:, -1] = generator.integers(0, classes, rows)
    found[:, 0] += found[:, -1]
    return found


def both(path, **options) -> tuple[Dataset, Dataset]:
    """In memory, and on the disk."""
    here, there = (load(DataSettings(str(path), mapped=mapped, **options)) for mapped in (False, True))
    assert not isinstance(here.X, MappedRows)
    assert isinstance(there.X, MappedRows)
    return here, there


def assert_alike(here: Dataset, there: Dataset) -> None:
    assert there.X[:].tobytes() == here.X.tobytes()
    assert there.y.astype(float).tobytes() == here.y.tobytes()
    assert there.digest == here.digest
    for name in ("name", "feature_names", "class_names", "standardized"):
        assert getattr(there, name) == getattr(here, name)
    assert np.array_equal(there.means, here.means)
    assert np.array_equal(there.deviations, here.deviations)
    assert re.sub(r"; its rows stay on the disk, in .* \(.*\)$", "", there.told) == here.told
    assert (there.test is None) == (here.test is None)
    if here.test is not None and there.test is not None:
        assert_alike(here.test, there.test)


@pytest.fixture
def saved(tmp_path):
    """Writes an array into a file and gives its path."""

    def save(array):
        np.save(tmp_path / "t.npy", array)
        return tmp_path / "t.npy"

    return save


OPTIONS = {
    "plain": {},
    "as they are": {"standardize": False},
    "test": {"test_size": 0.3},
    "some": {"samples": 4000, "test_size": 0.1},
    "columns": {"features": ("x3", "x1")},
    "one column": {"features": ("x2",), "test_size": 0.2},
    "another target": {"target": "x4", "drop": ("x1",)},
    "classes": {"target": "y", "classes": ("2", "0"), "test_size": 0.1},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_it_is_as_in_memory(saved, options):
    array = table(4, classes=3)
    array[:, 3] = array[:, 3] > 3
    assert_alike(*both(saved(array), **options))


@pytest.mark.parametrize("kind", ["f4", ">f8", "i2", "f2", "u1", "fortran"])
def test_of_any_kind_of_numbers(saved, kind):
    array = table()
    array = np.asfortranarray(array) if kind == "fortran" else np.abs(array * 7).astype(kind)
    array[:, -1] = table()[:, -1]
    assert_alike(*both(saved(array), test_size=0.2))


@pytest.mark.parametrize("missing", ["drop", "mean"])
@pytest.mark.parametrize("options", [{}, {"standardize": False, "samples": 3000}, {"test_size": 0.2}])
def test_with_gaps(saved, missing, options):
    array = table()
    gaps = np.random.default_rng(1).random(array.shape) < 0.01
    array[gaps] = np.nan
    array[:, 1] = np.where(array[:, 1] > 9, np.nan, array[:, 1])
    assert_alike(*both(saved(array), missing=missing, **options))


def test_a_column_that_counts_the_rows_is_left_out(saved):
    array = table()
    array[:, 0] = np.arange(len(array)) + 1
    path = saved(array)
    assert_alike(*both(path))
    assert_alike(*both(path, features=("x1", "x2")))
    assert both(path)[1].feature_names == ("x2", "x3")


def with_row(array, row, column, value):
    array = array.copy()
    array[row, column] = value
    return array


T = table()
WRONG = {
    "a gap in the middle": (with_row(T, 3000, 1, np.nan), {}),
    "no label": (with_row(T, 3000, -1, np.nan), {}),
    "gaps and none left": (np.where(np.arange(4) == 1, np.nan, T), {"missing": "drop"}),
    "endless": (with_row(T, 4000, 2, np.inf), {}),
    "constant": (np.where(np.arange(4) == 1, 7.0, T), {}),
    "one class": (np.where(np.arange(4) == 3, 7.0, T), {}),
    "too near": (np.where(np.arange(4) == 1, 1 + (T[:, :1] > 3) * 1e-300, T), {}),
    "many classes": (np.where(np.arange(4) == 3, np.arange(len(T))[:, None] % 50, T), {}),
    "no such class": (T, {"classes": ("0", "5")}),
    "no such column": (T, {"features": ("x9",)}),
    "one test row": (with_row(np.where(np.arange(4) == 3, 1.0, T), 9, 3, 0.0), {"test_size": 0.5}),
    "few": (with_row(np.where(np.arange(4) == 3, 1.0, T), 9, 3, 0.0), {"samples": 2}),
    "more than there are": (T, {"samples": 10**6}),
    "too wide": (np.where(np.arange(4) == 1, np.sign(T - 3) * 1.7e308, T), {}),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_as_in_memory(saved, name):
    array, options = WRONG[name]
    path, said = saved(array), []
    for mapped in (False, True):
        with pytest.raises(DataError) as caught:
            load(DataSettings(str(path), mapped=mapped, **options))
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert "\n" not in said[0]


@pytest.mark.parametrize("options", [{}, {"standardize": False}], ids=("standardised", "as they are"))
def test_the_plane_and_the_limits_are_of_all_rows(saved, monkeypatch, options):
    array = table(5)
    array[:, 2] += 3 * array[:, 1] + 1e6
    here, there = both(saved(array), test_size=0.1, **options)
    assert curvature(there) == pytest.approx(curvature(here), rel=1e-9)
    assert curvature(there, 0.5) == pytest.approx(curvature(here, 0.5), rel=1e-9)
    plane, other = here.plane, there.plane
    for name in ("points", "origin", "axes", "spans"):
        assert getattr(other, name) == pytest.approx(np.array(getattr(plane, name)), rel=1e-6, abs=1e-6)
    assert (other.labels, other.note) == (plane.labels, plane.note)
    monkeypatch.setattr("gdtui.data.rows.DRAWN", 500 * 6)
    few = load(DataSettings(str(saved(array)), mapped=True, test_size=0.1, **options))
    assert len(few.drawn) == len(few.plane.points) == 500
    assert few.plane.axes == pytest.approx(plane.axes, rel=1e-6, abs=1e-6)


def refusal(path, **options) -> str:
    with pytest.raises(DataError) as caught:
        load(DataSettings(str(path), mapped=True, **options))
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.fixture
def parquet(tmp_path):
    """Writes columns into a Parquet file of small row groups and gives its path."""
    arrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    def write(columns):
        write_table(arrow.table(columns), tmp_path / "t.parquet", row_group_size=1000)
        return tmp_path / "t.parquet"

    return write


def columns(rows: int = ROWS) -> dict[str, list]:
    array = table(3, rows)
    return {
        "n": (array[:, 0] * 10).astype(int).tolist(), "f": array[:, 1].astype("f4"),
        "flag": (array[:, 2] > 3).tolist(), "y": ["ham" if label else "spam" for label in array[:, -1]],
    }  # fmt: skip


def test_parquet_is_as_in_memory(parquet):
    assert_alike(*both(parquet(columns()), test_size=0.2))
    assert_alike(*both(parquet({"": range(ROWS), **columns()}), standardize=False))
    found = {**columns(), "__index_level_0__": [None] * ROWS, "z": [None, *range(ROWS - 1)]}
    found = {"z": found.pop("z"), **found}
    for missing in ("drop", "mean"):
        assert_alike(*both(parquet(found), missing=missing, target="y", test_size=0.1))


def test_parquet_that_has_other_than_numbers(parquet):
    path = parquet({**columns(), "colour": ["red"] * ROWS, "when": [date(2024, 1, 1)] * ROWS})
    said = (
        "no numbers in 'colour', 'when', and what stays on the disk must be numbers: leave such columns out with --drop"
    )
    assert refusal(path, target="y") == f"{said} colour,when"
    assert "--categorical needs all rows in memory" in refusal(path, target="y", categorical=("auto",))


def test_a_class_may_have_the_last_row_only(saved):
    array = table(3, ROWS, 2)
    array[-1, -1] = 2
    here, there = both(saved(array))
    assert_alike(here, there)
    assert there.class_names == ("0", "1", "2")


def test_where_the_file_is_larger_than_memory_blocks_are_copied(saved, monkeypatch):
    path = saved(table())
    monkeypatch.setattr("gdtui.data.mapped.cache", lambda: 0)
    here, there = both(path, test_size=0.2)
    assert_alike(here, there)
    assert there.X.block(0) is not there.X.block(1)
    assert np.shares_memory(there.X.block(0), there.X.block(1))
    monkeypatch.setattr(os, "preadv", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    with pytest.raises(DataError, match=r"t.npy: its rows on the disk cannot be read: Input/output error"):
        there.X.block(0)
