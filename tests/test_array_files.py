"""Tables from NumPy's files and from Parquet."""

from __future__ import annotations

import builtins
import io
import zipfile

import numpy as np
import pytest

from gdtui.data.dataset import DataError
from gdtui.data.load import load
from gdtui.settings import DataSettings

X = np.array([[1.5, 2], [3, 4.25], [5, 7]])


def read(path, **options):
    return load(DataSettings(str(path), **{"standardize": False, **options}))


def refusal(path, **options) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


@pytest.fixture
def parquet(tmp_path):
    """Writes columns into a Parquet file and gives its path."""
    arrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    def write(columns) -> str:
        write_table(arrow.table(columns), tmp_path / "t.parquet")
        return str(tmp_path / "t.parquet")

    return write


@pytest.mark.parametrize("y", [np.array([0, 1, 0]), np.array([False, True, False]), np.array([0.0, 1.0, 0.0])])
def test_npz_has_features_and_labels(tmp_path, y):
    np.savez(tmp_path / "t.npz", X=X, y=y)
    data = read(tmp_path / "t.npz")
    assert (data.features == X).all()
    assert (data.feature_names, data.class_names, data.y.tolist()) == (("x1", "x2"), ("0", "1"), [0, 1, 0])
    assert data.told == "t.npz: 3 rows with 2 features; class 1 is 1"


def test_npz_may_have_texts_gaps_and_other_numbers(tmp_path):
    np.savez_compressed(tmp_path / "t.NPZ", X=np.array([[1, np.nan], [3, 4], [5, 6]], dtype="f4"), y=["b", "a", "b"])
    path = (tmp_path / "t.NPZ.npz").rename(tmp_path / "t.NPZ")
    assert refusal(path).startswith("row 1 lacks a value, in 'x2'")
    data = read(path, missing="mean", features=("x2",))
    assert data.features[:, 0].tolist() == [5, 4, 6]
    assert data.class_names == ("a", "b")


def test_npy_has_the_target_last(tmp_path):
    np.save(tmp_path / "t.npy", np.column_stack([X, [7, 9, 7]]))
    data = read(tmp_path / "t.npy")
    assert (data.features == X).all()
    assert data.class_names == ("7", "9")
    assert read(tmp_path / "t.npy", target="x1", classes=("3", "5"), drop=("x2",)).features.tolist() == [[9], [7]]


def bad_npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(array, **options) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


GOOD = bad_npz(X=X, y=[0, 1, 0])
WRONG = {
    "empty.npy": (b"", "cannot be read"),
    "text.npy": (b"a,y\n1,2\n", "cannot be read"),
    "cut.npy": (npy(X)[:-5], "is cut off: row 3 is not there any more, and its header says 3 rows"),
    "objects.npy": (npy(np.array([{}, 1], dtype=object), allow_pickle=True), "cannot be read"),
    "long.npy": (npy(X).replace(b"(3, 2)", b"(9, 2)"), "is cut off: row 4 is not there"),
    "flat.npy": (npy(np.arange(4)), "no array of rows of two or more columns, not of shape (4,)"),
    "one.npy": (npy(np.zeros((3, 1))), "not of shape (3, 1)"),
    "none.npy": (npy(np.zeros((0, 3))), "has no rows of data"),
    "packed.npy": (GOOD, "holds no array"),
    "complex.npy": (npy(np.ones((3, 3)) * 1j), "values of another kind in 'x1' (row 1: 'complex128')"),
    "empty.npz": (b"", "cannot be read"),
    "cut.npz": (GOOD[:-30], "cannot be read"),
    "torn.npz": (GOOD[:150] + b"\xff" * 20 + GOOD[170:], "cannot be read"),
    "plain.npz": (npy(X), "cannot be read"),
    "other.npz": (bad_npz(X=X, z=[0, 1, 0]), "holds no array y"),
    "uneven.npz": (bad_npz(X=X, y=[0, 1]), "X has shape (3, 2) and y (2,)"),
    "cube.npz": (bad_npz(X=np.zeros((3, 2, 2)), y=[0, 1, 0]), "(rows, features) and (rows,) are needed"),
    "endless.npz": (bad_npz(X=[[1, 2], [np.inf, 3]], y=[0, 1]), "values of another kind in 'x1' (row 2: 'inf')"),
    "dates.npz": (bad_npz(X=np.array([["2024-01-01"] * 2] * 2, dtype="M8[D]"), y=[0, 1]), "dates in 'x1'"),
    "t.parquet": (b"PAR1 not", "cannot be read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_one_line(tmp_path, name):
    content, said = WRONG[name]
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    (tmp_path / name).write_bytes(content)
    assert said in refusal(tmp_path / name)


def test_what_does_not_fit_into_memory_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("gdtui.data.arrays.memory", lambda: 10**6)
    monkeypatch.setattr("gdtui.data.table.memory", lambda: 10**6)
    np.save(tmp_path / "small.npy", np.zeros((10_000, 3), dtype="i1"))
    np.save(tmp_path / "large.npy", np.zeros((100_000, 3)))
    np.savez_compressed(tmp_path / "large.npz", X=np.zeros((100_000, 3)), y=np.zeros(100_000))
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("it is read"))
    assert "does not fit into memory" in refusal(tmp_path / "large.npy", mapped=False)
    assert "does not fit into memory" in refusal(tmp_path / "large.npz")
    monkeypatch.undo()
    monkeypatch.setattr("gdtui.data.table.memory", lambda: 10**6)
    assert "does not fit into memory" in refusal(tmp_path / "small.npy", mapped=False)


def test_a_member_that_claims_more_than_it_has_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.npz", "w") as archive:
        archive.writestr("X.npy", npy(X).replace(b"(3, 2)", b"(3,99)"))
        archive.writestr("y.npy", npy(np.array([0, 1, 0])))
    assert "array X cannot be read" in refusal(tmp_path / "t.npz")


def test_parquet_goes_the_way_of_all_tables(parquet):
    path = parquet({
        "__index_level_0__": [4, 8, 9], "n": [1, None, 3], "f": [1.5, 2.5, float("nan")], "flag": [True, False, True],
        "colour": ["red", "blue", None], "mark": ["1,5", "2,5", "3"], "y": ["p", "q", "p"],
    })  # fmt: skip
    said = refusal(path)
    assert "no numbers in 'colour' (row 1: 'red'): give --categorical colour or --drop colour" in said
    assert "2 rows lack a value, the first is row 2, in 'n', 'f', 'colour'" in said
    data = read(path, categorical=("auto",), missing="mean")
    assert data.feature_names == ("n", "f", "flag", "colour=red", "mark")
    assert data.features.tolist() == [[1, 1.5, 1, 1, 1.5], [2, 2.5, 0, 0, 2.5], [3, 2, 1, 0.5, 3]]
    assert data.class_names == ("p", "q")
    assert "left out column 1 (it has no name)" in data.told


def test_parquet_may_call_texts_string_views(parquet):
    arrow = pytest.importorskip("pyarrow")
    texts = {name: arrow.array(list(cells), arrow.string_view()) for name, cells in (("c", "rbr"), ("y", "pqp"))}
    data = read(parquet(texts), categorical=("c",))
    assert (data.feature_names, data.class_names) == (("c=r",), ("p", "q"))


def test_the_index_that_pandas_puts_last_is_not_the_target(parquet):
    arrow = pytest.importorskip("pyarrow")
    rows = {"a": [1, 2, 4], "y": ["p", "q", "p"], "__index_level_0__": [3, 5, 7]}
    assert "left out column 1 (it has no name)" in read(parquet(rows)).told
    table = arrow.table({"a": [1, 2, 4], "y": [0, 1, 0], "id": [3, 5, 3]})
    for metadata, features, classes in (
        ('{"index_columns": ["id"]}', ("id", "a"), ("0", "1")),
        ('{"index_columns": [{"kind": "range"}]}', ("a", "y"), ("3", "5")),
        ("[1]", ("a", "y"), ("3", "5")),
        ("{", ("a", "y"), ("3", "5")),
    ):
        data = read(parquet(table.replace_schema_metadata({"pandas": metadata})))
        assert (data.feature_names, data.class_names) == (features, classes)


def test_parquet_with_dates_and_lists(parquet):
    from datetime import date

    path = parquet({"n": [1, 2], "when": [date(2024, 1, 2), date(2024, 1, 3)], "many": [[1], [2]], "y": [0, 1]})
    said = refusal(path)
    assert "dates in 'when' (row 1: '2024-01-02'): give --drop when" in said
    assert "values of another kind in 'many' (row 1: 'list<" in said
    assert read(path, drop=("when", "many")).features.tolist() == [[1], [2]]


def test_parquet_that_does_not_fit_into_memory_is_not_read(parquet, monkeypatch):
    path = parquet({"n": range(20_000), "y": [0, 1] * 10_000})
    monkeypatch.setattr("gdtui.data.table.memory", lambda: 10**6)
    assert "does not fit into memory" in refusal(path, mapped=False)


def test_without_pyarrow_it_is_said_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    known = builtins.__import__

    def importing(name, *rest, **options):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return known(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", importing)
    assert refusal(tmp_path / "t.parquet") == "reading Parquet needs pyarrow: pip install 'gdtui[parquet]'"
