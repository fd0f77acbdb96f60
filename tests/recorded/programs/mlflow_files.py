"""MLflow's store in a folder: two runs of one experiment, one of which fails, with NaN, infinity, and a nested name."""

import json
import math
import os
from pathlib import Path

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import mlflow
from mlflow.tracking import MlflowClient

mlflow.set_tracking_uri("file:./mlruns")
client = MlflowClient()
mlflow.set_experiment("unit: first")
for name, alpha in (("fast", 0.1), ("slow, it's late", 0.01)):
    run = mlflow.start_run(run_name=name)
    mlflow.log_param("alpha", alpha)
    for step in range(20):
        loss = math.exp(-alpha * step)
        mlflow.log_metric("train/loss", math.nan if step == 5 else loss, step=step)
        if step % 4 == 3:
            mlflow.log_metrics({"val/loss": 1.1 * loss, "accuracy": 1 - loss / 2}, step=step)
    mlflow.log_metric("beyond", math.inf, step=20)
    mlflow.end_run("FINISHED" if name == "fast" else "FAILED")
oracle: dict = {}
for experiment in client.search_experiments():
    for run in client.search_runs([experiment.experiment_id]):
        oracle[f"{experiment.name}/{run.info.run_name}"] = {
            name: [[m.step, m.timestamp, repr(m.value)] for m in client.get_metric_history(run.info.run_id, name)]
            for name in run.data.metrics
        }
for path in Path("mlruns").rglob("meta.yaml"):
    lines = path.read_text().replace(os.getcwd(), "").splitlines(keepends=True)
    path.write_text("".join("user_id: somebody\n" if line.startswith("user_id:") else line for line in lines))
with open("oracle.json", "w") as file:
    json.dump(oracle, file)
