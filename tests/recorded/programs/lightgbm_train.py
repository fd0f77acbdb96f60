"""LightGBM's lines for a training and a validation set, every second iteration."""

import json

import lightgbm
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

rows, labels = load_breast_cancer(return_X_y=True)
X, X_valid, y, y_valid = train_test_split(rows, labels, random_state=0)
result: dict = {}
train = lightgbm.Dataset(X, y)
lightgbm.train(
    {"objective": "binary", "metric": ["binary_logloss", "auc"], "num_leaves": 7, "num_threads": 1},
    train,
    num_boost_round=60,
    valid_sets=[train, lightgbm.Dataset(X_valid, y_valid, reference=train)],
    valid_names=["training", "valid_1"],
    callbacks=[lightgbm.log_evaluation(2), lightgbm.record_evaluation(result)],
)
with open("oracle.json", "w") as file:
    json.dump({f"{part}'s {name}": values for part, of in result.items() for name, values in of.items()}, file)
