"""The rows kept for testing: how they are drawn, and what is measured of them while the others are trained on."""

from __future__ import annotations

import json
from hashlib import sha256

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from gdtui.data.dataset import DataError, dataset
from gdtui.data.load import load, standardize
from gdtui.data.split import split
from gdtui.learning.kernel import WHOLE
from gdtui.learning.objective import sigmoid
from gdtui.runs.compare import Entrant
from gdtui.runs.export import export
from gdtui.runs.reader import RunFile
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter, continued
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


def lines_of(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(path, **settings) -> Run:
    """Twenty epochs in a file, in two pulls."""
    run = Run(Settings(**{"data": NOISY, "epochs": 20, "alpha": 0.3, **settings}), load(NOISY))
    writer = RunWriter(str(path), run)
    writer.take(run.advance(9))
    writer.take(run.advance(11))
    writer.close()
    return run


def test_a_file_tells_the_test_loss_of_each_epoch_and_all_of_those_that_were_shown(tmp_path):
    run = written(tmp_path / "run.jsonl")
    header, *lines = lines_of(tmp_path / "run.jsonl")
    epochs, end = [line for line in lines if "epoch" in line and "kind" not in line], lines[-2]["end"]
    assert (header["data"]["test_size"], header["rows"], header["test_rows"]) == (0.4, 150, 100)
    assert [line["test"] for line in epochs] == run.history.tested.values.tolist()
    assert [line["epoch"] for line in epochs if "test_confusion" in line] == [9, 20]
    assert tuple(epochs[8]["test_confusion"]) == run.moment(9).test_confusion
    assert (end["test"], tuple(end["test_confusion"])) == (run.end().test_loss, run.end().test_confusion)


def test_a_file_without_a_test_set_says_nothing_of_one(tmp_path):
    run = Run(Settings(epochs=5), load("blobs"))
    RunWriter(str(tmp_path / "run.jsonl"), run).take(run.advance(5))
    header, *lines = lines_of(tmp_path / "run.jsonl")
    assert "test_rows" not in header
    assert not [name for line in [*lines, lines[-1].get("end", {})] for name in line if name.startswith("test")]


def test_a_test_loss_that_is_not_finite_is_null_and_is_read_as_not_known(tmp_path):
    run = written(tmp_path / "run.jsonl", loss="cross-entropy", init=(1e308, 1e308, 1e308), alpha=1e-9)
    _, first, *_ = lines_of(tmp_path / "run.jsonl")
    assert not np.isfinite(run.history.tested.values[0])
    assert first["test"] is None
    assert RunFile(str(tmp_path / "run.jsonl")).branch.tested[0] is None


def test_what_other_programs_mean_by_test_is_passed_over(tmp_path):
    path = tmp_path / "theirs.jsonl"
    tests = ["yes", [1], {"a": 1}, None, 3, 2.5]
    path.write_text("".join(json.dumps({"epoch": n, "loss": 1.0, "test": t}) + "\n" for n, t in enumerate(tests, 1)))
    assert RunFile(str(path)).branch.tested == [None, None, None, None, 3.0, 2.5]
    curve = Entrant(str(path)).curve.tested
    assert [part.tolist() for part in curve.known()] == [[5, 6], [3.0, 2.5]]
    assert curve.span() == (2.5, 3.0)


@pytest.mark.parametrize("wrong", [[1, 2, 3], [0, 0, 0, 0], [1, -1, 1, 1]])
def test_a_test_confusion_that_is_none_is_refused_with_its_line(tmp_path, wrong):
    written(tmp_path / "run.jsonl")
    lines = [line for line in lines_of(tmp_path / "run.jsonl") if line.get("kind") != "check"]
    lines[9]["test_confusion"] = wrong
    (tmp_path / "run.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "line 10 has a value of the wrong kind" in str(RunFile(str(tmp_path / "run.jsonl")).damage)


def test_an_export_has_a_column_for_the_test_loss_where_there_is_one(tmp_path, capsys):
    run = written(tmp_path / "run.jsonl")
    export(str(tmp_path / "run.jsonl"), "csv")
    names, first, *_ = capsys.readouterr().out.splitlines()
    assert names == "epoch,loss,test_loss,alpha,W0,W1,W2"
    assert first.split(",")[:3] == ["1", repr(run.history.losses[0].item()), repr(run.history.tested.values[0].item())]


def test_a_run_whose_file_lacks_test_losses_goes_on_and_has_those_that_come(tmp_path):
    path = tmp_path / "run.jsonl"
    run = written(path, epochs=30)
    kept = [{k: v for k, v in line.items() if k != "test"} for line in lines_of(path) if line.get("kind") != "check"]
    path.write_text("".join(json.dumps(line) + "\n" for line in kept))
    _, again, _ = continued(str(path))
    run.advance(10)
    again.advance(10)
    tested = again.history.tested.values
    assert np.isnan(tested[:20]).all()
    assert tested[20:].tobytes() == run.history.tested.values[20:].tobytes()
