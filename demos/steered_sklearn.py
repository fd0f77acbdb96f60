"""Scikit-learn's partial_fit, watched and steered by gdtui.

python demos/steered_sklearn.py         # in one terminal
gdtui watch digits.jsonl                # in another: space pauses, ↑↓ change alpha, + adds epochs, E E ends it
"""

import sys
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from gdtui import log

X, y = load_digits(return_X_y=True)
X, others, y, their_y = train_test_split(X / 16, y, random_state=0)

path = sys.argv[1] if len(sys.argv) > 1 else "digits.jsonl"
with log(path, alpha=0.001, epochs=500) as run:
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=run.alpha, random_state=0)
    epoch = 0
    while epoch < run.epochs and not run.should_stop:
        run.wait()
        epoch += 1
        model.set_params(eta0=run.alpha).partial_fit(X, y, classes=np.unique(y))
        loss, val_loss = log_loss(y, model.predict_proba(X)), log_loss(their_y, model.predict_proba(others))
        run({"train/loss": loss, "val/loss": val_loss}, accuracy=model.score(others, their_y), epoch=epoch)
        time.sleep(0.05)  # as if there were more to do
