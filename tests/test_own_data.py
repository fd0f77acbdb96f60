"""Tables as people have them: each is read as what it says, or refused in one line whose remedies work."""

from __future__ import annotations

import csv
import io
import re
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.data.dataset import DataError, Dataset
from gdtui.data.load import load
from gdtui.options import build_parser, settings_from
from gdtui.settings import DataSettings
from tests.conftest import examples

APART = ["", " ", "\u00a0", "'"]
GAPS = ("", "na", "n/a", "-", "#n/a")


def written(value: float, decimal: str, thousands: str, places: int) -> str:
    """A number as somebody writes it."""
    return f"{value:,.{places}f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)


@dataclass
class Made:
    """A column that was written, and what it is to be read as: numbers, with None where missing, or texts."""

    cells: list[str]
    numbers: list[float | None] | None = None

    @property
    def texts(self) -> list[str | None]:
        return [None if cell.strip().lower() in GAPS else cell.strip() for cell in self.cells]


@st.composite
def numeric(draw, rows: int, decimal: str, groups: list[str]) -> Made:
    """Numbers in any way of writing them, with gaps."""
    thousands = draw(st.sampled_from(groups))
    places = draw(st.integers(0, 4))
    behind = draw(st.sampled_from(["", "", "", "%", " %"]))
    number = st.integers(-9_999_999, 9_999_999).map(lambda whole: whole / 10**places)
    found = draw(st.lists(number, min_size=rows, max_size=rows))
    gaps = draw(st.lists(st.integers(0, rows - 1), max_size=2))
    cells = [written(value, decimal, thousands, places) + behind for value in found]
    for gap in gaps:
        cells[gap] = draw(st.sampled_from([*GAPS, "NA", " "]))
    return Made(cells, [None if row in gaps else value for row, value in enumerate(found)])


@st.composite
def texts(draw, rows: int) -> Made:
    words = draw(st.lists(st.sampled_from(["red", "blue", "dark green", "a,b", 'say "x"', "ä;b", "x|y"]), min_size=1))
    found = draw(st.lists(st.sampled_from(words), min_size=rows, max_size=rows))
    gaps = draw(st.lists(st.integers(0, rows - 1), max_size=1))
    return Made(["" if row in gaps else text for row, text in enumerate(found)])


@st.composite
def dates(draw, rows: int) -> Made:
    form = draw(st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%d %b %Y", "%Y-%m-%d %H:%M"]))
    return Made([day.strftime(form) for day in draw(st.lists(st.datetimes(), min_size=rows, max_size=rows))])


@st.composite
def idle(draw, rows: int) -> Made:
    """Nothing at all, or as many different texts as rows."""
    return draw(st.sampled_from([Made([""] * rows), Made([f"n{row} x" for row in range(rows)])]))


@dataclass
class File:
    """A table: its decimal mark, the whole text, and its columns by name, but for the index."""

    decimal: str
    text: bytes
    columns: dict[str, Made]
    labels: list[str]
    twice: str | None


@st.composite
def files(draw) -> File:
    rows, separator, decimal = draw(st.integers(4, 12)), draw(st.sampled_from(",;\t|")), draw(st.sampled_from(".,"))
    part = draw(st.sampled_from([0, 0.25]))
    groups = [*APART, ",."[decimal == ","]]
    if not part and (separator == ";") != (decimal == ","):
        groups.pop()  # with no other number to tell, what parts thousands would look decimal
    numbers = numeric(rows, decimal, groups)
    kinds = st.one_of(numbers, numbers, texts(rows), dates(rows), idle(rows))
    good = [row**2 + part for row in range(rows)]
    made = [Made([f"{number:g}".replace(".", decimal) for number in good], good)]
    made += draw(st.lists(kinds, max_size=6))
    # Bars part columns only where nothing else does: a comma in a name would.
    is_plain = st.just(True) if separator == "|" else st.booleans()
    names = [f"c{place}" if draw(is_plain) else f"c {place}, in cm" for place in range(len(made))]
    twice = draw(st.sampled_from([None, None, None, None, names[-1]])) if len(names) > 1 else None
    labels = ["yes", "no", *draw(st.lists(st.sampled_from(["yes", "no", ""]), min_size=rows - 2, max_size=rows - 2))]
    index = draw(st.sampled_from([None, "", "id"] if rows >= 10 else [None, ""]))
    begins = draw(st.sampled_from([0, 1]))
    front = [] if index is None else [(index, [str(begins + row) for row in range(rows)])]
    again = [] if twice is None else [(twice, made[-1].cells)]
    table = [*front, *((name, column.cells) for name, column in zip(names, made, strict=True)), *again, ("y", labels)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, quoting=draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])))
    writer.writerow([name for name, _ in table])
    for row in zip(*(cells for _, cells in table), strict=True):
        writer.writerow(row)
        if draw(st.booleans()):
            out.write("\r\n")
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig"]))
    return File(decimal, out.getvalue().encode(encoding), dict(zip(names, made, strict=True)), labels, twice)


REMEDIES = re.compile(r"""--(?:drop|missing|categorical|decimal) (?:'(?:[^']|'"'"')*'|[^\s;]+)""")


def remedies(message: str) -> list[list[str]]:
    """What a refusal names, as a shell takes it: a choice of options for each part of it."""
    return [found for part in message.split("; ") if (found := [*REMEDIES.findall(part)])]


def remedied(path: str, given: tuple[str, ...]) -> DataSettings:
    return settings_from(build_parser().parse_args(["--data", path, "--no-standardize", *given])).data


@pytest.mark.long
@given(file=files(), choice=st.randoms(use_true_random=False))
@settings(max_examples=examples(150, 20_000), deadline=None)
def test_every_table_is_read_rightly_or_refused_with_remedies_that_work(file, choice):
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "t.csv")
        Path(path).write_bytes(file.text)
        given: tuple[str, ...] = ("--target", "y")
        for _ in range(2):
            asked = remedied(path, given)
            try:
                data = load(asked)
                break
            except DataError as error:
                message = str(error)
            assert "\n" not in message
            parts = remedies(message)
            assert parts, message
            chosen = (f"--decimal {file.decimal}" if "--decimal ." in part else choice.choice(part) for part in parts)
            given += tuple(word for option in chosen for word in shlex.split(option))
        else:
            # Only names that are there twice are told before all else.
            assert file.twice is not None, message
            data = load(asked := remedied(path, given))
    assert_right(file, asked, data)


def assert_right(file: File, asked: DataSettings, data: Dataset) -> None:
    """What was read is what was written."""
    kept = [row for row, label in enumerate(file.labels) if label]
    wanted = {name: column for name, column in file.columns.items() if name not in asked.drop}
    if asked.missing == "drop":
        kept = [row for row in kept if all(column.texts[row] is not None for column in wanted.values())]
    expected: dict[str, list[float]] = {}
    for name, column in wanted.items():
        if column.numbers and name not in asked.categorical:
            expected[name] = [np.nan if column.numbers[row] is None else column.numbers[row] for row in kept]
        else:
            found = column.texts
            known = sorted({found[row] for row in kept if found[row] is not None})
            for text in known[len(known) < 3 :]:
                expected[f"{name}={text}"] = [np.nan if found[row] is None else found[row] == text for row in kept]
    expected = {name: values for name, values in expected.items() if not np.isnan(values).all()}  # it has no mean
    assert data.feature_names == tuple(expected)
    for values, read in zip(expected.values(), data.features.T, strict=True):
        array = np.array(values, dtype=float)
        array[np.isnan(array)] = np.nanmean(array)
        assert read == pytest.approx(array, rel=1e-12, abs=1e-12)
    assert [data.class_names[int(label)] for label in data.y] == [file.labels[row] for row in kept]
    assert data.told.startswith(f"t.csv: {len(kept)} ")
