from __future__ import annotations

import csv
import gzip
import io
import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gdtui.data.dataset import DataError
from gdtui.data.load import load
from gdtui.data.source import memory
from gdtui.data.table import Table
from gdtui.settings import DataSettings
from gdtui.text import printable
from tests.conftest import examples

GOOD = "width,height,kind\n1,2,cat\n3.5,-4e-1,dog\n5,6,cat\n"


@pytest.fixture
def file(tmp_path):
    """Writes a file and gives its path."""

    def write(content: str | bytes, name: str = "mine.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def read(path, **options):
    return load(DataSettings(path, **{"standardize": False, **options}))


def refusal(path, **options) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


# What is read


def test_the_last_column_is_the_target_and_the_others_are_features(file):
    data = read(file(GOOD))
    assert data.name == "mine.csv"
    assert data.feature_names == ("width", "height")
    assert data.class_names == ("cat", "dog")
    assert data.X.tolist() == [[1, 1, 2], [1, 3.5, -0.4], [1, 5, 6]]
    assert data.y.tolist() == [0, 1, 0]


def test_a_file_is_standardised_unless_told(file):
    assert load(DataSettings(file(GOOD))).standardized
    assert not load(DataSettings(file(GOOD), standardize=False)).standardized


def test_target_and_features_by_name(file):
    path = file("kind,a,b,c\nx,1,2,text\ny,3,4,text\n")
    data = read(path, target="kind", features=("b", "a"))
    assert data.feature_names == ("b", "a")
    assert data.features.tolist() == [[2, 1], [4, 3]]
    assert data.y.tolist() == [0, 1]


def test_all_columns_but_the_target_are_features_wherever_it_is(file):
    data = read(file("a,kind,b\n1,x,2\n3,y,4\n"), target="kind")
    assert data.feature_names == ("a", "b")
    assert data.features.tolist() == [[1, 2], [3, 4]]


def test_a_column_that_is_not_used_may_hold_anything(file):
    path = file("a,note,y\n1,,p\n2,n/a,q\n3,hello,p\n")
    assert read(path, features=("a",)).features.tolist() == [[1], [2], [3]]


def test_one_feature_is_enough(file):
    assert read(file("a,y\n1,0\n2,1\n")).X.shape == (2, 2)


def test_numeric_labels_are_in_order_of_size_however_written(file):
    data = read(file("a,y\n1,10\n2,9\n3,9.0\n4,10.00\n"))
    assert data.class_names == ("9", "10")
    assert data.y.tolist() == [1, 0, 0, 1]


def test_text_labels_are_in_order_of_name(file):
    data = read(file("a,y\n1,yes\n2,no\n"))
    assert data.class_names == ("no", "yes")
    assert data.y.tolist() == [1, 0]


def test_classes_picks_two_of_many_in_the_order_given(file):
    data = read(file("a,y\n1,red\n2,green\n3,blue\n4,red\n"), classes=("red", "blue"))
    assert data.class_names == ("red", "blue")
    assert data.features.tolist() == [[1], [3], [4]]
    assert data.y.tolist() == [0, 1, 0]


def test_classes_may_be_written_as_another_form_of_the_same_number(file):
    assert read(file("a,y\n1,1\n2,2\n3,3\n"), classes=("3.0", "1")).y.tolist() == [1, 0]


def test_labels_are_numbers_only_as_features_are(file):
    data = read(file("a,y\n1,1_0\n2,10\n3,1_0\n"))
    assert data.class_names == ("10", "1_0")
    assert data.y.tolist() == [1, 0, 1]


@pytest.mark.parametrize("word", ["NA", "n/a", "nan", "null", "none", "?", "inf"])
def test_in_the_target_column_every_word_is_a_class(file, word):
    data = read(file(f"a,y\n1,{word}\n2,~\n3, {word}\n"))
    assert data.class_names == (word, "~")
    assert data.y.tolist() == [0, 1, 0]
    assert read(file(f"a,y\n1,{word}\n2,0\n3,1\n"), classes=("1", "0")).y.tolist() == [1, 0]


def test_samples_takes_some_rows(file):
    rows = "".join(f"{i},{i % 2}\n" for i in range(100))
    data = read(file("a,y\n" + rows), samples=20)
    values = data.features[:, 0].tolist()
    assert len(values) == 20
    assert values == sorted(set(values))
    assert data.y.tolist() == [value % 2 for value in values]


def test_blank_lines_spaces_and_a_missing_end_of_line_do_no_harm(file):
    data = read(file("\n a , b , y \n\n 1 , 2 , p \n   \n3,4,q"))
    assert data.feature_names == ("a", "b")
    assert data.features.tolist() == [[1, 2], [3, 4]]
    assert data.class_names == ("p", "q")


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    data = read("-")
    assert data.name == "standard input"
    assert len(data) == 3


def test_standard_input_that_is_wrong_is_named(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a,y\n1,p\nx,q\n")))
    assert refusal("-").startswith("standard input: texts among numbers in 'a' (row 3: 'x')")


def test_separators_in_quoted_names_are_not_counted(file):
    data = read(file('"length, in cm";"width, in cm, at most";y\n1;2;p\n3;4;q\n'))
    assert data.feature_names == ("length, in cm", "width, in cm, at most")


# Any table that was written is read again

WORDS = st.text("aZé中🙂\"' .-|_5", min_size=1, max_size=8).map(str.strip)
"""With quotes, and letters of several bytes."""
LETTERS = {*"aZé中🙂"}
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def is_class(text: str) -> bool:
    return bool(text) and not is_number(text)


@st.composite
def tables(draw):
    """(separator, header, features, labels), where the separator is also a part of names and labels."""
    separator = draw(st.sampled_from(",;\t"))
    word = st.tuples(WORDS, WORDS).map(lambda pair: separator.join(pair).strip())
    words = st.one_of(WORDS, word).filter(bool)
    # A line break in a name would hide from the search for the separator; in a label it is fine.
    classes = draw(st.lists(st.one_of(words, word.map(lambda w: f"{w}\nx")).filter(is_class), unique=True, min_size=2))
    names = st.lists(words, min_size=2, max_size=5, unique=True)
    header = draw(names.filter(lambda names: {*"".join(names)} & LETTERS))
    assume(header[-1] not in classes[:2])  # else it looks like a row of data
    labels = [*classes[:2], *draw(st.lists(st.sampled_from(classes[:2]), max_size=5))]
    row = st.lists(NUMBERS, min_size=len(header) - 1, max_size=len(header) - 1)
    features = draw(st.lists(row, min_size=len(labels), max_size=len(labels)))
    return separator, header, features, labels


@pytest.mark.long
@given(
    table=tables(),
    line_end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@example(
    table=(",", ["5", "a|"], [[0.0], [0.0]], ["|", "5|"]), line_end="\n", encoding="utf-8", quoting=csv.QUOTE_MINIMAL
)
@settings(max_examples=examples(60, 3000), deadline=None)
def test_any_table_written_is_read_again(table, line_end, encoding, quoting):
    separator, header, features, labels = table
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=line_end, quoting=quoting)
    writer.writerow(header)
    writer.writerows([*map(repr, row), label] for row, label in zip(features, labels, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        data = read(str(path))
    assert data.feature_names == tuple(map(printable, header[:-1]))
    assert data.features.tolist() == features
    assert data.class_names == tuple(map(printable, sorted(set(labels))))
    assert [data.class_names[int(label)] for label in data.y] == list(map(printable, labels))


def test_what_a_terminal_would_obey_is_not_shown(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('a\x1b[31m,"b\tc","x\ny"\n1,2,"\x1b]0;title\x07one"\n2,3,"t\nwo"\n')
    data = read(str(path))
    assert data.feature_names == ("a�[31m", "b c")
    assert data.class_names == ("�]0;title�one", "t wo")
    assert printable("plain · ümlaut 日本 \udcff") == "plain · ümlaut 日本 �"


# What is refused: file, row (the header is row 1) and column are named


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("", {}, "is empty; a header row and rows of data are needed"),
        ("\n  \n\n", {}, "is empty"),
        ("a,y\n", {}, "has a header but no rows of data"),
        ("y\n1\n2\n", {}, "has one column only; a feature and a target are needed"),
        (
            *("a,y\n1,p\nwide,q\n", {}),
            "texts among numbers in 'a' (row 3: 'wide'): leave such cells blank, or give --categorical a",
        ),
        ("a,b,y\n1,2,p\n1,inf,q\n", {}, "values of another kind in 'b' (row 3: 'inf'): give --drop b"),
        ("a,b,y\n1,2,p\n1,1e999,q\n", {}, "values of another kind in 'b' (row 3: '1e999')"),
        ('a,b,y\n1,2.5,p\n\n1,"3,5",q\n', {}, "both decimal points and decimal commas in 'b' (row 4: '3,5')"),
        ('a,y\n1,"p\nq"\nx,r\n', {}, "texts among numbers in 'a' (row 4: 'x')"),
        ("a,b,y\n1,2,p\n1,2\n", {}, "row 3 has 2 columns, but the header has 3"),
        ("a,b,y\n1,2,p,4\n1,2,q,5\n", {}, "row 2 has 4 columns, but the header has 3"),
        ("a,y\n1,p\n2,p\n", {}, "column 'y' has one class only (p); two are needed"),
        ("a,y\n1,1\n2,1.0\n", {}, "column 'y' has one class only (1); two are needed"),
        (
            "a,y\n" + "".join(f"1,{i}\n" for i in range(11)),
            {},
            "column 'y' has 11 classes (0, 1, 2, 3, 4, 5, …), and 10 can be told apart; "
            "pick some with --classes A,B,…, or another column with --target",
        ),
        ("a,b,y\n1,,p\n2,1,q\n3,1,r\n", {"missing": "drop"}, "without them a class has no rows: give --missing mean"),
        ("a,y\n1,p\n2,q\n", {"classes": ("p", "r")}, "column 'y' has no class 'r'; there are p, q"),
        ("a,b,y\n1,,p\n2,2,q\n", {}, "row 2 lacks a value, in 'b': give --missing mean"),
        ("a,b,y\n1,2,p\nNA,?,q\n3,4,\n", {}, "2 rows lack a value, the first is row 3, in 'y', 'a', 'b'"),
        ("a,y\n1,p\n2,q\n", {"target": "z"}, "no such column: 'z'; there are a, y"),
        ("a,y\n1,p\n2,q\n", {"features": ("z",)}, "no such column: 'z'; there are a, y"),
        ("a,y\n1,p\n2,q\n", {"features": ("y",)}, "column 'y' is the target, so it cannot be a feature as well"),
        (b"a,y\n1,p\n2,caf\xe9\n", {}, "row 3 is not UTF-8 (byte 13); save the file as UTF-8"),
        (b"\xff\xfea\x00,\x00y\x00", {}, "row 1 is not UTF-8 (byte 0)"),
        (b"PK\x03\x04\x14\x00\x06\x00!\xee\n", {}, "is a workbook, or another archive, and no text; save"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", {}, "is an old Excel file, and no text; save the table as CSV"),
        (gzip.compress(b"a,y\n1,p\n2,q\n", mtime=0), {}, "is compressed; unpack it first"),
        (b"PAR1\x15\x04\x15\xff", {}, "is Parquet by its content; name it something.parquet"),
        ("a b y\n1 2 p\n3 4 q\n", {}, "the columns seem to be parted by spaces; part them by commas or semicolons"),
        ('"a" "y"\n"1" 2 p\n"2" 3 q\n', {}, "the columns seem to be parted by spaces"),
        ("a,y\n1,p\n2," + "q" * 200_000 + "\n", {}, "row 3: field larger than field limit"),
        ("a,b,y\n1,7,p\n2,7,q\n", {"standardize": True}, "feature 'b' is constant, so it cannot be standardised"),
    ],
)
def test_what_is_wrong_is_said_with_file_row_and_column(file, content, options, said):
    path = file(content)
    message = refusal(path, **options)
    # A data set that was read is called by the file's name alone.
    assert message.startswith((f"{path}: ", "mine.csv: "))
    assert said in message


@pytest.mark.parametrize(
    ("classes", "names", "labels"),
    [
        (None, ("2", "10", "p"), [0, 1, 2, 1, 0]),
        (("all",), ("2", "10", "p"), [0, 1, 2, 1, 0]),
        (("p", "10"), ("p", "10"), [1, 0, 1]),
        (("p", "2", "10"), ("p", "2", "10"), [1, 2, 0, 2, 1]),
    ],
)
def test_a_table_of_several_classes_is_learnt_whole_or_in_part(file, classes, names, labels):
    data = read(file("a,y\n1,2\n2,10\n3,p\n4,10.0\n5,2\n"), classes=classes)
    assert (data.class_names, data.y.tolist()) == (names, labels)
    assert data.told.endswith("; class 1 is 10" if len(names) == 2 else f"; 3 classes: {', '.join(names)}")


@pytest.mark.parametrize("word", ["", "NA", "n/a", "NaN", "null", "None", "?"])
def test_missing_values_are_counted_over_the_whole_file(file, word):
    rows = f"1,p\n2,q\n{word},p\n3,q\n4,p\n{word},q\n" * 2
    message = refusal(file("a,y\n" + rows))
    assert "4 rows lack a value, the first is row 4, in 'a'" in message
    assert "give --missing drop to leave them out or --missing mean to fill in means" in message


def test_a_bad_number_is_found_in_a_later_part_of_the_file(file):
    assert "'a' (row 6: 'x')" in refusal(file("a,y\n1,p\n2,q\n3,p\n4,q\nx,p\n"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"classes": ("p", "p")}, "--classes names 'p' twice"),
        ({"classes": ("p", "q", "p")}, "--classes names 'p' twice"),
        ({"features": ("a", "a")}, "--features names 'a' twice"),
        ({"samples": 9}, "--samples 9 is more than the 2 rows of mine.csv"),
        ({"samples": 1}, "--samples 1 leaves rows of one class only"),
        ({"centers": 3}, "--centers applies to blobs and none only"),
        ({"noise": 1.0}, "--noise applies to blobs, moons, circles and xor only"),
    ],
)
def test_options_that_cannot_be_are_named(file, options, said):
    assert said in refusal(file("a,y\n1,p\n2,q\n"), **options)


def test_a_directory_is_not_a_file(tmp_path):
    assert refusal(str(tmp_path)) == f"{tmp_path}: is a directory, not a CSV file"


def test_a_file_that_is_not_there_is_named_with_the_sets_that_are():
    message = refusal("nowhere/none.csv")
    assert message.startswith("nowhere/none.csv: no such file")
    assert "blobs, moons" in message


def test_a_file_that_may_not_be_read_says_why(file, monkeypatch):
    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = file(GOOD)
    monkeypatch.setattr(Path, "open", forbidden)  # root may read anything, so it is only acted
    assert refusal(path) == f"{path}: cannot be read: Permission denied"


def test_a_name_too_long_for_a_file_is_an_error_in_one_line():
    assert "cannot be read" in refusal("a" * 300)


# What has no end, or is very wide


class Endless(io.RawIOBase):
    """The same bytes again and again; nobody who asks for more than a few megabytes of them has a limit."""

    def __init__(self, begin: bytes, again: bytes) -> None:
        self.left, self.again = begin, again * (65536 // len(again))
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        assert self.given < 2**25, "it is read without a limit"
        self.left = self.left or self.again
        piece, self.left = self.left[: len(buffer)], self.left[len(buffer) :]
        buffer[: len(piece)] = piece
        self.given += len(piece)
        return len(piece)


def from_input(monkeypatch, begin: bytes, again: bytes) -> str:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Endless(begin, again))))
    return refusal("-")


@pytest.mark.parametrize("begin", [b"", b"a,y\n1,0\n2,1\n"])
@pytest.mark.parametrize("again", [b"\0", b"1,", b'"\n",'], ids=["zeros", "cells", "cells of lines"])
def test_a_row_without_an_end_is_refused(monkeypatch, begin, again):
    said = from_input(monkeypatch, begin, again)
    assert "without the end of a row" in said or "field limit" in said


def test_how_long_a_row_may_be_is_said(monkeypatch):
    assert "line 4: more than 4 MiB without the end of a row; this is no table" in from_input(
        monkeypatch, b"a,y\n1,0\n2,1\n", b"1,"
    )


@pytest.mark.parametrize("again", [b"1,0\n", b",0\n", b"1,\n"], ids=["rows", "no numbers", "no labels"])
def test_rows_without_an_end_are_refused_when_memory_is_full(monkeypatch, again):
    monkeypatch.setattr("gdtui.data.table.memory", lambda: 10**6)
    assert "no more rows than these fit into memory; give a shorter table" in from_input(monkeypatch, b"a,y\n", again)


def test_a_label_is_kept_once(monkeypatch, file):
    monkeypatch.setattr("gdtui.data.table.memory", lambda: 10**6)
    assert len(read(file("a,y\n" + f"1,{'p' * 10_000}\n2,{'q' * 10_000}\n" * 500))) == 1000


def test_the_memory_that_can_be_had_is_less_than_a_machine_has():
    assert 2**20 < memory() <= max(2**32, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


class Name(str):
    """A name that counts how often it is held against others."""

    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other) -> bool:
        Name.compared += 1
        return str.__eq__(self, other)

    def strip(self) -> Name:
        return self


def test_a_header_of_many_columns_is_searched_once_and_not_once_a_column():
    Name.compared, names = 0, [Name(f"c{index}") for index in range(1000)]
    table = Table("a file", names, DataSettings("a file"))
    assert [column.place for column in table.features] == list(range(999))
    assert Name.compared < 10 * len(names)
