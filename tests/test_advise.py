"""What `gdtui advise` prints, through the command line itself."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from gdtui.data.load import load
from gdtui.numbers import share_told
from gdtui.settings import DataSettings
from tests.command import gdtui

BLOBS = load(DataSettings())


def advised(*arguments: str) -> str:
    done = gdtui("advise", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert len(done.stdout.splitlines()) <= 23
    return done.stdout


def refused(*arguments: str) -> str:
    done = gdtui("advise", *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    return done.stderr


def test_the_limits_are_those_of_the_data_and_the_start() -> None:
    told = advised("--init", "zeros")
    sure = 8 * len(BLOBS) / np.linalg.eigvalsh(BLOBS.X.T @ BLOBS.X)[-1]
    assert f"at any weights             alpha below {sure:.6g}" in told
    assert f"at the start (from zeros)  alpha below {sure:.6g}" in told  # p(1 − p) is ¼ there
    assert f"0.01 is {share_told(0.01, sure)} that" in told
    assert "suggested  0.1," in told
    assert "separable: they can be parted" in told


def test_an_optimum_has_a_limit_of_its_own_and_alpha_is_that_of_its_schedule() -> None:
    told = advised("--data", "moons", "--alpha", "3", "--warmup", "10")
    limits = [float(limit) for limit in re.findall(r"alpha below (\S+)", told)]
    assert len(limits) == 3
    assert limits[0] < limits[1] < limits[2]
    assert "0.3 in epoch 1, of 3 chosen" in told
    assert "not separable: no weights tell all rows apart" in told


@pytest.mark.parametrize("loss", ["hinge", "squared-error"])
def test_one_of_many_minima_proves_nothing_of_the_classes(loss: str) -> None:
    assert "not known whether they can be parted" in advised("--data", "moons", "--loss", loss)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--optimizer", "adam"], "adam scales each weight's step by itself"),
        (["--loss", "hinge"], "the hinge has corners"),
        (["--loss", "squared-error"], "the squared error is not convex"),
        (["--batch-size", "32"], "steps by batches follow another gradient each"),
    ],
)
def test_where_no_limit_holds_it_says_why(options: list[str], why: str) -> None:
    told = advised(*options)
    assert f"no limit is known: {why}" in told
    assert "below" not in told


def test_scales_that_differ_are_named() -> None:
    told = advised("--data", "wine", "--no-standardize")
    assert "deviations from 0.1241 (nonflavanoid_phenols) to 314 (proline): 2,530 times as large" in told
    assert "--standardize" in told
    assert "at the start (seed 0)  no limit: the loss is not curved there" in told
    assert "the data is standardised" in advised("--data", "wine")


def test_of_a_saved_run_it_is_told_as_of_its_last_state(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    gdtui("--plain", "--data", "moons", "--alpha", "3", "--epochs", "40", "--save", path)
    told = advised(path)
    assert "after epoch 40" in told
    assert "3 is 0.58 of that" in told
    assert "give no other options" in refused(path, "--alpha", "2")


def test_what_cannot_be_advised_on_is_refused_in_a_line() -> None:
    assert "nothing yet to learn from" in refused("--data", "none")
    assert "no such file" in refused("nowhere.jsonl")
    assert "my table.csv is no saved run; data is named with --data 'my table.csv'" in refused("my table.csv")
    assert "--data moons" in refused("moons", "--alpha", "2")
    assert "no more than losses" in refused(str(Path(__file__).parent / "files" / "torch.jsonl"))
    assert "does nothing without" in refused("--beta2", "0.9")


@pytest.mark.parametrize(
    ("value", "whole", "told"),
    [
        (0.01, 0.47, "1/47 of"),
        (0.2, 0.47, "0.43 of"),
        (0.47, 0.47, "about"),
        (0.49, 0.47, "about"),
        (0.5, 0.47, "1.1 ×"),
        (0.66, 0.47, "1.4 ×"),
        (1e9, 0.5, "2e9 ×"),
        (0.5, 1e9, "1/2e9 of"),
        (470.0, 0.47, "1,000 ×"),
        (1e308, 1e-3, "1.8e308 ×"),
        (1e-300, 1e300, "1/1e300 of"),
    ],
)
def test_a_share_is_told_as_people_would(value: float, whole: float, told: str) -> None:
    assert share_told(value, whole) == told
