"""MLflow's SQLite store: two runs of one experiment, one of another, with NaN, infinity, and a nested name."""

import json
import math
import sqlite3

import mlflow
from mlflow.tracking import MlflowClient

mlflow.set_tracking_uri("sqlite:///mlflow.db")
client = MlflowClient()
for experiment, name, alpha in (("unit", "fast", 0.1), ("unit", "slow", 0.01), ("other", None, 0.05)):
    if client.get_experiment_by_name(experiment) is None:
        client.create_experiment(experiment, artifact_location="file:///artifacts")
    mlflow.set_experiment(experiment)
    with mlflow.start_run(run_name=name) as run:
        mlflow.log_param("alpha", alpha)
        for step in range(20):
            loss = math.exp(-alpha * step)
            mlflow.log_metric("train/loss", math.nan if step == 5 else loss, step=step)
            if step % 4 == 3:
                mlflow.log_metrics({"val/loss": 1.1 * loss, "accuracy": 1 - loss / 2}, step=step)
        mlflow.log_metric("beyond", math.inf, step=20)
oracle: dict = {}
for experiment in client.search_experiments():
    for run in client.search_runs([experiment.experiment_id]):
        oracle[f"{experiment.name}/{run.info.run_name}"] = {
            name: [[m.step, m.timestamp, repr(m.value)] for m in client.get_metric_history(run.info.run_id, name)]
            for name in run.data.metrics
        }
with sqlite3.connect("mlflow.db") as store:
    store.execute("UPDATE runs SET source_name = 'train.py', user_id = 'somebody'")
    store.execute("DELETE FROM tags")
    store.execute("UPDATE experiments SET artifact_location = 'file:///artifacts'")
with sqlite3.connect("mlflow.db", isolation_level=None) as store:
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.execute("VACUUM")
with open("oracle.json", "w") as file:
    json.dump(oracle, file)
