"""Which metrics of a log belong on one chart: what is measured, apart from the rows that it is measured on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from gdtui.logs.words import parts_of

PARTS = {
    **dict.fromkeys(("train", "training", "learn", "fit", "tr"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "eval", "evaluation", "dev"), "val"),
    **dict.fromkeys(("test", "testing", "holdout"), "test"),
}
"""The rows that a metric is of, by the words that names have for them."""
SAME = {"acc": "accuracy", "learning rate": "lr"}
"""What is measured, by its other names."""
LOSSES = {
    *("loss", "losses", "error", "err", "nll", "logloss", "mlogloss", "cost", "objective", "perplexity", "ppl"),
    *("mse", "rmse", "mae", "rmsle", "mape", "mphe", "l1", "l2", "crossentropy", "entropy", "deviance", "divergence"),
    *("kl", "wer", "cer", "fid", "inertia"),
}
"""Words for what is the better, the smaller it is."""
SCORES = {
    *("accuracy", "acc", "auc", "auroc", "auprc", "f1", "f", "precision", "recall", "map", "ap", "ndcg", "mrr", "mcc"),
    *("bleu", "rouge", "meteor", "iou", "miou", "dice", "jaccard", "psnr", "ssim", "score", "r2", "kappa", "top"),
    *("reward", "rew", "return", "elbo", "likelihood", "elo", "success", "correct", "specificity", "sensitivity"),
}
"""Words for what is the better, the larger it is."""
SETTINGS = {"lr", "momentum", "beta", "beta1", "beta2", "decay", "alpha", "gamma", "epsilon"}
"""Words for what somebody has set, and nobody measured."""
CLOCKS = {
    *("time", "runtime", "dur", "seconds", "second", "sec", "secs", "ms", "duration", "elapsed", "fps", "flos"),
    *("flops", "throughput", "memory", "mem", "gpu", "cpu", "system", "timesteps", "timestamp", "eta", "tokens"),
}
"""Words for what tells how the machine does, and not the model."""
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Member(NamedTuple):
    """A metric of a group.

    Attributes:
        name: of the metric, as its log has it.
        part: train, val or test; empty where the name does not say.
        label: the shortest that tells it from the others of its group; empty where it is alone.
    """

    name: str
    part: str
    label: str


class Group(NamedTuple):
    """What one chart shows.

    Attributes:
        name: what is measured, as the first of the names has it.
        members: train before val before test, else in the order of the names.
        is_better_low: whether the best is the lowest.
    """

    name: str
    members: tuple[Member, ...]
    is_better_low: bool

    @property
    def main(self) -> Member:
        """The one by which runs are told apart: of rows that are not trained on, where there is one."""
        return next((one for one in self.members if one.part == "val"), self.members[-1])

    @property
    def has_best(self) -> bool:
        """Whether it is known what is the better: of a norm, a bias, a count nobody knows, nor of what was set."""
        words = parts_of(self.name) | _words(self.name)
        is_measured = words.isdisjoint(SETTINGS | CLOCKS)
        return is_measured and (self.is_better_low or not words.isdisjoint(SCORES) or self.name.endswith("accuracy"))


def groups_of(names: Iterable[str]) -> list[Group]:
    """The metrics of these names, by what they measure: the loss first, then what else falls, then what else there is
    in the order of the names, and last what was set, and what the machine does."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for name in dict.fromkeys(names):
        what, part = split(name)
        found.setdefault(_key(what), []).append((name, part, what))
    groups = [_group(members) for members in found.values()]
    return sorted(groups, key=lambda group: _rank(group.name))


def matching(groups: Iterable[Group], wanted: str) -> list[Group]:
    """What there is of these under a name, or a part of one, or a pattern as shells have them; all where nothing is
    wanted. What a chart is called counts as a name of all that is in it."""
    if not wanted:
        return [*groups]
    pattern = wanted.lower() if {*"*?["} & {*wanted} else f"*{wanted.lower()}*"
    found = []
    for group in groups:
        members = [one for one in group.members if fnmatchcase(one.name.lower(), pattern)]
        if fnmatchcase(group.name.lower(), pattern):
            members = [*group.members]
        if members:
            found.append(group._replace(members=tuple(members)))
    return found


def split(name: str) -> tuple[str, str]:
    """What a metric measures, and on which rows: train, val, test, or nothing where its name does not say."""
    pieces = re.split(r"([/\\|:. _-]+|'s )", name.strip())
    said = {at: PARTS[word] for at, piece in enumerate(pieces) if (word := re.sub(r"\d+$", "", piece.lower())) in PARTS}
    numbered = {at: part for at, part in said.items() if at + 2 < len(pieces) and pieces[at + 2].isdigit()}
    gone = {*said, *(at + 2 for at in numbered if at + 2 not in said)}
    if len({*said.values()}) != 1:
        return _without_grain(name), ""
    left = [piece for at, piece in enumerate(pieces) if at % 2 == 0 and at not in gone and piece]
    ties = [piece for piece in pieces[1::2] if piece.strip()]
    tie = ties[-1] if ties and len(left) > 1 else " "
    what = _joined(pieces, gone) if len(left) > 1 else tie.join(left)
    return _without_grain(what), next(iter(said.values()))


def _joined(pieces: list[str], gone: set[int]) -> str:
    """What is left of a name, with what stood between its pieces."""
    told = ""
    for at in range(0, len(pieces), 2):
        if at not in gone and pieces[at]:
            told += (pieces[at - 1] if told else "") + pieces[at]
    return told


def _without_grain(what: str) -> str:
    """Without the word that says how often it is measured, as Lightning writes it."""
    short = re.sub(r"(?<!per)[_/](step|epoch)$", "", what)
    return short or what


def _key(what: str) -> str:
    """The same for all names of a thing."""
    words = re.sub(r"[/\\|:. _-]+", " ", what.lower()).strip()
    if {"lr"} & {*words.split()} or words.startswith("learning rate"):
        return "lr"
    return SAME.get(words, words)


def _group(members: list[tuple[str, str, str]]) -> Group:
    order = ["train", "", "val", "test"]
    members = sorted(members, key=lambda member: order.index(member[1]))
    parts = [part for _, part, _ in members]
    if parts.count("") == 1 and len(members) > 1 and "train" not in parts:  # as in loss, val_loss
        parts[parts.index("")] = "train"
    named = [
        Member(name, part, part if parts.count(part) == 1 and (part or len(members) == 1) else name)
        for (name, *_), part in zip(members, parts, strict=True)
    ]
    what = next((what for *_, what in members if what), "")
    if len(members) > 1 and _key(what) == "lr":  # of several groups of weights
        what = "lr"
    return Group(what or ", ".join(name for name, *_ in members), (*named,), not what or _is_loss(what))


def _words(what: str) -> set[str]:
    return {word.lower() for word in WORD.findall(what)} | {*re.split(r"[/\\|:. _()-]+", what.lower())}


def _is_loss(what: str) -> bool:
    return bool(_words(what) & LOSSES) or "loss" in what.lower()


def _rank(what: str) -> int:
    words = _words(what)
    if what.lower() == "loss":
        return 0
    if words & SETTINGS or _key(what) == "lr":
        return 4
    if words & CLOCKS:
        return 5
    if words & {"grad", "norm", "gradient"}:
        return 3
    return 1 if _is_loss(what) else 2
