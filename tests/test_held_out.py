"""The rows kept for testing: how they are drawn, and what is measured of them while the others are trained on."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, hinge_loss, log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from gdtui.data.dataset import WHOLE, DataError, dataset
from gdtui.data.load import load, standardize
from gdtui.data.split import split
from gdtui.learning.objective import sigmoid
from gdtui.runs.run import Run
from gdtui.settings import LOSSES, DataSettings, Settings, StopRules

CANCER = DataSettings("breast-cancer", test_size=0.25)
NOISY = DataSettings("blobs", noise=6.0, test_size=0.4)


def rows_of(data) -> list[tuple[float, ...]]:
    return [(*row, label) for row, label in zip(data.X.tolist(), data.y.tolist(), strict=True)]


@pytest.mark.parametrize("source", ["blobs", "moons", "iris", "breast-cancer"])
@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.9])
def test_the_split_has_scikit_learns_shares_of_each_class_and_every_row_once(source, share):
    whole = load(DataSettings(source, standardize=False))
    data = load(DataSettings(source, standardize=False, test_size=share))
    assert sorted(rows_of(data) + rows_of(data.test)) == sorted(rows_of(whole))
    assert (data.test.feature_names, data.test.class_names) == (whole.feature_names, whole.class_names)
    _, theirs = train_test_split(whole.y, test_size=max(2, len(data.test)), stratify=whole.y, random_state=0)
    assert np.abs(np.bincount(theirs.astype(int)) - np.bincount(data.test.y.astype(int))).max() <= 1


def test_each_of_many_classes_has_rows_on_both_sides():
    y = np.repeat(np.arange(4.0), [2, 3, 40, 5])
    names = tuple("abcd")
    for share in (0.001, 0.4, 0.999):
        data = split(dataset("many", np.arange(50.0)[:, None], y, class_names=names), share, 1)
        assert set(data.y) == set(data.test.y) == {0, 1, 2, 3}
        assert len(data) + len(data.test) == 50


def test_a_class_of_one_row_is_refused_in_one_line():
    alone = dataset("alone", np.arange(5.0)[:, None], np.array([0.0, 0, 0, 1, 0]))
    with pytest.raises(DataError, match=r"alone: class 1 has one row, .* leave out --test-size, or take more rows"):
        split(alone, 0.25, 0)


def test_the_split_follows_the_datas_seed_and_is_part_of_its_digest():
    one, same, other = (load(DataSettings("iris", seed=seed, test_size=0.3)) for seed in (1, 1, 2))
    assert (one.test.X == same.test.X).all()
    assert (one.test.X.tolist()) != other.test.X.tolist()
    assert one.digest == same.digest != other.digest
    assert len({one.digest, load("iris").digest, load(DataSettings("iris", seed=1, test_size=0.31)).digest}) == 3


def test_data_without_a_test_set_has_the_digest_that_it_has_always_had():
    data = load("blobs")
    assert data.digest == sha256(data.X.tobytes() + data.y.tobytes()).hexdigest()


def test_mean_and_deviation_are_those_of_the_rows_that_are_trained_on():
    data = load(CANCER)
    raw = load(DataSettings("breast-cancer", standardize=False, test_size=0.25))
    scaler = StandardScaler().fit(raw.features)
    np.testing.assert_allclose(data.features, scaler.transform(raw.features), atol=1e-9)
    np.testing.assert_allclose(data.test.features, scaler.transform(raw.test.features), atol=1e-9)
    assert data.standardized
    assert data.test.standardized


def test_what_cannot_be_moved_into_finite_numbers_is_told_also_of_test_rows():
    features = np.array([[1.0], [1.0 + 2**-52], [1.0], [1.0 + 2**-52], [1.0], [1.0]])
    data = split(dataset("far", features, np.array([0.0, 1, 0, 0, 1, 1])), 0.3, 4)
    data.test.X[0, 1] = 1e300
    with pytest.raises(DataError, match="far: feature 'x1' cannot be standardised"):
        standardize(data)


@pytest.mark.parametrize("source", ["moons", "breast-cancer"])
def test_the_plane_holds_all_points(source):
    data = load(DataSettings(source, noise=0.4 if source == "moons" else None, test_size=0.6))
    places = np.concatenate([data.plane.points, data.plane.places(data.test.features, data.test.y)])
    assert data.plane.spans == tuple(zip(places.min(axis=0), places.max(axis=0), strict=True))
    np.testing.assert_allclose(data.plane.places(data.features, data.y), data.plane.points, atol=1e-9)


def told_by_numpy(data, weights, loss: str) -> float:
    """The loss of one unit on the test set, as each objective prints it."""
    if loss == "hinge":
        return hinge_loss(data.test.y, data.test.X @ weights)
    p = sigmoid(data.test.X @ weights)
    if loss == "cross-entropy":
        return log_loss(data.test.y, p)
    squares = ((p - data.test.y) ** 2).mean()
    return squares * len(data) if loss == "article" else squares


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("settings", [NOISY, CANCER], ids=["blobs", "cancer"])
def test_test_losses_and_accuracies_are_scikit_learns_at_the_weights_of_each_epoch(settings, loss):
    data = load(settings)
    run = Run(Settings(data=settings, loss=loss, alpha=0.3, epochs=40, init="zeros"), data)
    batch = run.advance(40)
    wanted = [told_by_numpy(data, weights, loss) for weights in batch.weights]
    np.testing.assert_allclose(batch.tested, wanted, rtol=1e-9)
    assert run.history.tested.values.tolist() == batch.tested.tolist()
    for moment in (run.moment(17), run.end()):
        predicted = data.test.X @ moment.weights >= 0
        assert moment.test_loss == pytest.approx(told_by_numpy(data, moment.weights, loss))
        assert moment.test_accuracy == accuracy_score(data.test.y, predicted)
        assert moment.test_confusion == tuple(confusion_matrix(data.test.y, predicted).ravel())
    assert run.moment(17).test_loss == batch.tested[16]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("source", ["wine", "digits"])
def test_many_classes_are_tested_as_two_are(source, loss):
    asked = DataSettings(source, test_size=0.3)
    data = load(asked)
    k = len(data.class_names)
    run = Run(Settings(data=asked, loss=loss, alpha=0.1, epochs=8, init="zeros"), data)
    tested = run.advance(8).tested
    for epoch in (2, 8):
        moment = run.moment(epoch)
        scores = data.test.X @ moment.weights.reshape(k, -1).T
        wanted = confusion_matrix(data.test.y, scores.argmax(axis=1), labels=range(k))
        assert moment.test_confusion == tuple(wanted.ravel())
        assert moment.test_loss == tested[epoch - 1]
        squares = ((softmax(scores, axis=1) - np.eye(k)[data.test.y.astype(int)]) ** 2).sum(axis=1).mean()
        told = {"cross-entropy": log_loss(data.test.y, softmax(scores, axis=1)), "squared-error": squares}
        assert moment.test_loss == pytest.approx(told.get(loss, moment.test_loss))
        if loss == "article":
            assert moment.test_loss == pytest.approx(squares * len(data))
    assert {*data.y} == {*data.test.y} == {*range(k)}


def test_a_penalty_is_in_both_losses_and_the_test_loss_ends_at_scikit_learns():
    data = load(CANCER)
    run = Run(Settings(data=CANCER, loss="cross-entropy", alpha=1.0, epochs=20_000, l2=0.02), data)
    run.advance(20_000)
    theirs = LogisticRegression(C=1 / (0.02 * len(data)), tol=1e-12, max_iter=10_000).fit(data.features, data.y)
    penalty = 0.01 * float((theirs.coef_**2).sum())
    wanted = log_loss(data.test.y, theirs.predict_proba(data.test.features)[:, 1]) + penalty
    assert run.end().test_loss == pytest.approx(wanted, rel=1e-6)
    assert run.end().test_accuracy == theirs.score(data.test.features, data.test.y)


def test_nothing_is_learnt_from_the_test_set_and_measuring_it_changes_no_bit():
    data = load(NOISY)
    alone = type(data)(data.name, data.X, data.y, data.feature_names, data.class_names)
    asked = Settings(data=NOISY, alpha=0.3, epochs=300, optimizer="adam", batch_size=16)
    with_tests, without = Run(asked, data), Run(asked, alone)
    first, second = with_tests.advance(300), without.advance(300)
    assert first.losses.tobytes() == second.losses.tobytes()
    assert first.weights.tobytes() == second.weights.tobytes()
    assert (len(second.tested), without.end().test_loss, without.end().test_accuracy) == (0, None, None)
    assert len(without.history.tested) == 0


def test_large_data_is_tested_block_by_block_to_the_same_numbers():
    rows, features = 3 * WHOLE // 20, 20
    generator = np.random.default_rng(1)
    X = generator.normal(size=(rows, features))
    whole = dataset("large", X, (X[:, 0] + generator.normal(size=rows) > 0).astype(float))
    data = split(whole, 0.5, 3)
    run = Run(Settings(alpha=0.5), data)
    batch = run.advance(2)
    assert type(run.kernel.held_out).__name__ == "BlockedKernel"
    np.testing.assert_allclose(batch.tested, [told_by_numpy(data, w, "article") for w in batch.weights])
    assert sum(batch.last.test_confusion) == len(data.test)


def overfitting(**stop) -> Run:
    """Few rows of many features: the test loss falls, and then rises for good."""
    generator = np.random.default_rng(7)
    X = generator.normal(size=(90, 40))
    y = (X[:, :3].sum(axis=1) + generator.normal(size=90) > 0).astype(float)
    data = split(dataset("few", X, y), 0.5, 1)
    return Run(Settings(loss="cross-entropy", alpha=0.5, epochs=3000, init="zeros", stop=StopRules(**stop)), data)


def test_patience_is_with_the_test_loss():
    run = overfitting(patience=30)
    run.advance(3000)
    tested = run.history.tested.values
    best = int(tested.argmin()) + 1
    assert run.done == best + 30 < 3000
    assert (run.stop.rule, run.stop.message) == ("patience", f"no better test loss in 30 epochs, since epoch {best}")
    assert (np.diff(run.history.losses) < 0).all()


def test_the_accuracy_that_is_asked_for_is_the_test_sets():
    known = overfitting()
    known.advance(60)
    accuracies = [known.moment(epoch).test_accuracy for epoch in range(1, 61)]
    target = max(accuracies)
    first = accuracies.index(target) + 1
    assert known.moment(first).accuracy != target
    for pull in (1, 3000):  # the stop may come in the middle of a chunk
        run = overfitting(target_accuracy=target)
        while run.stop is None:
            last = run.advance(pull).last
        assert run.stop.message == f"test accuracy reached {target:.4g} at epoch {first}"
        assert last == known.moment(first)


def test_the_loss_that_is_asked_for_is_that_of_training():
    run = overfitting(target_loss=0.3)
    run.advance(3000)
    assert run.stop.message.startswith("loss reached 0.3")
    assert run.history.losses[-1] <= 0.3 < run.history.tested.values[-1]


def test_a_test_loss_that_is_no_number_ends_nothing(tmp_path):
    """Test rows so far away that their loss overflows are infinitely wrong, and training goes on."""
    whole = dataset("far", np.array([[-1.0], [1.0], [-1.0], [1.0]]), np.array([0.0, 1, 0, 1]))
    data = split(whole, 0.5, 0)
    data.test.X[:, 1] = [1e308, -1e308]
    run = Run(Settings(loss="cross-entropy", alpha=1.0, init=(0.0, 20.0), epochs=5), data)
    batch = run.advance(5)
    assert not np.isfinite(batch.tested).any()
    assert (run.stop.rule, batch.end.test_loss) == ("epochs", np.inf)
