"""What scikit-learn's estimators print with `verbose`: SGDClassifier, MLPClassifier, gradient boosting."""

import json

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import scale

rows, labels = load_breast_cancer(return_X_y=True)
X = scale(rows)
SGDClassifier(loss="log_loss", max_iter=15, tol=None, random_state=0, verbose=1).fit(X, labels)
net = MLPClassifier((4,), max_iter=12, random_state=0, verbose=True).fit(X, labels)
boosted = GradientBoostingClassifier(n_estimators=30, max_depth=2, random_state=0, verbose=1).fit(X, labels)
with open("oracle.json", "w") as file:
    json.dump({"MLP loss": list(net.loss_curve_), "boosting Train Loss": list(boosted.train_score_)}, file)
