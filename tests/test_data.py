import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    load_wine,
    make_blobs,
    make_circles,
    make_moons,
)
from sklearn.preprocessing import StandardScaler

from gdtui.data.dataset import DataError, dataset
from gdtui.data.load import load, standardize
from gdtui.settings import BUILT_IN_SETS, TWO_FEATURE_SETS, DataSettings
from tests.oracles import article_blobs


def refusal(**options) -> str:
    with pytest.raises(DataError) as caught:
        load(DataSettings(**options))
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", BUILT_IN_SETS[:-1])
def test_every_built_in_set_but_the_empty_one_has_rows_of_each_class_and_a_column_of_ones(name):
    data = load(name)
    rows, columns = data.X.shape
    assert data.name == name
    assert (data.X[:, 0] == 1).all()
    assert data.X.flags.c_contiguous
    assert len(data) == rows == len(data.y)
    assert len(data.feature_names) == columns - 1 == data.features.shape[1]
    assert len(data.class_names) == {"wine": 3, "digits": 10}.get(name, 2)
    assert set(data.y.tolist()) == set(range(len(data.class_names)))
    assert np.isfinite(data.X).all()


@pytest.mark.parametrize("name", BUILT_IN_SETS)
def test_the_same_settings_give_the_same_bits(name):
    assert load(name).digest == load(name).digest


@pytest.mark.parametrize("name", TWO_FEATURE_SETS)
def test_another_seed_gives_other_points(name):
    assert load(DataSettings(name, seed=21)).digest != load(name).digest


def test_the_default_is_the_articles_blobs():
    X, y = article_blobs()
    assert (load().X == X).all()
    assert (load().y == y).all()
    assert not load().standardized


@given(st.integers(10, 400), st.floats(0, 10), st.integers(0, 2**32 - 1), st.sampled_from([None, *range(2, 11)]))
@settings(deadline=None)
def test_blobs_are_scikit_learns_to_the_last_bit(samples, noise, seed, centers):
    known = {"n_features": 2, "centers": centers or 2, "cluster_std": noise, "random_state": seed}
    features, labels = make_blobs(n_samples=samples, **known)
    data = load(DataSettings("blobs", samples=samples, noise=noise, seed=seed, centers=centers))
    assert (data.features == features).all()
    assert (data.y == labels).all()


def test_moons_and_circles_are_scikit_learns():
    for name, (features, labels) in {
        "moons": make_moons(60, noise=0.3, random_state=5),
        "circles": make_circles(60, noise=0.3, factor=0.5, random_state=5),
    }.items():
        data = load(DataSettings(name, samples=60, noise=0.3, seed=5))
        assert (data.features == features).all()
        assert (data.y == labels).all()


def test_xor_is_one_class_where_the_signs_agree_and_the_other_where_not():
    data = load(DataSettings("xor", noise=0))
    assert (data.y == (data.features.prod(axis=1) < 0)).all()
    assert len(data) == 250


def test_xor_of_few_points_has_both_classes():
    # Where chance gives one class only, the set must be refused, or made otherwise.
    for seed in range(30):
        try:
            labels = load(DataSettings("xor", samples=4, seed=seed)).y
        except DataError:
            continue
        assert set(labels.tolist()) == {0.0, 1.0}


def test_breast_cancer_is_scikit_learns_with_30_features():
    bunch = load_breast_cancer()
    data = load(DataSettings("breast-cancer", standardize=False))
    assert (data.features == bunch.data).all()
    assert (data.y == bunch.target).all()
    assert data.class_names == tuple(bunch.target_names)
    assert data.feature_names == tuple(bunch.feature_names)


def test_iris_takes_two_of_three_classes():
    bunch = load_iris()
    data = load(DataSettings("iris", standardize=False))
    assert data.class_names == ("versicolor", "virginica")
    assert (data.features == bunch.data[50:]).all()
    assert (data.y == np.repeat([0.0, 1.0], 50)).all()
    assert data.feature_names[0] == "sepal length"


def test_iris_classes_are_0_and_1_in_the_order_given():
    data = load(DataSettings("iris", classes=("virginica", "setosa"), standardize=False))
    assert data.class_names == ("virginica", "setosa")
    assert (data.features[data.y == 1] == load_iris().data[:50]).all()


def test_iris_has_all_its_classes_where_they_are_asked_for():
    bunch = load_iris()
    data = load(DataSettings("iris", classes=("all",), standardize=False))
    assert data.class_names == ("setosa", "versicolor", "virginica")
    assert (data.features == bunch.data).all()
    assert (data.y == bunch.target).all()


@pytest.mark.parametrize(("name", "bunch"), [("wine", load_wine), ("digits", load_digits)])
def test_wine_and_digits_are_scikit_learns_with_all_their_classes(name, bunch):
    data, bunch = load(DataSettings(name, standardize=False)), bunch()
    assert (data.features == bunch.data).all()
    assert (data.y == bunch.target).all()
    assert data.class_names == tuple(map(str, bunch.target_names))


def test_pixels_that_no_digit_has_are_0_once_they_are_standardised():
    bunch, data = load_digits(), load(DataSettings("digits", classes=("7", "1")))
    chosen = np.isin(bunch.target, (1, 7))
    assert (data.y == (bunch.target[chosen] == 1)).all()
    assert data.features == pytest.approx(StandardScaler().fit_transform(bunch.data[chosen]), abs=1e-12)
    assert (data.features[:, 0] == 0).all()


def test_a_class_of_which_no_row_is_left_is_named():
    assert refusal(source="digits", samples=12).startswith("--samples 12 leaves no rows of class ")


def test_standardising_agrees_with_scikit_learn():
    raw = load(DataSettings("breast-cancer", standardize=False))
    expected = StandardScaler().fit_transform(raw.features)
    data = standardize(raw)
    assert data.features == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert data.standardized
    assert not raw.standardized
    assert (data.X[:, 0] == 1).all()
    assert raw.X[:, 1:].max() > 100  # the original is as it was


@pytest.mark.parametrize(
    ("name", "asked", "is_on"),
    [
        *((name, None, False) for name in TWO_FEATURE_SETS),
        ("iris", None, True),
        ("breast-cancer", None, True),
        ("blobs", True, True),
        ("iris", False, False),
    ],
)
def test_standardising_is_on_for_more_than_two_features_unless_told(name, asked, is_on):
    data = load(DataSettings(name, standardize=asked))
    assert data.standardized is is_on
    centred = np.allclose(data.features.mean(axis=0), 0) and np.allclose(data.features.std(axis=0), 1)
    assert centred is is_on


def test_a_constant_feature_cannot_be_standardised():
    data = dataset("mine", np.array([[1.0, 0.1], [2.0, 0.1], [3.0, 0.1]]), np.array([0.0, 1.0, 0.0]), ("a", "b"))
    with pytest.raises(DataError, match=r"mine: feature 'b' is constant.*--drop b.*--no-standardize"):
        standardize(data)


def test_a_feature_of_tiny_spread_is_standardised_or_refused():
    # Its squares underflow to 0, and with them numpy's standard deviation.
    data = dataset("tiny", np.array([[0.0], [1e-200]]), np.array([0.0, 1.0]))
    with np.errstate(all="ignore"):
        try:
            scaled = standardize(data)
        except DataError:
            return
    assert np.isfinite(scaled.X).all()


def test_features_are_picked_in_the_order_given():
    data = load(DataSettings("breast-cancer", features=("mean texture", "mean radius"), standardize=False))
    assert data.feature_names == ("mean texture", "mean radius")
    assert (data.features == load_breast_cancer().data[:, [1, 0]]).all()


def test_one_feature_of_blobs():
    data = load(DataSettings("blobs", features=("x2",)))
    assert data.feature_names == ("x2",)
    assert (load().X[:, [0, 2]] == data.X).all()


def test_samples_of_a_real_set_are_its_own_rows_in_their_order():
    whole = load(DataSettings("iris", standardize=False))
    part = load(DataSettings("iris", samples=30, standardize=False))
    positions = [np.flatnonzero((row == whole.X).all(axis=1))[0] for row in part.X]
    assert len(part) == 30
    assert positions == sorted(positions)
    other = load(DataSettings("iris", samples=30, seed=3, standardize=False))
    assert other.digest != part.digest


def test_a_part_of_a_set_is_standardised_by_itself():
    part = load(DataSettings("iris", samples=30))
    assert np.allclose(part.features.mean(axis=0), 0)


def test_samples_of_a_made_up_set_and_its_spread():
    assert len(load(DataSettings("blobs", samples=40))) == 40
    wide, narrow = (load(DataSettings("blobs", noise=noise)).features.std(axis=0).sum() for noise in (3.0, 0.1))
    assert wide > narrow


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"source": "blobs", "target": "y"}, ["--target does not apply to blobs"]),
        ({"source": "moons", "classes": ("a", "b")}, ["--classes does not apply to moons"]),
        ({"source": "iris", "target": "y"}, ["--target does not apply to iris"]),
        ({"source": "iris", "noise": 1.0}, ["--noise applies to blobs, moons, circles and xor only"]),
        ({"source": "none.csv", "noise": 1.0}, ["--noise applies to blobs, moons, circles and xor only"]),
        ({"source": "blobs", "samples": 3}, ["--samples 3", "at least 4"]),
        ({"source": "blobs", "features": ("x9",)}, ["blobs", "no such column", "'x9'", "x1, x2"]),
        ({"source": "blobs", "features": ("x1", "x1")}, ["--features names 'x1' twice"]),
        ({"source": "iris", "classes": ("rose", "setosa")}, ["iris has no class 'rose'", "setosa, versicolor"]),
        ({"source": "iris", "classes": ("setosa", "setosa")}, ["--classes names 'setosa' twice"]),
        ({"source": "iris", "samples": 101}, ["--samples 101", "more than the 100 rows of iris"]),
        ({"source": "iris", "samples": 1}, ["--samples 1", "one class only"]),
    ],
)
def test_what_cannot_be_had_is_refused_in_one_line(options, said):
    message = refusal(**options)
    assert all(words in message for words in said), message


def test_a_name_that_is_neither_set_nor_file_lists_the_sets(tmp_path):
    message = refusal(source=str(tmp_path / "blob"))
    assert all(name in message for name in BUILT_IN_SETS)


def test_digest_is_that_of_the_numbers():
    data = dataset("d", np.array([[1.0], [2.0]]), np.array([0.0, 1.0]))
    expected = hashlib.sha256(np.array([1.0, 1.0, 1.0, 2.0, 0.0, 1.0]).tobytes()).hexdigest()
    assert data.digest == expected
    assert dataset("d", np.array([[1.0], [2.0]]), np.array([1.0, 0.0])).digest != expected


def test_features_without_names_are_numbered():
    assert dataset("d", np.zeros((2, 3)), np.array([0.0, 1.0])).feature_names == ("x1", "x2", "x3")
