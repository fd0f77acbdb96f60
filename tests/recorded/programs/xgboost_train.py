"""XGBoost's lines for a training and a validation set."""

import json

import xgboost
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

rows, labels = load_breast_cancer(return_X_y=True)
X, X_valid, y, y_valid = train_test_split(rows, labels, random_state=0)
result: dict = {}
xgboost.train(
    {"objective": "binary:logistic", "eval_metric": ["logloss", "error"], "max_depth": 3, "nthread": 1},
    (train := xgboost.DMatrix(X, y)),
    num_boost_round=40,
    evals=[(train, "train"), (xgboost.DMatrix(X_valid, y_valid), "valid")],
    evals_result=result,
    verbose_eval=True,
)
with open("oracle.json", "w") as file:
    json.dump({f"{part}-{name}": values for part, of in result.items() for name, values in of.items()}, file)
