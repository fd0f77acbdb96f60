import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from gdtui.charts.roles import Role
from gdtui.data.dataset import dataset
from gdtui.data.load import load
from gdtui.views.data import ScatterChart
from tests.oracles import noisy


def test_two_features_are_their_own_plane():
    data = load("blobs")
    plane = data.plane
    assert (plane.points == data.features).all()
    assert plane.labels == ("x1", "x2")
    assert not plane.is_line
    assert plane.note == ""
    assert plane.line(np.array([1.0, 2.0, 3.0])) == (1.0, 2.0, 3.0)


def test_one_feature_is_drawn_over_its_label():
    data = noisy(features=1)
    plane = data.plane
    assert plane.is_line
    assert (plane.points[:, 0] == data.features[:, 0]).all()
    assert (plane.points[:, 1] == data.y).all()
    assert plane.labels == ("x1", "activation")
    assert plane.line(np.array([1.0, 2.0])) == (1.0, 2.0, 0.0)


@pytest.mark.parametrize("name", ["iris", "breast-cancer"])
def test_more_features_are_seen_in_scikit_learns_principal_components(name):
    data = load(name)
    model = PCA(2).fit(data.features)
    expected = model.transform(data.features)
    signs = np.sign((expected * data.plane.points).sum(axis=0))  # a component's sign is arbitrary
    assert data.plane.points == pytest.approx(expected * signs, rel=1e-6, abs=1e-6)
    assert data.plane.note == f"principal components  ·  {model.explained_variance_ratio_.sum():.0%} of the variance"
    assert data.plane.labels == ("PC 1", "PC 2")


def test_more_features_than_rows_are_seen_in_theirs_with_no_table_of_all_pairs(monkeypatch):
    monkeypatch.setattr(np.linalg, "eigh", lambda table: pytest.fail(f"{table.shape}"))
    data = noisy(features=40, rows=20)
    model = PCA(2).fit(data.features)
    expected = model.transform(data.features)
    signs = np.sign((expected * data.plane.points).sum(axis=0))
    assert data.plane.points == pytest.approx(expected * signs, rel=1e-6, abs=1e-6)
    assert f"{model.explained_variance_ratio_.sum():.0%} of" in data.plane.note


def test_axes_are_orthonormal_and_their_largest_entries_positive():
    axes = load("breast-cancer").plane.axes
    assert axes @ axes.T == pytest.approx(np.eye(2), abs=1e-12)
    assert (axes[[0, 1], np.abs(axes).argmax(axis=1)] > 0).all()


@given(st.integers(1, 6), st.integers(0, 10**6), st.floats(-5, 5), st.floats(-5, 5))
def test_line_gives_the_logit_at_every_point_of_the_plane(features, seed, u, v):
    data = noisy(features=features)
    weights = np.random.default_rng(seed).normal(size=features + 1)
    plane = data.plane
    place = plane.origin + u * plane.axes[0] + v * plane.axes[1]
    c0, cu, cv = plane.line(weights)
    assert c0 + cu * u + cv * v == pytest.approx(weights[0] + weights[1:] @ place, abs=1e-9)


def test_points_of_the_plane_are_the_rows_projected_on_it():
    data = noisy(features=5)
    plane = data.plane
    back = plane.origin + plane.points @ plane.axes
    # What is left of each row is at right angles to the plane.
    assert (data.features - back) @ plane.axes.T == pytest.approx(0, abs=1e-12)


def test_constant_features_do_no_harm():
    plane = dataset("flat", np.ones((4, 3)), np.array([0.0, 1.0, 0.0, 1.0])).plane
    assert np.isfinite(plane.points).all()


def test_weights_that_overflow_do_not_warn():
    with np.errstate(all="raise"):
        line = noisy(features=4).plane.line(np.full(5, 1.7e308))
    assert all(isinstance(value, float) for value in line)


@pytest.mark.parametrize("features", [1, 2, 3])
@pytest.mark.parametrize("size", [1e-308, 1e-200, 1e200, 1.7e308])
def test_no_size_of_features_is_too_large_or_too_small_to_be_drawn(features, size):
    rows = np.array([[1, -0.5, 0.2], [-1, 0.4, 0.9], [0.3, 1, -1], [0, -1, 0.1]])[:, :features]
    data, same = dataset("far", rows * size, np.array([0, 1, 0, 1])), dataset("near", rows, np.array([0, 1, 0, 1]))
    assert np.isfinite(data.plane.points).all()
    assert np.isfinite(np.ptp(data.plane.spans, axis=1)).all()
    chart = ScatterChart(data).draw(np.full(features + 1, 0.1 / size if size < 1 else 0.1), 60, 20)
    assert np.isin(chart.roles, (Role.CLASS_0, Role.CLASS_1, Role.WRONG_0, Role.WRONG_1)).any()
    if size == 1e200:
        assert data.plane.points[:, 0] / size == pytest.approx(same.plane.points[:, 0], rel=1e-9, abs=1e-9)
