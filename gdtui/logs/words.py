"""Which words name what is measured of a training."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from gdtui.logs.places_along import along_in

METRICS = frozenset(
    (
        *("loss", "losses", "acc", "accuracy", "auc", "auroc", "f1", "precision", "recall", "mae", "mse", "rmse"),
        *("logloss", "perplexity", "ppl", "bleu", "rouge", "wer", "cer", "iou", "miou", "dice", "psnr", "ssim", "fid"),
        *("reward", "lr", "lrate", "alpha", "entropy", "kl", "elbo", "nll", "bce", "ce", "ndcg", "top", "hinge"),
        *("objective", "mape", "likelihood", "deviance", "gnorm", "inertia"),
    )
)
"""In small letters, without digits at their ends but where those belong to them."""
WEAK = frozenset(("error", "err", "score", "map", "return", "cost", "rate", "norm", "ap", "merror"))
"""Words that name a metric too, and much else: in text, with = or : behind them."""
ENDS = "loss", "entropy", "accuracy"
"""Ends of words that name a metric."""
PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def parts_of(name: str) -> set[str]:
    """The words in a name such as val_binaryLoss2, in small letters, with the digits at their ends and without."""
    small = name.lower()
    return {*map(str.lower, PART.findall(name)), *re.findall("[a-z]+", small), *re.findall("[a-z]+[0-9]+", small)}


@lru_cache(1024)
def is_metric(name: str, weak: bool = True) -> bool:
    """Whether a name is known to be of a metric, also by a weak word."""
    words = parts_of(name)
    known = METRICS | WEAK if weak else METRICS
    return not words.isdisjoint(known) or any(word.endswith(ENDS) for word in words)


def is_of_training(names: Collection[str]) -> bool:
    """Whether one of the names is known from logs of training."""
    return bool(along_in(names)) or any(map(is_metric, names))
