"""Logs of real programs, against what their libraries say of the metrics."""

import json
from pathlib import Path
from typing import Any

import pytest

from gdtui.logs.places_along import Along
from tests.logs import RECORDED, places, read, values


def oracle(name: str) -> Any:
    return json.loads((RECORDED / name / "oracle.json").read_text())


def test_csv_of_keras_counts_epochs_from_0() -> None:
    run = read(RECORDED / "keras_fit" / "training.csv")
    for name, known in oracle("keras_fit")["verbose=2"].items():
        assert values(run, name) == known
        assert places(run, name, Along.EPOCH) == [*range(8)]


def test_csv_of_lightning_has_training_and_validation_on_different_rows() -> None:
    run = read(RECORDED / "lightning_fit" / "metrics.csv")
    for name, known in oracle("lightning_fit").items():
        assert values(run, name) == known
    assert places(run, "val_loss", Along.STEP) == [7, 15, 23, 31, 39, 47, 55, 63]
    assert places(run, "train_loss_step", Along.STEP) == [*range(4, 60, 5)]
    assert (run.gaps, run.reader.skipped if run.reader else 1) == (0, 0)


def test_csv_of_ultralytics() -> None:
    run = read(RECORDED / "ultralytics_train" / "results.csv")
    for name, known in oracle("ultralytics_train").items():
        assert values(run, name) == known
    assert places(run, "val/loss", Along.EPOCH) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("what", ["", "trainer_state.json"])
def test_state_of_a_hugging_face_trainer_or_its_folder(what: str) -> None:
    run = read(RECORDED / "transformers_trainer" / what)
    for name, known in oracle("transformers_trainer").items():
        told = [[*pair] for pair in zip(places(run, name, Along.STEP), values(run, name), strict=True)]
        assert told == known[: len(told)]
        assert told
    assert not run.is_over  # its checkpoint is of 18 steps of 45


def test_json_lines_of_a_loop() -> None:
    run = read(RECORDED / "print_loop" / "metrics.jsonl")
    for name, known in oracle("print_loop").items():
        assert values(run, name) == known[:12]


@pytest.mark.parametrize("part", [1, 2, 3, 4])
def test_lines_that_people_print(part: int, tmp_path: Path) -> None:
    text = (RECORDED / "print_loop" / "stdout.txt").read_text().split("Training on")[part]
    (tmp_path / "train.log").write_text("Training on" + text)
    run = read(tmp_path / "train.log")
    found = {name.lower().replace(" ", "_"): name for name in run.metrics}
    if part == 1:
        found["train_loss"] = "loss"
    for name, known in oracle("print_loop").items():
        told = dict(zip(places(run, found[name], Along.EPOCH), values(run, found[name]), strict=True))
        scale = 100 if part == 2 and name == "acc" else 1
        assert [*told] == [*range(1, 13)]
        assert [*told.values()] == pytest.approx([scale * one for one in known[12 * part - 12 : 12 * part]], rel=1e-3)


@pytest.mark.parametrize("file", ["stdout.txt", "terminal.txt"])
def test_what_keras_prints(file: str, tmp_path: Path) -> None:
    bars, lines = (RECORDED / "keras_fit" / file).read_bytes().split(b"Epoch 1/8")
    for text, kind in ((bars, "verbose=1"), (b"Epoch 1/8" + lines, "verbose=2")):
        (tmp_path / "train.log").write_bytes(text)
        run = read(tmp_path / "train.log")
        assert run.metrics.keys() == oracle("keras_fit")[kind].keys()
        for name, known in oracle("keras_fit")[kind].items():
            assert values(run, name) == pytest.approx(known, abs=6e-5)
            assert places(run, name, Along.EPOCH) == [*range(1, len(known) + 1)]


@pytest.mark.parametrize(("program", "step"), [("xgboost_train", 1), ("lightgbm_train", 2)])
def test_rounds_of_boosting(program: str, step: int) -> None:
    run = read(RECORDED / program / "stdout.txt")
    assert run.metrics.keys() == oracle(program).keys()
    for name, known in oracle(program).items():
        assert values(run, name) == pytest.approx(known[step - 1 :: step], abs=1e-5)
        assert len(places(run, name, Along.STEP)) == len(known) // step


@pytest.mark.parametrize("file", ["stdout.txt", "terminal.txt"])
def test_what_the_trainer_of_hugging_face_prints(file: str) -> None:
    run = read(RECORDED / "transformers_trainer" / file)
    for name, known in oracle("transformers_trainer").items():
        assert values(run, name) == pytest.approx([value for _, value in known], abs=6e-5)
        assert places(run, name, Along.EPOCH) == pytest.approx([step / 9 for step, _ in known], rel=1e-3)


def test_bars_of_lightning_tell_each_epoch_once() -> None:
    run = read(RECORDED / "lightning_fit" / "stdout.txt")
    assert values(run, "val_loss") == pytest.approx(oracle("lightning_fit")["val_loss"], abs=6e-4)
    assert places(run, "val_loss", Along.EPOCH) == [*range(8)]


@pytest.mark.parametrize("file", ["stdout.txt", "terminal.txt"])
def test_a_bar_of_tqdm_is_a_curve_and_those_of_epochs_are_its_points(file: str) -> None:
    run = read(RECORDED / "tqdm_loop" / file)
    steps, losses = places(run, "loss", Along.STEP), values(run, "loss")
    known = oracle("tqdm_loop")
    for step, loss in [*zip(steps, losses, strict=True)][:40]:
        assert loss == pytest.approx(known["loss"][int(step) - 1], rel=5e-3)
    assert places(run, "loss", Along.EPOCH)[40:] == [0, 1, 2]
    assert losses[40:] == pytest.approx(known["last batch"], rel=5e-3)


def test_what_scikit_learn_prints() -> None:
    run = read(RECORDED / "sklearn_verbose" / "stdout.txt")
    assert values(run, "loss") == pytest.approx(oracle("sklearn_verbose")["MLP loss"], rel=1e-6)
    assert places(run, "loss", Along.STEP) == [*range(1, 13)]
    assert len(run.metrics["Avg. loss"]) == 15
    assert values(run, "Train Loss")[:3] == [1.1622, 1.0347, 0.9279]
    assert places(run, "Train Loss", Along.STEP) == [*range(1, 11), 20, 30]


@pytest.mark.parametrize("program", ["mlflow_runs", "trackio_runs", "ultralytics_train", "tensorflow_summary"])
def test_what_tells_no_metric_stays_text(program: str) -> None:
    run = read(RECORDED / program / "stdout.txt")
    assert (run.metrics, run.error, run.state) == ({}, None, "waiting")
    text = [*getattr(run.reader, "text", ())]
    assert text
    assert all(line.isprintable() for line in text)
