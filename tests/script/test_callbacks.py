"""Callbacks of other libraries. Those that are not installed are played by what they call, as they call it."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gdtui.script.callbacks import set_rates
from tests.script.both import Both
from tests.script.reading import marks_of, records_of

LIBRARIES = ("keras", "lightning", "transformers", "xgboost", "lightgbm", "sklearn")


@pytest.fixture
def both(tmp_path, monkeypatch) -> Both:
    return Both(tmp_path / "run.jsonl", monkeypatch)


def played(monkeypatch: pytest.MonkeyPatch, name: str, **parts: Any) -> None:
    """A library of that name with nothing but these parts."""
    above, _, last = name.rpartition(".")
    module = ModuleType(name)
    module.__dict__.update(parts)
    monkeypatch.setitem(sys.modules, name, module)
    if above and above not in sys.modules:
        played(monkeypatch, above, **{last: module})


class Optimizer:
    """As PyTorch has them."""

    def __init__(self, *rates: float) -> None:
        self.param_groups = [{"lr": rate, "initial_lr": rate} for rate in rates]


def test_keras_is_steered_and_measured(both, monkeypatch):
    class Callback:
        def set_model(self, model: Any) -> None:
            self.model, self.params = model, {"epochs": 3}

    played(monkeypatch, "keras.callbacks", Callback=Callback)
    model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=0.25), stop_training=False)
    callback = both.run.keras()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch in range(3):
        both.come_to_know()
        both.wheel.ask("alpha", 0.5)
        both.wheel.ask("stop", epoch == 2)
        both.later()
        callback.on_train_batch_begin(0)
        callback.on_train_batch_end(0, {"loss": 1.0})
        callback.on_epoch_end(epoch, {"loss": np.float32(1 / (epoch + 1))})
    assert [record["epoch"] for record in records_of(both.path)] == [1, 2, 3]
    assert marks_of(both.path, "config")[0]["config"] == {"alpha": 0.25, "epochs": 3}
    assert model.optimizer.learning_rate == 0.5
    assert model.stop_training


def test_lightning_is_steered_and_measured(both, monkeypatch):
    played(monkeypatch, "lightning.pytorch", Callback=object)
    schedule = SimpleNamespace(base_lrs=[0.25])
    trainer = SimpleNamespace(
        **{"optimizers": [Optimizer(0.25)], "max_epochs": 9, "world_size": 1, "should_stop": False},
        **{"lr_scheduler_configs": [SimpleNamespace(scheduler=schedule)], "is_global_zero": True},
        **{"callback_metrics": {"val/loss": np.float32(0.5)}, "current_epoch": 0, "global_step": 20},
    )
    callback = both.run.lightning()
    callback.on_train_start(trainer, None)
    both.come_to_know()
    both.wheel.ask("alpha", 0.5)
    both.wheel.ask("stop", True)
    both.later()
    trainer.world_size = 2
    callback.on_train_batch_end(trainer, None, {}, None, 0)
    assert not trainer.should_stop
    trainer.world_size = 1
    callback.on_train_batch_end(trainer, None, {}, None, 0)
    callback.on_train_epoch_end(trainer, None)
    assert records_of(both.path) == [{"val/loss": 0.5, "epoch": 1, "step": 20}]
    assert trainer.should_stop
    assert trainer.optimizers[0].param_groups[0]["lr"] == 0.5
    assert schedule.base_lrs == [0.5]


def test_transformers_is_steered_and_measured(both, monkeypatch):
    played(monkeypatch, "transformers", TrainerCallback=object)
    args = SimpleNamespace(world_size=1, learning_rate=0.25)
    state = SimpleNamespace(global_step=5, is_world_process_zero=True)
    control, optimizer = SimpleNamespace(should_training_stop=False), Optimizer(0.25)
    callback = both.run.transformers()
    callback.on_train_begin(args, state, control)
    callback.on_log(args, state, control, logs={"loss": 0.5, "epoch": 0.25})
    both.come_to_know()
    both.wheel.ask("alpha", 0.5)
    both.wheel.ask("stop", True)
    both.later()
    callback.on_step_end(args, state, control, optimizer=optimizer, lr_scheduler=SimpleNamespace())
    assert records_of(both.path) == [{"loss": 0.5, "epoch": 0.25, "step": 5}]
    assert control.should_training_stop
    assert optimizer.param_groups[0]["lr"] == 0.5


def test_xgboost_is_steered_and_measured(both, monkeypatch):
    played(monkeypatch, "xgboost.callback", TrainingCallback=object)
    told: list[tuple[str, float]] = []
    model = SimpleNamespace(set_param=lambda name, value: told.append((name, value)))
    callback = both.run.xgboost()
    both.wheel.ask("alpha", 0.5)
    both.wheel.ask("stop", True)
    both.later()
    assert callback.before_iteration(model, 0, {}) is False
    assert callback.after_iteration(model, 0, {"val": {"rmse": [0.25], "mae": [(0.5, 0.1)]}}) is True
    assert records_of(both.path) == [{"val": {"rmse": 0.25, "mae": 0.5}, "step": 1}]
    assert told == [("learning_rate", 0.5)]


def test_lightgbm_is_steered_and_measured(both, monkeypatch):
    class EarlyStopException(Exception):  # noqa: N818 - its name there
        pass

    played(monkeypatch, "lightgbm.callback", EarlyStopException=EarlyStopException)
    told: list[dict[str, float]] = []
    model = SimpleNamespace(reset_parameter=told.append)
    callback = both.run.lightgbm()
    callback(SimpleNamespace(model=model, iteration=0, evaluation_result_list=[("valid", "auc", 0.75, True)]))
    both.wheel.ask("alpha", 0.5)
    both.wheel.ask("stop", True)
    both.later()
    with pytest.raises(EarlyStopException):
        callback(SimpleNamespace(model=model, iteration=1, evaluation_result_list=None))
    assert records_of(both.path) == [{"valid": {"auc": 0.75}, "step": 1}, {"step": 2}]
    assert told == [{"learning_rate": 0.5}]


def test_scikit_learn_is_measured(both):
    pytest.importorskip("sklearn.callback", reason="scikit-learn has callbacks since 1.9")
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = X.sum(axis=1) + rng.normal(size=200) > 0
    LogisticRegression().set_callbacks(both.run.sklearn()).fit(X, y)
    steps = [record["step"] for record in records_of(both.path)]
    assert len(steps) > 2
    assert steps == [*range(1, len(steps) + 1)]


def test_every_group_and_schedule_goes_on_from_another_rate():
    one, inner = Optimizer(0.1, 0.01), SimpleNamespace(base_lrs=[0.1, 0.01])
    one.param_groups[0]["lr"] = 0.05  # half way through a warm-up
    set_rates(0.2, [one], [SimpleNamespace(scheduler=SimpleNamespace(_schedulers=[inner], base_lrs=[0.1]))])
    assert [group["lr"] for group in one.param_groups] == [0.1, 0.02]
    assert [group["initial_lr"] for group in one.param_groups] == [0.2, 0.02]
    assert inner.base_lrs == [0.2, 0.02]


def test_what_goes_wrong_in_a_callback_is_told_once_and_training_goes_on(both, monkeypatch, capsys):
    played(monkeypatch, "keras.callbacks", Callback=object)
    callback = both.run.keras()
    for _ in range(2):
        callback.on_train_begin()
        callback.on_train_batch_begin(0)
    assert capsys.readouterr().err.count("\n") == 1


def test_no_library_is_imported_before_its_callback_is_asked_for():
    from tests.test_imports import loaded_after, under

    loaded = loaded_after("import gdtui.script.callbacks")
    for name in LIBRARIES:
        assert not under(name, loaded)
