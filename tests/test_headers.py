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
