"""What is understood in a table, one thing at a time."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import OneHotEncoder

from gdtui.data.dataset import DataError, Dataset
from gdtui.data.load import load
from gdtui.session import opening
from gdtui.settings import DataSettings, Display, Settings
from tests.command import gdtui


def values(data: Dataset) -> list[list[float]]:
    return data.features.tolist()


def column(text: str, separator: str = ",", more: str = "") -> str:
    """A table whose first column has these cells, with another column like them, if that is to tell of the file."""
    rows = [f'"{cell}"{separator}{more}{separator}{number % 2}' for number, cell in enumerate(text.split())]
    return "\n".join([separator.join(["a", "b" if more else "", "y"]), *rows]) + "\n"


@pytest.mark.parametrize(
    ("cells", "separator", "more", "read_as"),
    [
        ("1,5 2", ",", "", [1.5, 2]),
        ("1,234 0,5", ",", "", [1.234, 0.5]),
        ("1,234 1,234,567", ",", "", [1234, 1234567]),
        ("1,234 2.5", ",", "", [1234, 2.5]),
        ("1.234,5 1.234", ",", "", [1234.5, 1234]),
        ("1.234 5.678", ",", "", [1.234, 5.678]),
        ("1,234 5", ",", "2.5", [1234, 5]),
        ("1,234 5", ";", "", [1.234, 5]),
        ("1,234 5", ";", "2.5", [1234, 5]),
        ("1.234 5", ";", "2,5", [1234, 5]),
        ("1.234 2.5", ";", "", [1.234, 2.5]),
        ("12% 5%", ",", "", [12, 5]),
        ("1'234.5 2'000'000", ",", "", [1234.5, 2000000]),
        ("−1,5 +2,5e3", ",", "", [-1.5, 2500]),
        ("1e5 .5", ",", "", [100000, 0.5]),
    ],
)
def test_marks_are_read_as_the_column_or_the_file_tells(read, cells, separator, more, read_as):
    assert read(column(cells, separator, f'"{more}"' if more else "")).features[:, 0].tolist() == read_as


@pytest.mark.parametrize(
    ("cells", "separator"), [("1,234 5", ","), ("1,234 5", "\t"), ("1.234 5", ";"), ("1,234 1.234", ",")]
)
def test_marks_of_which_nothing_tells_are_refused_until_somebody_says(read, refusal, cells, separator):
    said = "may be decimal or part thousands in 'a' (row 2: '1"
    assert said in refusal(column(cells, separator))
    assert refusal(column(cells, separator)).endswith("give --decimal . or --decimal ,")
    for decimal in ".,":
        first = read(column(cells, separator), decimal=decimal).features[0, 0]
        assert first == (1.234 if decimal == cells[1] else 1234)


def test_columns_that_do_not_agree_tell_nothing_of_another(read, refusal):
    text = 'a,b,c,y\n1.5,"1,5",1.234,p\n2.5,"2,5",2.345,q\n'
    assert "in 'c' (row 2: '1.234'): give --decimal . or --decimal ," in refusal(text)
    assert read(text, decimal=",").features[:, 2].tolist() == [1234, 2345]


def test_what_was_said_of_the_mark_changes_no_column_that_tells(read):
    assert values(read('a,b,y\n1.5,"2,5",p\n2,3,q\n', decimal=".")) == [[1.5, 2.5], [2, 3]]
    assert "decimal commas in b" in read('a,b,y\n1.5,"2,5",p\n2,3,q\n').told


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("1,5 2.5", "both decimal points and decimal commas in 'a' (row 3: '2.5'): give --drop a"),
        ("5% 5", "a % behind only some of the numbers in 'a': give --drop a"),
        ("2024-01-05 2024-01-06", "dates in 'a' (row 2: '2024-01-05'): give --drop a"),
        ("05.01.24 06.01.24", "dates in 'a' (row 2: '05.01.24')"),
        ("12:30 13:00", "dates in 'a' (row 2: '12:30')"),
        ("red red", "one text only in 'a' (row 2: 'red'): give --drop a"),
        ("red blue", "no numbers in 'a' (row 2: 'red'): give --categorical a or --drop a"),
        ("? NA", "no values in 'a': give --drop a"),
        (
            " ".join(f"n{number}" for number in range(101)),
            "neither numbers nor a few different texts (100 at the most)",
        ),
        (
            " ".join(["1.5", *(f"{number}" for number in range(101)), "lost"]),
            "texts among many different numbers in 'a' (row 104: 'lost'): leave such cells blank, or give --drop a",
        ),
        ("1_000 2_000", "no numbers in 'a' (row 2: '1_000')"),
    ],
)
def test_a_column_that_is_no_use_is_refused_by_name(refusal, cells, said):
    assert said in refusal(column(cells, more="1"))


def test_all_columns_of_no_use_are_told_in_one_line_and_many_are_counted(refusal):
    text = "a,b,c,d,when,n,y\nr,s,t,u,2024-01-01,1,p\nv,w,x,z,2024-01-01,,q\n1,2,3,4,2024-01-01,5,p\n"
    assert refusal(text) == (
        "no numbers in 'a' (row 2: 'r'), 'b' (row 2: 's'), 'c' (row 2: 't') and 1 more: "
        "give --categorical a,b,c,d or --drop a,b,c,d; dates in 'when' (row 2: '2024-01-01'): give --drop when; "
        "row 3 lacks a value, in 'n': give --missing mean to fill in means"
    )
    wide = ",".join(f"c{number}" for number in range(50))
    assert len(refusal(f"{wide},n,y\n" + "".join(f"{'x,' * 49}z,1,{row % 2}\n" for row in range(2)))) < 400


def test_a_long_cell_is_not_shown_whole(refusal):
    assert len(refusal(f"a,b,y\n{'x' * 5000},1,p\nz,2,q\n")) < 200


def test_texts_become_columns_of_0_and_1(read):
    text = "size,colour,n,y\nS,red,1,p\nL,blue,2,q\nS,green,3,p\n"
    data = read(text, categorical=("auto",))
    assert data.feature_names == ("size=S", "colour=blue", "colour=green", "colour=red", "n")
    assert values(data) == [[1, 0, 0, 1, 1], [0, 1, 0, 0, 2], [1, 0, 1, 0, 3]]
    assert "texts as 0 and 1 in size, colour" in data.told
    named = read("zip,n,y\n9,1,p\n10,2,q\n10,3,p\n11,3,p\n", categorical=("zip",))
    assert named.feature_names == ("zip=9", "zip=10", "zip=11", "n")
    assert values(read("zip,n,y\n9,1,p\n10,2,q\n", categorical=("auto",))) == [[9, 1], [10, 2]]


@pytest.mark.parametrize("most", [2, 3, 9])
def test_texts_are_encoded_as_scikit_learn_does(read, most):
    found = [f"t{code}" for code in np.random.default_rng(most).integers(0, most, 60)]
    data = read("c,y\n" + "".join(f"{text},{row % 2}\n" for row, text in enumerate(found)), categorical=("c",))
    encoder = OneHotEncoder(drop="if_binary", sparse_output=False)
    assert (data.features == encoder.fit_transform(np.array(found).reshape(-1, 1))).all()
    assert data.feature_names == tuple(name.replace("x0_", "c=") for name in encoder.get_feature_names_out())


def test_classes_that_would_take_too_much_memory_are_refused(refusal, monkeypatch):
    monkeypatch.setattr("gdtui.data.table.memory", lambda: 110_000)
    rows = "".join(f"{row},{row % 10}\n" for row in range(700))
    assert refusal(f"x,y\n{rows}", features=("x",)) == (
        "10 classes do not fit into memory; give a shorter table, or pick some with --classes A,B,…"
    )


def test_texts_that_would_take_too_much_memory_are_refused(refusal, monkeypatch):
    monkeypatch.setattr("gdtui.data.table.memory", lambda: 10**6)
    text = "c,n,y\n" + "".join(f"t{row % 90},{row},{row % 2}\n" for row in range(1, 2001))
    said = refusal(text, categorical=("c",))
    assert said == "the 90 columns that texts would make do not fit into memory; leave some out with --drop c"


def test_texts_are_those_of_the_rows_that_are_taken(read):
    text = "c,n,y\nred,1,p\nblue,2,q\nred,3,p\ngreen,4,r\n"
    assert read(text, categorical=("c",), classes=("p", "q")).feature_names == ("c=red", "n")
    dropped = read("c,n,y\nred,1,p\nred,2,q\nblue,3,\n", categorical=("c",), missing="drop")
    assert dropped.feature_names == ("n",)
    assert "left out c (it says nothing in these rows)" in dropped.told


GAPS = "a,c,y\n1,red,p\n,blue,q\n4,,p\n7,blue,q\n9,red,\n"


def test_rows_that_lack_a_value_are_left_out(read):
    data = read(GAPS, missing="drop", categorical=("c",))
    assert values(data) == [[1, 1], [7, 0]]
    assert data.told.startswith("t.csv: 2 of 5 rows (3 left out for lack of a value) with 2 features")


def test_means_are_filled_in_but_no_labels(read):
    data = read(GAPS, missing="mean", categorical=("c",))
    assert values(data) == [[1, 1], [4, 0], [4, pytest.approx(1 / 3)], [7, 0]]
    assert data.told.startswith(
        "t.csv: 4 of 5 rows (1 left out for lack of a value) with 2 features; means filled in a, c"
    )


def test_what_lacks_is_told_with_the_remedies_that_work(refusal):
    assert refusal(GAPS, categorical=("c",)) == (
        "3 rows lack a value, the first is row 3, in 'y', 'a', 'c': "
        "give --missing drop to leave them out or --missing mean to fill in means (rows without a label are left out)"
    )
    assert refusal("a,y\n1,p\n2,q\n3,\n") == "row 4 has no label, in 'y': give --missing drop to leave it out"
    assert refusal("a,y\n1,p\n2,q\n3,\n4, \n").startswith("2 rows have no label, the first is row 4, in 'y': give ")
    assert "--missing drop" not in refusal("a,b,y\n1,,p\n2,3,q\n")
    assert refusal("a,b,y\n1,,p\n2,3,q\n", missing="drop").endswith("there are not two classes: give --missing mean")


def test_rows_of_other_classes_may_lack_anything(read, refusal):
    assert values(read("a,y\n1,p\n,r\n2,q\n", classes=("p", "q"))) == [[1], [2]]
    assert refusal("a,y\n1,p\n,r\n2,q\n,q\n", classes=("p", "q")).startswith("row 5 lacks a value")


def test_a_class_that_is_written_in_several_ways_is_told_as_one(read, refusal):
    text = "a,y\n1,yes\n2,No\n3,Yes\n4,YES\n"
    assert refusal(text) == (
        "column 'y' writes one class in several ways (YES, Yes, yes); "
        "write it in one, or pick some with --classes A,B,…"
    )
    assert values(read(text, classes=("No", "yes"))) == [[1], [2]]
    assert read("a,y\n1,A\n2,a\n").class_names == ("A", "a")  # else there would be one class only


@pytest.mark.parametrize("header", ["", "id"])
@pytest.mark.parametrize("begins", [0, 1])
def test_an_index_is_left_out_and_that_is_said(read, header, begins):
    text = f"{header},a,y\n" + "".join(f"{begins + row},{row**2},{row % 2}\n" for row in range(10))
    data = read(text)
    assert data.feature_names == ("a",)
    name = header or "column 1"
    assert f"left out {name} (it {'counts the rows' if header else 'has no name'})" in data.told
    assert read(text, features=(name, "a")).features[:, 0].tolist() == [*range(begins, begins + 10)]


def test_what_only_looks_like_an_index_stays(read):
    assert read("a,y\n" + "".join(f"{row},{row % 2}\n" for row in range(12))).feature_names == ("a",)  # all there is
    rows = [f"{row},{row % 3},{row % 2}\n" for row in range(12)]
    assert read("".join(["a,b,y\n", *rows[:9]])).feature_names == ("a", "b")  # a few may count by chance
    assert read("".join(["a,b,y\n", *rows[:9], *rows[10:]])).feature_names == ("a", "b")
    assert read("".join(["a,b,y\n", *rows[2:]])).feature_names == ("a", "b")
    assert read("b,a,y\n" + "".join(f"{row % 3},{row},{row % 2}\n" for row in range(12))).feature_names == ("b", "a")


def test_columns_are_left_out(read, refusal):
    text = 'a,"b, in cm",c,y\n1,x,3,p\n2,z,4,q\n'
    assert read(text, drop=("b, in cm",)).feature_names == ("a", "c")
    assert "--drop '\"b, in cm\"'" in refusal(text)
    assert "no such column: 'z'" in refusal(text, drop=("z",))
    assert "column 'y' is the target" in refusal(text, drop=("y",))
    assert "has no column left" in refusal(text, drop=("a", "b, in cm", "c"))
    assert "is in --features and in --drop" in refusal(text, drop=("a",), features=("a", "c"))
    assert load(DataSettings("iris", drop=("petal width",))).X.shape == (100, 4)


def test_texts_that_come_after_many_numbers_are_told_as_texts(read, refusal, monkeypatch):
    monkeypatch.setattr("gdtui.data.column.AT_ONCE", 4)
    monkeypatch.setattr("gdtui.data.csv_file.CELLS", 0)
    monkeypatch.setattr("gdtui.data.csv_file.ROWS", 4)
    monkeypatch.setattr("gdtui.data.table.SURE", 3 * 8)
    codes = [*("123" * 4), "A", "1"]
    text = "zip,a,y\n" + "".join(f"{code},{row},{row % 2}\n" for row, code in enumerate(codes))
    said = "texts among numbers in 'zip' (row 14: 'A'): leave such cells blank, or give --categorical zip or --drop zip"
    assert refusal(text) == refusal(text, categorical=("auto",)) == said
    for given in (("zip",), ("auto", "zip")):
        assert read(text, categorical=given).feature_names == ("zip=1", "zip=2", "zip=3", "zip=A", "a")


@pytest.mark.parametrize(
    "text",
    ["a,y\n1,p\n2,q\n", "a, cm;y\n1;p\n2;q\n", "a;y\n1,0;p\n2,0;q\n", "a\ty\n1\tp\n2\tq\n", "a, b|y\n1|p\n\n2|q\n"],
)
def test_the_separator_is_what_the_rows_agree_on(read, text):
    assert values(read(text)) == [[1], [2]]


def test_options_for_tables_do_not_apply_to_built_in_sets():
    for options in ({"missing": "mean"}, {"categorical": ("auto",)}, {"decimal": ","}):
        with pytest.raises(DataError, match=f"--{next(iter(options))} does not apply to blobs"):
            load(DataSettings(**options))


def test_what_was_read_is_told_first_on_the_screen_and_beside_the_lines(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("patient,a,y\n" + "".join(f"{row},{row % 7},{'pq'[row % 2]}\n" for row in range(11)))
    told = "t.csv: 11 rows with 1 feature; left out patient (it counts the rows); class 1 is q"
    session = opening.begin(Settings(DataSettings(str(table))), Display())
    *lines, last = [entry.text for entry in session.log.entries]
    assert " ".join(line.strip() for line in lines) == told
    assert max(map(len, lines)) <= 76
    assert last == "[INFO] starting training..."
    done = gdtui("--plain", "-e", "1", "--data", str(table))
    assert done.stderr == f"gdtui: {told}\n"
    assert done.stdout.startswith("[INFO] starting training...\n[INFO] epoch #1")
    assert gdtui("--plain", "-e", "1").stderr == ""


def test_constant_columns_are_told_together(read, refusal):
    text = "a,b,c,y\n1,7,3,p\n1,7,4,q\n"
    said = refusal(text, standardize=None)
    assert said.startswith("features 'a', 'b' are constant")
    assert "--drop a,b" in said
    assert read(text, standardize=None, drop=("a", "b")).feature_names == ("c",)
