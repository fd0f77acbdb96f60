"""Callbacks of other libraries, made from a run's log. Each imports the library that calls it, which the script has.

The learning rate of the library is the run's alpha, until somebody asks for another; where a schedule changes it on the
way, it goes on as the same curve, as many times higher. Where several processes train together, nothing is steered,
since all of them would have to be told at the same step.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gdtui.script.log import Log

RATES = "lr", "initial_lr", "max_lr", "min_lr"
"""What PyTorch's optimisers and schedules keep of a learning rate."""


def _safe(method: Callable[..., Any]) -> Callable[..., Any]:
    """The same, but what goes wrong in it is told, and training goes on."""

    @wraps(method)
    def safe(self: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return method(self, *arguments, **named)
        except Exception as error:
            self.run.tell(f"{method.__name__}: {type(error).__name__}: {error}")

    return safe


def keras(run: Log) -> Any:
    """Keras 3, or 2 within TensorFlow."""
    if "keras" in sys.modules or "tensorflow" not in sys.modules:
        from keras.callbacks import Callback
    else:
        from tensorflow.keras.callbacks import Callback

    class GdtuiCallback(Callback):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.run = run

        @_safe
        def on_train_begin(self, logs: Any = None) -> None:
            rate = self.model.optimizer.learning_rate
            self.is_scheduled = callable(getattr(self.model.optimizer, "_learning_rate", rate))
            if not self.is_scheduled:
                run.begin_with(alpha=float(rate), epochs=self.params.get("epochs"))

        @_safe
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            run.wait()
            if not self.is_scheduled and (alpha := run.asked("alpha")) is not None:
                self.model.optimizer.learning_rate = alpha

        @_safe
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if run.should_stop:
                self.model.stop_training = True

        @_safe
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            run(logs, epoch=epoch + 1)

    return GdtuiCallback()


def lightning(run: Log) -> Any:
    """Lightning, by either of its names."""
    if "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules:
        from pytorch_lightning import Callback
    else:
        from lightning.pytorch import Callback

    class GdtuiCallback(Callback):  # type: ignore[misc]
        def __init__(self) -> None:
            self.run = run

        @_safe
        def on_train_start(self, trainer: Any, module: Any) -> None:
            if trainer.optimizers:
                run.begin_with(alpha=_rate_of(trainer.optimizers[0]), epochs=trainer.max_epochs)

        @_safe
        def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, number: int) -> None:
            if trainer.world_size == 1:
                run.wait()
                trainer.should_stop = trainer.should_stop or run.should_stop
                if (alpha := run.asked("alpha")) is not None:
                    set_rates(alpha, trainer.optimizers, [one.scheduler for one in trainer.lr_scheduler_configs])

        @_safe
        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            if trainer.is_global_zero:
                run(trainer.callback_metrics, epoch=trainer.current_epoch + 1, step=trainer.global_step)

    return GdtuiCallback()


def transformers(run: Log) -> Any:
    """The Trainer of Hugging Face's transformers, and of the libraries that build upon it."""
    from transformers import TrainerCallback

    class GdtuiCallback(TrainerCallback):  # type: ignore[misc]
        def __init__(self) -> None:
            self.run = run

        @_safe
        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            run.begin_with(alpha=args.learning_rate)

        @_safe
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if state.is_world_process_zero:
                run(logs, step=state.global_step)

        @_safe
        def on_step_end(
            self, args: Any, state: Any, control: Any, optimizer: Any = None, lr_scheduler: Any = None, **_: Any
        ) -> None:
            if args.world_size == 1:
                run.wait()
                control.should_training_stop = control.should_training_stop or run.should_stop
                if optimizer is not None and (alpha := run.asked("alpha")) is not None:
                    set_rates(alpha, [optimizer], [lr_scheduler])

    return GdtuiCallback()


def _rate_of(optimizer: Any) -> float:
    """The learning rate of an optimiser of PyTorch, before any schedule."""
    group = optimizer.param_groups[0]
    return float(group.get("initial_lr", group["lr"]))


def set_rates(alpha: float, optimizers: Iterable[Any], schedules: Iterable[Any]) -> None:
    """Have PyTorch's optimisers go on with this learning rate, and their schedules from it."""
    times = 1.0
    for optimizer in optimizers:
        rate = _rate_of(optimizer)
        times = alpha / rate if rate > 0 else 1.0
        for group in optimizer.param_groups:
            for name in RATES:
                if name in group:
                    group[name] = group[name] * times if rate > 0 else alpha
    for schedule in schedules:
        schedule = getattr(schedule, "scheduler", schedule)  # Accelerate wraps it
        for one in (schedule, *getattr(schedule, "_schedulers", ())):
            if hasattr(one, "base_lrs"):
                one.base_lrs = [rate * times for rate in one.base_lrs]


def xgboost(run: Log) -> Any:
    """XGBoost's train, cv, and estimators."""
    from xgboost.callback import TrainingCallback

    class GdtuiCallback(TrainingCallback):  # type: ignore[misc]
        def __init__(self) -> None:
            self.run = run

        @_safe
        def before_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            run.wait()
            if (alpha := run.asked("alpha")) is not None:
                for one in getattr(model, "cvfolds", [model]):
                    getattr(one, "bst", one).set_param("learning_rate", alpha)
            return False

        @_safe
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            run({data: {name: _latest(by[name]) for name in by} for data, by in evals_log.items()}, step=epoch + 1)
            return run.should_stop

    return GdtuiCallback()


def _latest(values: Any) -> Any:
    """The last of these numbers; of a cross-validation, its mean, which stands before its deviation."""
    return values[-1][0] if isinstance(values[-1], tuple) else values[-1]


def lightgbm(run: Log) -> Any:
    """LightGBM's train, cv, and estimators."""
    from lightgbm.callback import EarlyStopException

    class GdtuiCallback:
        order, before_iteration = 40, False

        def __init__(self) -> None:
            self.run = run

        def __call__(self, env: Any) -> None:
            self.take(env)
            if run.should_stop:
                raise EarlyStopException(env.iteration, env.evaluation_result_list or [])

        @_safe
        def take(self, env: Any) -> None:
            measured: dict[str, dict[str, float]] = {}
            for data, name, value, *_ in env.evaluation_result_list or ():
                measured.setdefault(data, {})[name] = value
            run(measured, step=env.iteration + 1)
            run.wait()
            if (alpha := run.asked("alpha")) is not None:
                for one in getattr(env.model, "boosters", [env.model]):
                    one.reset_parameter({"learning_rate": alpha})

    return GdtuiCallback()


def sklearn(run: Log) -> Any:
    """Scikit-learn's estimators, of those that have callbacks: the score of what is trained, after each iteration.

    They can be paused; that a callback asks for the end, scikit-learn 1.9 does not heed yet.
    """

    class GdtuiCallback:
        def __init__(self) -> None:
            self.run = run

        def setup(self, estimator: Any, context: Any) -> None:
            """Nothing is to be prepared."""

        teardown = setup

        def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
            """Nothing is measured."""

        @_safe
        def on_fit_task_end(
            self, estimator: Any, context: Any, *, X: Any = None, y: Any = None, fitted_estimator: Any = None
        ) -> None:
            if context.parent is not None and fitted_estimator is not None and X is not None:
                run(score=fitted_estimator.score(X, y), step=context.task_id + 1)
            run.wait()

    return GdtuiCallback()
