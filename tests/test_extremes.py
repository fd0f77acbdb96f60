"""Numbers at the edges of what there is: every view draws them or says why not, and nothing warns. Most were found by
the fuzz of `tests.trial`."""

from __future__ import annotations

import pytest

from tests.trial.fuzzer import what_is_wrong
from tests.trial.inputs import Input
from tests.trial.story import Rules

FOUND = {
    "a step shorter than can be squared": (
        "3,3,0\n-3,-1e6,1",
        "--loss=squared-error --init=1e-8,5e-324,-0 --alpha=5e-324 --epochs=2",
    ),
    "curves far above what of them is finite": (
        "-1e6,1,0\n1e100,1e6,1\n-3,0,0\n1e6,-1e6,1\n1e300,5e-324,0",
        "--standardize --loss=squared-error --init=-1,-1e-300,-0 --alpha=1.7976931348623157e308 --epochs=2",
    ),
    "scores that overflow": (
        "1e-300,-1e154,0\n-1e100,-1e-8,1\n-3,-1.7976931348623157e308,0\n1,-1e300,1",
        "--init=1,-1e6,1e6 --alpha=1e-300",
    ),
    "weights hardly apart": ("1,2,0\n3,4,1", "--init=5e-324,0,0 --alpha=5e-324 --epochs=2"),
    "a step beyond all places": ("1e100,2,0\n3,4,1", "--init=0,0,0 --alpha=1e6 --epochs=2"),
}


@pytest.mark.parametrize("name", FOUND)
def test_every_view_draws_it_and_nothing_warns(name: str, recwarn: pytest.WarningsRecorder) -> None:
    rows, words = FOUND[name]
    scaled = () if "--standardize" in words else ("--no-standardize",)
    given = Input(("draw", "--data", "t.csv", *scaled, *words.split()), {"t.csv": f"a,b,y\n{rows}\n".encode()})
    assert what_is_wrong(given, Rules()) == ""
    assert not [f"{warning.filename}:{warning.lineno}: {warning.message}" for warning in recwarn]
