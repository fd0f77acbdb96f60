"""The loss curve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.charts.axes import Canvas
from gdtui.charts.roles import RUNS, Role
from gdtui.runs.history import History
from gdtui.views import loss as module
from gdtui.views.loss import epoch_at, loss_chart
from gdtui.views.loss_axes import Look, framed, last_epoch, scales_of
from tests.drawings import corner, dots, history_of


def canvas_of(history: History, epochs: int, width: int, height: int) -> Canvas:
    """The mapping of epochs and losses to dots that a drawing of this size has."""
    axes = framed(history, Look(epochs, False), width, height)
    assert axes is not None
    return axes[1]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.integers(1, 10_000), st.integers(20, 150), st.integers(6, 50))
def test_every_column_reaches_from_its_smallest_to_its_largest_loss(
    seed: int, epochs: int, width: int, height: int
) -> None:
    """For up to 512 epochs a column; beyond, the edges of the columns may move by an eighth (see `Envelope`)."""
    losses = np.random.default_rng(seed).exponential(size=epochs)
    history = history_of(losses)
    canvas = canvas_of(history, epochs, width, height)
    field = dots(loss_chart(history, Look(epochs, False), width, height), Role.CURVE)
    place = canvas.columns(np.arange(1.0, epochs + 1), 2)
    inside = np.abs(place - np.round(place)) > 1e-6  # on the edge of two columns an epoch may be in either
    column, rows = place.astype(int), canvas.rows(losses, 4).astype(int)
    for index in np.unique(column[inside]):
        here = rows[inside & (column == index)]
        drawn = np.flatnonzero(field[:, index])
        assert len(drawn), index
        assert drawn[0] <= here.min() + 1, (index, drawn, here)
        assert drawn[-1] >= here.max() - 1, (index, drawn, here)


@pytest.mark.parametrize("epochs", [700, 5000])
def test_no_column_reaches_beyond_the_losses_near_it(epochs: int) -> None:
    losses = np.random.default_rng(epochs).exponential(size=epochs)
    history = history_of(losses)
    canvas = canvas_of(history, epochs, 100, 30)
    field = dots(loss_chart(history, Look(epochs, False), 100, 30), Role.CURVE)
    column = canvas.columns(np.arange(1.0, epochs + 1), 2).astype(int)
    rows = canvas.rows(losses, 4).astype(int)
    for index in range(field.shape[1]):
        near, drawn = rows[np.abs(column - index) <= 1], np.flatnonzero(field[:, index])
        if len(drawn):
            assert near.min() - 1 <= drawn[0]
            assert drawn[-1] <= near.max() + 1


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 1_000_000), st.data())
def test_no_spike_is_thinned_away(epochs: int, data: st.DataObject) -> None:
    spike = data.draw(st.integers(1, epochs))
    losses = np.full(epochs, 1.0)
    losses[spike - 1] = 10.0
    history = history_of(losses)
    chart = loss_chart(history, Look(epochs), 100, 20)
    field = dots(chart, Role.CURVE)
    canvas = canvas_of(history, epochs, 100, 20)
    row = int(canvas.rows(np.array([10.0]), 4)[0])
    peaks = np.flatnonzero(field[: row + 2].any(axis=0))
    assert len(peaks)
    place = canvas.columns(np.array([float(spike)]), 2)[0]
    # A wide spike, where an epoch has several columns, has its top within its neighbours.
    slack = 2 + 2 * canvas.width / canvas.xlim[1]
    assert abs(peaks - place).min() <= slack


@pytest.mark.parametrize("epochs", [1, 2, 5, 30, 99, 400])
@pytest.mark.parametrize("log", [False, True])
def test_a_falling_loss_is_a_falling_curve_without_gaps(epochs: int, log: bool) -> None:
    history = history_of(100 / np.arange(1.0, epochs + 1))
    field = dots(loss_chart(history, Look(epochs, log), 80, 24), Role.CURVE)
    used = np.flatnonzero(field.any(axis=0))
    assert len(used)
    assert (np.diff(used) == 1).all()
    tops = [np.flatnonzero(field[:, column])[0] for column in used]
    assert (np.diff(tops) >= 0).all()


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "losses",
    [
        [],
        [np.nan],
        [np.inf],
        [1.0, np.nan],
        [3.0, 2.0, np.inf],
        [np.nan] * 500,
        [1e308, 1e308],
        [0.0],
        [0.0, 0.0, 0.0],
        [5e-324],
        [1e-300, 1e300],
        [1.0, 2.0, np.nan, 4.0, np.inf, 3.0],
        [2.0] * 10_000 + [np.inf],
    ],
    ids=lambda losses: f"{len(losses)}:{losses[:3]}",
)
def test_no_losses_and_no_size_break_the_drawing(losses: list[float], log: bool) -> None:
    history = history_of(np.array(losses))
    for width, height in [(0, 0), (1, 1), (12, 5), (13, 4), (40, 12), (60, 60), (250, 80), (5, 60), (60, 5)]:
        lines = loss_chart(history, Look(100, log), width, height).lines()
        assert [len(line) for line in lines] == [width] * height


def test_every_small_size_is_drawn() -> None:
    history = history_of(1 / np.arange(1.0, 60), {20: 0.5})
    for width in range(0, 61, 3):
        for height in range(0, 61, 3):
            lines = loss_chart(history, Look(100), width, height).lines()
            assert [len(line) for line in lines] == [width] * height


def test_a_loss_that_is_not_finite_hides_no_other() -> None:
    losses = np.array([8.0, 6.0, np.nan, 5.0, 4.0])
    field = dots(loss_chart(history_of(losses), Look(5), 80, 24), Role.CURVE)
    assert len(np.flatnonzero(field.any(axis=0))) > 20


def test_a_change_of_alpha_is_marked_at_its_epoch_with_its_value() -> None:
    history = history_of(np.linspace(9, 1, 100), {40: 0.02, 70: 0.5})
    chart = loss_chart(history, Look(100), 100, 24)
    canvas = canvas_of(history, 100, 100, 24)
    text = "\n".join(chart.lines())
    assert "α 0.02" in text
    assert "α 0.5" in text
    assert "α 0.01" not in text  # the alpha at the start is no change
    for epoch in (40.0, 70.0):
        column = canvas.left + int(canvas.columns(np.array([epoch]))[0])
        assert (chart.roles[: canvas.height, column] == Role.MARK).sum() > canvas.height / 2


def test_many_changes_of_alpha_do_not_write_over_one_another() -> None:
    alphas = {epoch: float(epoch) for epoch in range(10, 100, 10)}
    chart = loss_chart(history_of(np.ones(100), alphas), Look(100), 120, 30)
    text = "\n".join(chart.lines())
    assert all(f"α {alpha:g}" in text for alpha in alphas.values())


@pytest.mark.parametrize("size", [(100, 24), (60, 12), (40, 10)])
def test_a_change_of_alpha_can_be_read_where_the_curve_has_a_spike(size: tuple[int, int]) -> None:
    losses = np.linspace(6, 1, 200)
    losses[80:88] = 119.0  # up to the top, where its label would be
    for epoch in (79, 81, 84):
        text = "\n".join(loss_chart(history_of(losses, {epoch: 0.125}), Look(200, log=False), *size).lines())
        assert "α 0.125" in text


@pytest.mark.parametrize("size", [(118, 30), (78, 14), (60, 12)])
def test_a_run_in_front_is_named_also_at_its_first_epoch(size: tuple[int, int]) -> None:
    epochs = np.arange(300)
    front, fast, slow = (history_of(1 + 80 * np.exp(-rate * epochs)) for rate in (0.1, 1.0, 0.01))
    others = (fast, "the fast one"), (slow, "the slow one")
    look = Look(300, cursor=1, others=others, loss=81.0, name="the one in front")
    assert look.name in "\n".join(loss_chart(front, look, *size).lines())


@settings(max_examples=30, deadline=None)
@given(st.integers(100, 3000), st.integers(30, 150), st.data())
def test_of_several_changes_of_alpha_in_one_column_the_last_is_marked(
    epochs: int, width: int, data: st.DataObject
) -> None:
    changed = sorted(data.draw(st.sets(st.integers(2, epochs), max_size=300)))
    history = history_of(np.ones(epochs), {epoch: float(epoch) for epoch in changed})
    canvas = canvas_of(history, epochs, width, 24)
    last = {column_of(canvas, epoch): epoch for epoch in changed}
    chart = loss_chart(history, Look(epochs), width, 24)
    thinned = history_of(np.ones(epochs), {epoch: float(epoch) for epoch in last.values()})
    assert chart.lines() == loss_chart(thinned, Look(epochs), width, 24).lines()
    lowest = chart.chars[canvas.height - 1, canvas.left :]  # the curve and the labels are further up
    assert (np.flatnonzero(lowest == "┊") + canvas.left).tolist() == sorted(last)


def test_more_changes_of_alpha_than_columns_are_no_more_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    alphas = {epoch: 0.01 * (epoch % 7 + 1) for epoch in range(2, 20_002)}
    history = history_of(np.ones(20_002), alphas)
    written: list[str] = []
    write = module.Chart.write

    def counted(chart: module.Chart, row: int, column: int, text: str, role: Role) -> None:
        written.append(text)
        write(chart, row, column, text, role)

    monkeypatch.setattr(module.Chart, "write", counted)
    chart = loss_chart(history, Look(20_002), 100, 24)
    assert sum(map(len, written)) <= chart.width * chart.height / 2
    assert "α 0.0" in "".join(chart.lines())


def test_the_curve_runs_over_the_marks_and_never_over_their_axes() -> None:
    chart = loss_chart(history_of(np.full(100, 5.0), {50: 0.02}), Look(100), 100, 24)
    _, left = corner(chart)
    assert not np.isin(chart.roles[:, : left + 1], (Role.CURVE, Role.MARK)).any()
    used = np.flatnonzero((chart.roles == Role.CURVE).any(axis=0))
    assert (np.diff(used) == 1).all()


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_x_axis_holds_what_is_done_and_ends_at_what_is_wanted(done: int, wanted: int) -> None:
    end = last_epoch(done, wanted)
    assert done <= end <= max(wanted, done, 1)
    if 2 * done >= wanted:
        assert end == max(wanted, done, 1)


def test_the_axes_move_in_steps_and_not_with_every_epoch() -> None:
    ends = [last_epoch(done, 10**6) for done in range(1, 20_000)]
    assert len(set(ends)) <= 10
    losses = 100 / np.arange(1.0, 400)
    axes = {scales_of(history_of(losses[:done]), Look(400, False)).ylim for done in range(1, 400, 7)}
    assert len(axes) == 1


def test_a_logarithmic_axis_has_powers_of_ten() -> None:
    text = "\n".join(loss_chart(history_of(np.geomspace(100, 0.001, 200)), Look(200, True), 80, 24).lines())
    for tick in ("100┤", "1┤", "0.01┤"):
        assert tick in text


@given(st.floats(1e-12, 1e300), st.floats(1e-12, 1e300), st.booleans())
@settings(deadline=None)
def test_the_y_axis_holds_every_loss(one: float, other: float, log: bool) -> None:
    (bottom, top) = scales_of(history_of(np.array([one, other])), Look(2, log)).ylim
    low, high = sorted((one, other))
    shown = np.log10([low, high]) if log else np.array([low, high])
    assert bottom - 1e-9 <= shown[0]
    assert shown[1] <= top + 1e-9


# The cursor, and other branches


def column_of(canvas: Canvas, epoch: float) -> int:
    """The column of the chart in which that epoch is drawn."""
    return canvas.left + int(canvas.columns(np.array([float(epoch)]))[0])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(30, 150), st.data())
def test_the_epoch_at_a_column_is_the_one_drawn_there(done: int, wanted: int, width: int, data: st.DataObject) -> None:
    history, look = history_of(np.linspace(9, 1, done)), Look(wanted, log=data.draw(st.booleans()))
    end = last_epoch(done, wanted)
    chart = loss_chart(history, look, width, 20)
    _, left = corner(chart)
    canvas = Canvas(left + 1, 0, width - left - 1, 1, (0.0, float(end)), (0.0, 1.0))
    last = column_of(canvas, done)
    for column in range(width):
        epoch = epoch_at(column, width, 20, history, look)
        assert epoch is not None
        assert 1 <= epoch <= done
        if column_of(canvas, 1) <= column <= last:
            # Where an epoch is wider than a column, it is the nearest.
            assert abs(column_of(canvas, epoch) - column) <= max(1, canvas.width / end / 2 + 1)
        elif column > last:
            assert epoch == done
    for epoch in {1, done, data.draw(st.integers(1, done))}:
        found = epoch_at(column_of(canvas, epoch), width, 20, history, look)
        assert found is not None
        assert abs(column_of(canvas, found) - column_of(canvas, epoch)) <= 1
        if canvas.width - 1 > end:
            assert found == epoch


def test_there_is_no_epoch_where_there_is_no_chart_or_no_epoch() -> None:
    look = Look(100)
    assert epoch_at(5, 100, 20, history_of(np.empty(0)), look) is None
    assert epoch_at(5, 10, 3, history_of(np.ones(5)), look) is None
    assert [epoch_at(column, 100, 20, history_of(np.ones(5)), look) for column in (-50, 10**6)] == [1, 5]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(30, 150), st.booleans(), st.data())
def test_the_cursor_stands_at_its_epoch_from_top_to_bottom_and_leaves_the_rest_as_it_is(
    done: int, wanted: int, width: int, log: bool, data: st.DataObject
) -> None:
    history, cursor = history_of(np.linspace(9, 1, done)), data.draw(st.integers(1, done))
    without = loss_chart(history, Look(wanted, log), width, 20)
    chart = loss_chart(history, Look(wanted, log, cursor), width, 20)
    bottom, left = corner(chart)
    canvas = Canvas(left + 1, 0, width - left - 1, bottom, (0.0, float(last_epoch(done, wanted))), (0.0, 1.0))
    column = column_of(canvas, cursor)
    assert np.isin(chart.roles[:bottom, column], (Role.CURSOR, Role.CURVE)).all()
    assert (chart.chars[:bottom, column] == "│").sum() > bottom / 2 or (without.roles[:bottom, column] != 0).any()
    label = f"epoch {cursor}"
    rows = [index for index, line in enumerate(chart.lines()) if label in line]
    assert len(rows) == 1
    line = chart.lines()[rows[0]]
    assert abs(line.index(label) + (0 if line.index(label) > column else len(label)) - column) <= 1
    changed = chart.chars != without.chars
    assert (chart.roles[changed] == Role.CURSOR).all()
    if rows[0] != bottom - 1:  # as far down as it covers nothing
        assert (without.roles[changed] == Role.BLANK).all()
    changed[:, column] = changed[rows[0]] = False
    assert not changed.any()


@pytest.mark.parametrize("cursor", [1, 50, 99_999, 1_000_000])
def test_the_cursor_never_writes_over_the_axes_however_small_the_chart(cursor: int) -> None:
    history = history_of(np.linspace(9, 1, 1_000_000))
    for width in range(12, 40):
        without = loss_chart(history, Look(1_000_000), width, 8)
        chart = loss_chart(history, Look(1_000_000, cursor=cursor), width, 8)
        outside = np.isin(without.roles, (Role.AXIS, Role.LABEL))
        assert (chart.chars[outside] == without.chars[outside]).all(), width


def test_other_branches_are_behind_the_curve_with_their_labels_at_their_ends() -> None:
    losses = np.linspace(9, 5, 100)
    history = history_of(losses)
    # Both share the first half; one rises then, the other falls.
    others = (
        history_of(np.append(losses[:50], np.linspace(7, 9, 50))),
        history_of(np.append(losses[:50], np.linspace(7, 1, 100))),
    )
    look = Look(150, others=((others[0], "first run, α 0.01"), (others[1], "fork 1 at 51, α 0.5")))
    chart = loss_chart(history, look, 100, 24)
    alone = loss_chart(history, Look(150), 100, 24)
    lines = chart.lines()
    for (other, label), role in zip(look.others, RUNS[1:], strict=False):
        row = next(index for index, line in enumerate(lines) if label in line)
        begin = lines[row].index(label)
        assert (chart.roles[row, begin : begin + len(label)] == role).all()
        axes = framed(history, look, 100, 24)
        assert axes is not None
        end = int(axes[1].rows(np.array([other.losses[-1]]))[0])
        assert abs(row - end) <= 2
        column = column_of(axes[1], len(other))
        left = column - len(label)
        assert begin in (column + 2, left, left - len(label) - 2)
        kinds = chart.roles[: axes[1].height]
        assert (kinds[:, column_of(axes[1], 75)] == role).any()
        assert not (kinds[:, : column_of(axes[1], 50)] == role).any()  # up to there it is the one in front
    # What is looked at is drawn where it were alone, over the others, but thicker; where they part, they take turns.
    front, thin = dots(chart, Role.CURVE), dots(alone, Role.CURVE)
    parting = slice(2 * column_of(axes[1], 50) - 2 * axes[1].left, 2 * column_of(axes[1], 65) - 2 * axes[1].left)
    front[:, parting] = thin[:, parting] = False
    assert (front | ~thin).all()
    assert front.sum() > 1.5 * thin.sum()


@pytest.mark.parametrize("count", [2, 3, 6])
def test_curves_in_the_same_place_take_turns(count: int) -> None:
    curves = [history_of(np.linspace(9, 5, 100)) for _ in range(count)]
    look = Look(100, others=tuple((curve, f"run {number}") for number, curve in enumerate(curves[1:])))
    chart = loss_chart(curves[0], look, 120, 30)
    for role in RUNS[:count]:
        assert (chart.roles == role).sum() > 110 / count / 2


def test_a_curve_that_is_only_crossed_stays_whole() -> None:
    front, other = history_of(np.linspace(9, 1, 100)), history_of(np.linspace(1, 9, 100))
    alone = dots(loss_chart(front, Look(100, False), 100, 30), Role.CURVE)
    crossed = dots(loss_chart(front, Look(100, False, others=((other, "other"),)), 100, 30), Role.CURVE)
    assert (crossed | ~alone).all()


def test_the_axes_hold_the_other_branches_too() -> None:
    history = history_of(np.linspace(9, 5, 50))
    chart = loss_chart(history, Look(50, others=((history_of(np.linspace(9, 80, 300)), "other"),)), 100, 24)
    _, left = corner(chart)
    used = np.flatnonzero(dots(chart, Role.RUN_2).any(axis=0))
    assert used[-1] >= 2 * (100 - left - 1) - 4
    texts = " ".join(chart.lines())
    assert "300" in texts
    assert "80" in texts
    assert epoch_at(99, 100, 24, history, Look(50, others=((history_of(np.ones(300)), ""),))) == 50


@pytest.mark.parametrize("log", [False, True])
def test_many_branches_and_no_size_break_the_drawing(log: bool) -> None:
    history = history_of(np.linspace(9, 1, 60), {20: 0.5})
    others = [history_of(np.empty(0)), history_of(np.array([np.nan])), *[history_of(np.ones(70))] * 30]
    look = Look(60, log, 33, tuple((other, f"fork {index}, α 0.01") for index, other in enumerate(others)))
    for width, height in [(0, 0), (1, 1), (12, 5), (13, 4), (20, 12), (40, 12), (60, 60), (250, 80), (5, 60), (60, 5)]:
        chart = loss_chart(history, look, width, height)
        assert [len(line) for line in chart.lines()] == [width] * height
        bare = loss_chart(history, Look(70, log), width, height)
        # The axis itself, not its numbers, which depend on what it has to hold.
        if "└" in "".join(bare.lines()):
            bottom, left = corner(bare)
            assert "".join(chart.chars[bottom, left:]).startswith("└")
            assert set(chart.chars[bottom, left + 1 :]) <= set("─┬┼┘┐")
            assert set(chart.chars[:bottom, left]) <= set("│┤├")


def test_a_loss_near_the_largest_float_is_drawn_at_the_top():
    history = history_of(np.array([1.7e308, 1.0, 1.7e308, 3.0]))
    for log in (False, True):
        chart = loss_chart(history, Look(4, log), 80, 24)
        assert (chart.roles == Role.CURVE).any()


def test_negative_losses_have_an_axis_of_their_own_and_no_logarithm():
    history = history_of(np.linspace(-0.1, -4.9, 49))
    chart = loss_chart(history, Look(49), 80, 24)
    rows = np.flatnonzero((chart.roles == Role.CURVE).any(axis=1))
    assert len(rows) > 15
    assert any(line.lstrip().startswith(("-4", "-5", "−4", "−5")) for line in chart.lines())
    assert not (loss_chart(history, Look(49, True), 80, 24).roles == Role.CURVE).any()
    both = loss_chart(history_of(np.linspace(3, -3, 49)), Look(49), 80, 24)
    assert len(np.flatnonzero((both.roles == Role.CURVE).any(axis=1))) > 12


ENDS = {"α 0.001": 30.1, "α 0.01": 6.34, "α 0.1": 0.812, "α 1": 0.00269}
"""The losses to which four racers come in 100 epochs."""


@pytest.mark.parametrize(("size", "count"), [((36, 10), 3), ((57, 20), 4), ((110, 34), 4)])
def test_those_who_race_are_named_beside_their_own_curves_or_where_there_is_none(
    size: tuple[int, int], count: int
) -> None:
    epochs = np.arange(1.0, 101)
    front, *others = (history_of(end * (100 / epochs) ** 0.6) for end in ENDS.values())
    roles = RUNS[:4]
    look = Look(100, others=tuple(zip(others, [*ENDS][1:], strict=True)), roles=roles, name="α 0.001", loss=30.1)
    chart = loss_chart(front, look, *size)
    lines, named = chart.lines(), 0
    for name, role in zip(ENDS, roles, strict=True):
        for row, begin in ((row, line.index(name)) for row, line in enumerate(lines) if f"{name} " in f"{line} "):
            named += 1
            assert (chart.roles[row, begin : begin + len(name)] == role).all(), name
            beside = {*np.delete(chart.roles[:, begin : begin + len(name)], row, 0)[max(0, row - 1) : row + 1].flat}
            assert int(role) in beside or not beside & {*map(int, roles)}, (name, lines)
    assert named == count


def test_the_name_of_a_run_is_not_on_the_other_side_of_the_name_of_another() -> None:
    epochs = np.arange(1.0, 201)
    slow, fast = history_of(6.3 * (100 / epochs[:100]) ** 0.6), history_of(0.065 * (200 / epochs) ** 0.3)
    look = Look(200, others=((fast, "fast"),), roles=RUNS[:2], name="slow", loss=6.3)
    lines = loss_chart(slow, look, 36, 5).lines()
    begin = lines[0].index("fast")
    assert "slow 6.300" in lines[1]
    assert not lines[1][begin : begin + 4].strip()
