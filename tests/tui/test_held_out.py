"""The rows kept for testing, on the screen: hollow points, both accuracies, marked samples, two matrices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gdtui.charts.points import HOLLOW, MARKERS
from gdtui.charts.roles import Role
from gdtui.data.dataset import Dataset, dataset
from gdtui.data.load import load
from gdtui.encoding import stand_in
from gdtui.runs.run import Run
from gdtui.runs.samples import samples
from gdtui.settings import DataSettings, Settings
from gdtui.tui.data_choice import data_at
from gdtui.tui.status import Status, band
from gdtui.views.data import ScatterChart
from tests.tui.driving import START, finish, press, running, screen, session, snapshot, step

TESTED = Settings(data=DataSettings("blobs", noise=3.0, test_size=0.25), epochs=5, init=START)


# The points


def placed(counts: list[tuple[int, int]]) -> ScatterChart:
    """Far from each other, so many points to train on and so many to test with, at x1 = 0, 10, 20 …"""
    train, test = (
        np.concatenate([np.full((both[kind], 2), 10.0 * place) for place, both in enumerate(counts)]) for kind in (0, 1)
    )
    both = [dataset("placed", rows, (rows[:, 0] > 15).astype(float)) for rows in (train, test)]
    whole = type(both[0])("placed", both[0].X, both[0].y, ("x1", "x2"), ("no", "yes"), test=both[1])
    return ScatterChart(whole)


def test_a_cell_shows_hollow_points_where_it_holds_as_many_of_them_as_of_others():
    chart = placed([(1, 0), (0, 1), (2, 2), (3, 2)]).draw(None, 60, 20)
    found = [(str(chart.chars[at]), int(chart.roles[at])) for at in zip(*np.nonzero(chart.roles > 0), strict=True)]
    points = [pair for pair in found if pair[1] in (Role.CLASS_0, Role.CLASS_1)]
    assert sorted(points) == sorted(
        [("●", Role.CLASS_0), ("○", Role.CLASS_0), ("△", Role.CLASS_1), ("▲", Role.CLASS_1)]
    )


def test_those_taken_for_the_other_class_are_crossed_be_they_hollow_or_not():
    drawn = placed([(1, 0), (0, 1), (2, 2), (3, 2)])
    wrong = drawn.draw(np.array([15.0, -1.0, 0.0]), 60, 20)
    right = drawn.draw(np.array([-15.0, 1.0, 0.0]), 60, 20)
    assert [int((chart.chars == "✗").sum()) for chart in (wrong, right)] == [4, 0]
    assert int((wrong.roles == Role.WRONG_0).sum()) == int((wrong.roles == Role.WRONG_1).sum()) == 2


def test_a_cell_is_crossed_by_those_that_it_shows():
    both = [
        dataset("one", np.array([[0.0, 0.0]] * count), np.full(count, label)) for count, label in ((3, 1.0), (1, 0.0))
    ]
    far = dataset("far", np.array([[9.0, 9.0]]), np.array([0.0]))
    X, y = np.concatenate([both[0].X, far.X]), np.concatenate([both[0].y, far.y])
    data = type(far)("placed", X, y, ("x1", "x2"), ("no", "yes"), test=both[1])
    crossed = [
        (ScatterChart(data).draw(np.array([side, 0.0, -0.1]), 60, 20).chars == "✗").sum() for side in (0.5, -0.5)
    ]
    assert crossed == [0, 1]


@pytest.mark.parametrize("source", ["blobs", "breast-cancer"])
def test_every_point_has_a_marker_in_its_cell(source):
    data = load(DataSettings(source, test_size=0.3))
    chart = ScatterChart(data).draw(None, 90, 30)
    alone = ScatterChart(type(data)(data.name, data.test.X, data.test.y, data.feature_names, data.class_names))
    assert (np.isin(chart.chars, HOLLOW) & np.isin(chart.roles, (Role.CLASS_0, Role.CLASS_1))).any()
    assert not np.isin(alone.draw(None, 90, 30).chars, HOLLOW).any()


def test_what_is_trained_on_never_looks_hollow_where_hollow_points_are_kept_for_testing():
    full = [(10.0 * place, 0.0, 0) for place in range(20) for _ in range(100)]
    lone = [(10.0 * kind, 10.0, kind) for kind in range(10)]
    train = np.array(full + lone)
    names = tuple(map(str, range(10)))
    X = np.insert(train[:, :2], 0, 1.0, axis=1)
    whole = Dataset("many and few", X, train[:, 2], ("x1", "x2"), names)
    kept = replace(whole, X=whole.X[:1], y=whole.y[:1])
    drawn, apart = (ScatterChart(data).draw(None, 120, 20).chars for data in (replace(whole, test=kept), whole))
    assert [int(np.isin(apart, [few]).sum()) for few in "∘▵▫◇▿⋆⁺◃▹♡"] == [1] * 10
    assert not np.isin(drawn, list("∘▵▫◇▿☆⁺◃▹♡")).any()
    assert [int(np.isin(drawn, [few]).sum()) for few in "•▴▪◈▾⋆+◂▸♥"] == [1] * 10


def test_hollow_markers_are_told_from_full_ones_also_in_ascii():
    full = {marker for marker, _ in MARKERS}
    letters = [stand_in(char) for char in HOLLOW.tolist()]
    assert len({*letters}) == len(letters)
    assert not {*letters} & {stand_in(marker) for marker in full}
    assert all(letter.isascii() for letter in letters)


# The band


def said(width: int, rows: int) -> str:
    data = load(TESTED.data)
    measured = Run(TESTED, data).advance(3).last
    lines = band(Status(100, 0.01, "training", 3, measured), width, rows)
    return "\n".join("".join(text for text, _ in line) for line in lines)


@pytest.mark.parametrize(
    ("width", "rows", "wanted", "missing"),
    [
        (140, 2, ["test accuracy", "test loss", "gradient"], []),
        (100, 2, ["test accuracy", "test loss"], ["gradient"]),
        (78, 2, ["test accuracy"], ["test loss", "gradient"]),
        (60, 2, [" test "], ["gradient"]),
        (40, 3, [" test "], ["gradient"]),
    ],
)
def test_where_there_is_little_room_the_test_accuracy_comes_before_the_gradient(width, rows, wanted, missing):
    text = said(width, rows)
    assert all(name in text for name in ("loss", "accuracy", *wanted)), text
    assert not any(name in text for name in missing), text


def test_large_digits_tell_it_too():
    assert "test accuracy" in said(120, 5)


# The app


async def test_the_screen_tells_both_accuracies_and_marks_what_is_kept_for_testing() -> None:
    async with running(TESTED) as (app, pilot):
        await finish(pilot)
        await pilot.pause()
        text, end = screen(app), session(app).run.end()
        assert "188 rows (62 more for testing), 2 features" in text
        assert f"accuracy {end.accuracy:7.2%}  test accuracy {end.test_accuracy:7.2%}" in text
        assert f"test loss {end.test_loss:.7g}" in text
        assert "○△ test" in text
        rows = samples(session(app).run, end.weights)
        assert [row.is_test for row in rows] == [True] * 2 + [False] * 8
        for row in rows:
            number = f"○ {row.index}" if row.is_test else f"  {row.index}"
            assert any(f"{number} " in line and f"{row.activation:.4f}" in line for line in text.split("\n")), row
        assert "○ kept for testing" in text
        counts = {"trained on": end.confusion, "tested on": end.test_confusion}
        lines = text.split("\n")
        for name, (one, two, three, four) in counts.items():
            at = next(index for index, line in enumerate(lines) if name in line)
            found = [line.split("│")[-2].split() for line in lines[at + 1 : at + 3]]
            assert found == [["0", str(one), str(two)], ["1", str(three), str(four)]]


async def test_the_matrices_of_ten_classes_are_whole_beside_the_samples() -> None:
    ten = DataSettings("blobs", samples=2_000, centers=10, test_size=0.25)
    async with running(Settings(data=ten, epochs=2), size=(120, 40)) as (app, pilot):
        await finish(pilot)
        heading = next(line for line in screen(app).split("\n") if "trained on" in line)
        assert heading.split("trained on")[1].split()[:10] == list("0123456789")
        assert "…" not in heading.split("trained on")[1]


async def test_the_log_has_both_losses_of_each_epoch() -> None:
    async with running(TESTED) as (app, pilot):
        await step(pilot, 2)
        losses = session(app).run.history
        assert f"[INFO] epoch #2, loss={losses.losses[1]:.7f}, test_loss={losses.tested.values[1]:.7f}" in screen(app)


async def test_other_data_has_a_test_set_too() -> None:
    async with running(TESTED) as (app, pilot):
        await press(pilot, "d", "down", "enter")
        assert snapshot(app).run.settings.data == DataSettings("moons", test_size=0.25)
        assert "more for testing" in snapshot(app).title


def test_data_that_is_typed_has_one_too_unless_another_is_typed() -> None:
    own = DataSettings(seed=3, test_size=0.25)
    assert data_at("moons", [], own) == DataSettings("moons", seed=3, test_size=0.25)
    assert data_at("moons --noise 0.3", [], own) == DataSettings("moons", seed=3, noise=0.3, test_size=0.25)
    assert data_at("moons --test-size 0", [], own) == DataSettings("moons", seed=3)
