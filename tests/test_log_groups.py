"""Which metrics are drawn on one chart, by names that real programs write."""

from __future__ import annotations

import pytest

from gdtui.logs.groups import Group, groups_of, matching, split

KERAS = ["accuracy", "loss", "val_accuracy", "val_loss"]
LIGHTNING = ["train_loss_step", "train_loss_epoch", "val_loss", "val_acc", "lr-Adam"]
TRAINER = [
    *("loss", "grad_norm", "learning_rate", "eval_loss", "eval_runtime", "eval_samples_per_second"),
    *("eval_steps_per_second", "train_runtime", "total_flos", "eval_accuracy"),
]
ULTRALYTICS = [
    *("train/box_loss", "train/cls_loss", "train/dfl_loss", "metrics/precision(B)", "metrics/recall(B)"),
    *("metrics/mAP50(B)", "metrics/mAP50-95(B)", "val/box_loss", "val/cls_loss", "val/dfl_loss"),
    *("lr/pg0", "lr/pg1", "lr/pg2"),
]


def told(names: list[str]) -> dict[str, list[str]]:
    return {group.name: [member.name for member in group.members] for group in groups_of(names)}


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (KERAS, {"loss": ["loss", "val_loss"], "accuracy": ["accuracy", "val_accuracy"]}),
        (
            LIGHTNING,
            {
                "loss": ["train_loss_step", "train_loss_epoch", "val_loss"],
                "acc": ["val_acc"],
                "lr-Adam": ["lr-Adam"],
            },
        ),
        (
            ["train-logloss", "train-auc", "eval-logloss", "eval-auc"],
            {"logloss": ["train-logloss", "eval-logloss"], "auc": ["train-auc", "eval-auc"]},
        ),
        (
            ["validation_0-logloss", "validation_1-logloss"],
            {"logloss": ["validation_0-logloss", "validation_1-logloss"]},
        ),
        (
            ["valid_0's binary_logloss", "valid_0's auc", "training's binary_logloss"],
            {"binary_logloss": ["training's binary_logloss", "valid_0's binary_logloss"], "auc": ["valid_0's auc"]},
        ),
        (
            ["train/loss", "val/loss", "train/acc", "test_acc"],
            {"loss": ["train/loss", "val/loss"], "acc": ["train/acc", "test_acc"]},
        ),
        (["Loss/train", "Loss/test"], {"Loss": ["Loss/train", "Loss/test"]}),
        (["train/train_loss", "train/loss", "eval/loss"], {"loss": ["train/train_loss", "train/loss", "eval/loss"]}),
        (["learn", "test"], {"learn, test": ["learn", "test"]}),
        (["acc", "val_accuracy"], {"acc": ["acc", "val_accuracy"]}),
        (["loss/train/box", "loss/val/box"], {"loss/box": ["loss/train/box", "loss/val/box"]}),
        (["training_loss", "validation_loss"], {"loss": ["training_loss", "validation_loss"]}),
    ],
)
def test_what_is_measured_on_other_rows_is_on_one_chart(names: list[str], wanted: dict[str, list[str]]) -> None:
    assert told(names) == wanted


def test_what_only_looks_like_it_stays_apart() -> None:
    names = ["value_loss", "policy_loss", "interval", "train_test_gap", "testosterone", "trainable", "evaluator/x"]
    assert sorted(told(names)) == sorted(names)
    assert split("value_loss") == ("value_loss", "")
    assert split("steps_per_epoch") == ("steps_per_epoch", "")


def test_the_loss_is_first_and_settings_and_clocks_are_last() -> None:
    assert [*told(TRAINER)] == [
        *("loss", "accuracy", "grad_norm", "learning_rate", "runtime", "samples_per_second"),
        *("steps_per_second", "total_flos"),
    ]
    assert [*told(ULTRALYTICS)] == [
        *("box_loss", "cls_loss", "dfl_loss", "metrics/precision(B)", "metrics/recall(B)", "metrics/mAP50(B)"),
        *("metrics/mAP50-95(B)", "lr"),
    ]
    assert told(ULTRALYTICS)["lr"] == ["lr/pg0", "lr/pg1", "lr/pg2"]
    assert [*told(["time/fps", "epoch_accuracy"])] == ["epoch_accuracy", "time/fps"]


def group(names: list[str]) -> Group:
    (found,) = groups_of(names)
    return found


def test_labels_are_as_short_as_they_can_be() -> None:
    assert [one.label for one in group(["loss", "val_loss"]).members] == ["train", "val"]
    assert [one.label for one in group(["loss"]).members] == [""]
    assert [one.label for one in group(["validation_0-auc", "validation_1-auc"]).members] == [
        *("validation_0-auc", "validation_1-auc"),
    ]
    assert [one.label for one in group(LIGHTNING[:3]).members] == ["train_loss_step", "train_loss_epoch", "val"]


@pytest.mark.parametrize(
    ("name", "is_low"),
    [
        *(("val_loss", True), ("eval-logloss", True), ("rmse", True), ("test-error", True), ("box_loss", True)),
        *(("val_acc", False), ("auc", False), ("metrics/mAP50(B)", False), ("ep_rew_mean", False), ("f1", False)),
    ],
)
def test_what_is_best_is_known_by_the_name(name: str, is_low: bool) -> None:
    assert group([name]).is_better_low is is_low
    assert group([name]).has_best


@pytest.mark.parametrize(
    "name", ["NNZs", "Bias", "T", "Norm", "grad_norm", "num_leaves", "lr", "gpu_util", "weights/mean", "eval_runtime"]
)
def test_of_what_nobody_knows_the_direction_there_is_no_best(name: str) -> None:
    assert not group([name]).has_best


def test_runs_are_told_apart_by_what_is_not_trained_on() -> None:
    assert group(["loss", "val_loss"]).main.name == "val_loss"
    assert group(["train_acc", "test_acc"]).main.name == "test_acc"


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("", KERAS),
        ("VAL", ["val_loss", "val_accuracy"]),
        ("loss", ["loss", "val_loss"]),
        ("val*", ["val_loss", "val_accuracy"]),
        ("*acc*", ["accuracy", "val_accuracy"]),
        ("nothing", []),
        ("[", []),
    ],
)
def test_a_filter_takes_parts_of_names_and_patterns(wanted: str, names: list[str]) -> None:
    found = [member.name for one in matching(groups_of(KERAS), wanted) for member in one.members]
    assert sorted(found) == sorted(names)


def test_no_name_is_lost_and_none_is_taken_twice() -> None:
    names = [*KERAS, *LIGHTNING, *TRAINER, *ULTRALYTICS, "", " ", "///", "'s ", "val", "val_1", "_", "été/loss", "a\tb"]
    found = [member.name for one in groups_of(names) for member in one.members]
    assert sorted(found) == sorted({*names})
