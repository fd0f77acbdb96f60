"""What the first lines of a table are: names of columns, rows of data, or neither."""

from __future__ import annotations

import pytest


def test_a_name_that_is_there_twice_is_refused_where_it_is_wanted(read, refusal):
    text = "a,b,a,y\n1,2,3,p\n2,1,4,q\n"
    rename = "the header names 'a' more than once; give each column a name of its own"
    assert refusal(text) == f"{rename}, or leave them out with --drop a"
    assert read(text, drop=("a",)).feature_names == ("b",)
    assert refusal(text, features=("a", "b")) == rename  # which --drop would contradict
    assert refusal("a,a,y\n1,2,p\n2,1,q\n") == rename  # which are all there is
    assert refusal("b,a,a\n1,2,p\n2,1,q\n") == rename  # of which one is the target
    assert refusal("b,a,a,b,y\n1,2,3,4,p\n", target="a").startswith("the header names 'b', 'a' more than once; give")


@pytest.mark.parametrize(
    ("text", "left_out"),
    [("a,,y\n1,,p\n2,,q\n", "column 2"), ("a,y,\n1,p,\n2,q,\n", "column 3"), ("a;y; ;\n1;p;;\n2;q;;\n", "column 3")],
)
def test_columns_without_names_and_values_are_left_out_and_that_is_said(read, text, left_out):
    data = read(text)
    assert (data.feature_names, data.class_names) == (("a",), ("p", "q"))
    assert f"left out {left_out} (it has no name and no values)" in data.told


def test_the_target_has_a_name_where_any_has(read, refusal):
    assert read("a,y,\n1,p,5\n2,q,6\n").feature_names == ("a", "column 3")
    assert read("a,y,\n1,p,r\n2,q,s\n", target="column 3", drop=("y",)).class_names == ("r", "s")
    assert "no values in 'column 2'" in refusal("a,,y\n1,,p\n2,,q\n", features=("a", "column 2"))


@pytest.mark.parametrize(
    "text",
    [
        "1,2,0\n3,4,1\n",
        "1;2,5;0\n3;4;1\n",
        "5.1,,0\n3,4,1\n",
        "5.1,3.5,setosa\n4.9,3.0,virginica\n4.7,3.2,setosa\n",
        "5.1,NA,setosa\n4.9,3.0,setosa\n4.7,3.2,virginica\n",
        "2024-01-05,5,yes\n2024-01-06,6,no\n2024-01-06,8,yes\n",
        "12,red,Ann,yes\n13,blue,Bob,no\n14,red,Cy,yes\n",
        "p,x,s\ne,x,y\np,b,s\n",
        "\n1,2,0\n3,4,1\n",
    ],
)
def test_a_row_of_data_is_not_taken_for_the_names(refusal, text):
    number = 2 if text.startswith("\n") else 1
    assert refusal(text).startswith(f"row {number} looks like data, but should name the columns; put a line such as x1")


def test_a_line_of_names_is_offered_as_the_table_parts_them(refusal):
    assert refusal("1;2;0\n3;4;1\n").endswith("put a line such as x1;x2;y above it")
    assert refusal("1\t2\t0\n3\t4\t1\n").endswith("put a line such as x1<tab>x2<tab>y above it")
    assert refusal("1,2,3,4,5,6,7,0\n" * 2).endswith("put a line such as x1,x2,…,x7,y above it")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("2019,2020,class\n1,2,p\n3,4,q\n5,6,p\n", ("2019", "2020")),
        ("400.5,401.5,class\n1,2,p\n3,4,q\n5,6,p\n", ("400.5", "401.5")),
        (",2019,2020,2021\n7,2,3,0\n8,4,5,1\n", ("2019", "2020")),
        ("0,1,2\n1,2,0\n3,4,1\n", ("0", "1")),
        ("smoker,age,y\nsmoker,5,p\nnever,6,q\n", ("smoker=smoker", "age")),
        ("smoker,y\nsmoker,p\nnever,q\n", ("smoker=smoker",)),
        ("date,5,y\n2024-01-05,5,y\n2024-01-06,6,no\n", ("5",)),
    ],
)
def test_names_may_be_numbers_and_stand_below_again(read, text, names):
    given = {"categorical": ("auto",), "drop": ("date",) if text.startswith("date") else ()}
    assert read(text, **given).feature_names == names


def test_what_stands_above_the_names_is_told(refusal):
    said = "row 1 ('Survey, 2024') names one column only, but the rows below have more; take out what stands above"
    for end in ("", ",,"):
        assert refusal(f'"Survey, 2024"{end}\n\na,b,y\n1,2,p\n3,4,q\n').startswith(said)
    assert refusal("Survey\nin May\na;b;y\n1;2;p\n3;4;q\n").startswith("row 1 ('Survey') names one column only")


@pytest.mark.parametrize(
    ("above", "left_out"),
    [
        ("# made today, by us\n", "left out line 1 (a comment)"),
        ("# made today, by us, here\n", "left out line 1 (a comment)"),
        ("\n# a\n\n#b;c\r\n", "left out lines 2 to 4 (comments)"),
    ],
)
def test_comments_above_the_names_are_left_out_and_that_is_said(read, refusal, above, left_out):
    data = read(above + "a,b,y\n1,2,p\n3,4,q\n")
    assert data.feature_names == ("a", "b")
    assert left_out in data.told
    line = above.count("\n") + 3
    assert f"(row {line}: 'x')" in refusal(above + "a,b,y\n1,2,p\nx,4,q\n")


def test_names_in_a_comment_are_names_where_no_others_are(read):
    data = read("# by NumPy\n# a, b, y\n1,2,0\n3,4,1\n")
    assert data.feature_names == ("a", "b")
    assert "left out line 1 (a comment)" in data.told
    assert read("#,a,y\n5,2,p\n3,4,q\n").feature_names == ("#", "a")
    assert read(f"#{'x' * 200_000}\na,y\n2,p\n4,q\n").feature_names == ("a",)
    assert read("#id,a,y\nc,2,p\nd,4,q\n", categorical=("id",)).feature_names == ("id=d", "a")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_line_that_tells_excel_the_separator_is_no_header(read, separator):
    text = f"sep={separator}\r\n" + "a,y\r\n1,p\r\n2,q\r\n".replace(",", separator)
    assert read(text).feature_names == ("a",)
    assert read("sep=;\na,1;y\n1,5;p\n2,5;q\n").features.tolist() == [[1.5], [2.5]]


def test_names_of_rows_need_no_name(read, refusal):
    """As R's write.table leaves it out."""
    data = read('"a","y"\n"1",5,"p"\n"2",6,"q"\n')
    assert data.features.tolist() == [[5], [6]]
    assert "left out column 1 (it has no name)" in data.told
    assert "row 2 has 3 columns, but the header has 2" in refusal("a,y\n1,5,p\n1,6,q\n")


def test_blank_cells_that_are_too_many_are_left_out_of_rows(read, refusal):
    assert read("a,y\n1,p,\n2,q, ,\n3,p\n").features.tolist() == [[1], [2], [3]]
    assert "row 4 has 3 columns, but the header has 2" in refusal("a,y\n1,p,\n2,q,\n3,p,x\n")


def test_names_that_come_once_more_are_told_as_those(refusal):
    text = "a,b,y\n1,2,p\n3,4,q\n"
    assert refusal(text + text, target="b", classes=("2", "4"), features=("a",)) == (
        "the names of the columns once more in 'a' (row 4: 'a'): take that row out"
    )


def test_a_name_that_pandas_made_is_none(read):
    rows = [f"{row},{row},{row * 7 % 5},{row % 2},\n" for row in range(12)]
    data = read("".join([",Unnamed: 0,a,y,Unnamed: 4\n", *rows]))
    assert (data.feature_names, data.class_names) == (("a",), ("0", "1"))
    assert "left out column 1 (it has no name), Unnamed: 0 (it has no name), Unnamed: 4 (it has no" in data.told
    assert read("".join([",Unnamed: 0,a,y,z\n", *rows]), features=("Unnamed: 0",), target="y").features[3, 0] == 3
    assert read("Unnamed: 0,Unnamed: 1\n5,0\n7,1\n").feature_names == ("Unnamed: 0",)
