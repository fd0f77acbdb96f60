"""Data sets of tables that stay on the disk: they are read from the file as often as it takes, some rows at a time, and
laid out in blocks, to the bits that they would have in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gdtui.data.column import Column
from gdtui.data.dataset import DataError, Dataset, check_classes, sampled
from gdtui.data.labels import ClassesError
from gdtui.data.mapped import Layout, size_told
from gdtui.data.preparing import classes_told, columns_told, count_told, gaps_told
from gdtui.data.progress import PROGRESS
from gdtui.data.scaling import beyond_told, constant_told
from gdtui.data.split import kept_rows
from gdtui.data.streams import Stream
from gdtui.data.sums import column_sums, halved_sums
from gdtui.data.survey import Classes, Survey
from gdtui.data.table import Table
from gdtui.data.troubles import of_columns
from gdtui.text import printable
from gdtui.types import Floats

WIDEST = 256
"""Columns of which each pair is looked at: of more that would take longer than all the rest."""
TRAINED, TESTED = 1, 2
"""What a row is for; 0 for nothing."""
Roles = NDArray[np.int8]


def streamed(stream: Stream, table: Table) -> Dataset:
    """The data set in a table, with its test set, and standardised, as the settings say. Raises DataError as `load`."""
    settings = table.settings
    if settings.categorical:
        raise DataError(f"{stream.where}: --categorical needs all rows in memory; this table stays on the disk")
    stream.check_kinds([column.place for column in table.features])
    if (progress := PROGRESS.get()) is not None:
        progress.size = stream.size * (2 + (settings.missing == "mean") + 2 * settings.is_standardized)
    name = printable(Path(stream.where).name)
    survey = _surveyed(stream, table)
    y, classes, lacking, is_kept, dropped = _checked(table, survey)
    roles = is_kept.astype(np.int8)
    if settings.samples is not None:
        rows = np.flatnonzero(roles)
        picked = sampled(name, len(rows), settings.samples, settings.seed)
        if picked is not None:
            roles[np.delete(rows, picked)] = dropped = 0
    shown = tuple(map(printable, classes))
    check_classes(shown, y[roles > 0], settings)
    features, silent = survey.features, list[str]()
    chosen = _Chosen(stream, table, features, roles)
    if settings.missing == "mean" and any(column.name in lacking for column in features):
        chosen, silent = _filled(chosen)
    count = count_told(int(np.count_nonzero(roles)), len(y), dropped)
    if settings.test_size:
        tests = np.flatnonzero(roles)[kept_rows(name, y[roles > 0], shown, settings.test_size, settings.seed)]
        roles[tests] = TESTED
    names = tuple(printable(column.name) for column in chosen.features)
    begin = f"{name}: {count} with {len(names)} feature{'s' * (len(names) > 1)}"
    told = [begin, *columns_told(table, features, lacking, silent), classes_told(shown)]
    data = Dataset(name, np.empty((0, 1)), cast(Floats, y), names, shown, told=printable("; ".join(told)))
    return _laid_out(_scaled(data, chosen) if settings.is_standardized else data, chosen)


def _surveyed(stream: Stream, table: Table) -> Survey:
    """What there is of the columns that are features."""
    survey = Survey(stream, table, table.features)
    features = survey.features
    if survey.is_index:
        table.left_out.append(f"{features[0].name} (it counts the rows)")
        features = features[1:]
    idle = [column for column in survey.idle if column in features]
    table.left_out += [f"{column.name} (it has no name and no values)" for column in idle]
    features = [column for column in features if column not in idle]
    return survey if len(features) == len(survey.features) else Survey(stream, table, features)


def _checked(table: Table, survey: Survey) -> tuple[Classes, list[str], list[str], NDArray[np.bool_], int]:
    """The class of each row, the names of the classes, those of the columns in which values are missing, whether each
    row is kept, and how many lack a value and are not. Raises DataError, which names all columns that are of no use,
    and the remedies."""
    wrong, names = [], list[str]()
    try:
        y, names = survey.classes()
    except ClassesError as error:
        wrong.append(str(error))
        y = survey.labelled()
    lacking = survey.find_gaps(y)
    is_lacking = (survey.lacks & (y >= -1)) | (y == -1)
    is_kept = y >= 0 if table.settings.missing == "mean" else (y >= 0) & ~is_lacking
    wrong += of_columns(survey.features, table.settings)
    table.numbers = range(1, len(y) + 1)
    wrong += gaps_told(table, y, is_kept, is_lacking, lacking)
    if wrong:
        raise DataError(f"{table.where}: {'; '.join(wrong)}")
    return y, names, lacking, is_kept, int(np.count_nonzero(is_lacking & ~is_kept))


@dataclass(frozen=True)
class _Chosen:
    """The rows that are learnt from or tested on.

    Attributes:
        roles: of all rows in the file; see `TRAINED`.
        means: what is filled in where a value is missing, shape (d,).
    """

    stream: Stream
    table: Table
    features: Sequence[Column]
    roles: Roles
    means: Floats | None = None

    def parts(self, *roles: int) -> Iterator[tuple[Floats, Roles]]:
        """Some of them after others, with their roles."""
        at, places = 0, [column.place for column in self.features]
        for values, _ in self.stream.parts(places, self.table.target_place):
            here = self.roles[at : at + len(values)]
            at += len(values)
            if not (is_wanted := np.isin(here, roles)).all():
                values, here = values[is_wanted], here[is_wanted]
            if self.means is not None:
                np.copyto(values, self.means, where=np.isnan(values))
            yield values, here

    def count(self, role: int) -> int:
        return int(np.count_nonzero(self.roles == role))


def _filled(chosen: _Chosen) -> tuple[_Chosen, list[str]]:
    """The same with means where values are missing, and the names of columns that have none here, without which it
    is."""
    width = len(chosen.features)
    counts = np.zeros(width, dtype=np.intp)

    def known() -> Iterator[Floats]:
        for values, _ in chosen.parts(TRAINED):
            gaps = np.isnan(values)
            counts[:] += (~gaps).sum(axis=0)
            yield np.where(gaps, 0.0, values)

    sums = halved_sums(known(), chosen.count(TRAINED), width)
    is_known = counts > 0
    if not is_known.any():
        what = f"no column says anything in the {chosen.count(TRAINED)} rows that are left; take more"
        raise DataError(f"{chosen.stream.where}: {what}")
    pairs = [*zip(chosen.features, is_known.tolist(), strict=True)]
    with np.errstate(over="ignore"):
        means = sums[is_known] / counts[is_known]
    features = [column for column, has_any in pairs if has_any]
    return replace(chosen, features=features, means=means), [column.name for column, has_any in pairs if not has_any]


def _scaled(data: Dataset, chosen: _Chosen) -> Dataset:
    """The data with what its features are to be standardised by; see `standardize`."""
    rows, width = chosen.count(TRAINED), len(chosen.features)
    lows, highs = np.full(width, np.inf), np.full(width, -np.inf)

    def plain() -> Iterator[Floats]:
        for values, _ in chosen.parts(TRAINED):
            np.minimum(lows, values.min(axis=0, initial=np.inf), out=lows)
            np.maximum(highs, values.max(axis=0, initial=-np.inf), out=highs)
            yield values

    with np.errstate(all="ignore"):
        means = column_sums(plain(), rows, width) / rows
        if not (spread := highs - lows).all():
            raise DataError(f"{data.name}: {constant_told(data.feature_names, spread)}")
        squares = column_sums((np.square(values - means) for values, _ in chosen.parts(TRAINED)), rows, width)
        deviations = np.sqrt(squares / rows)
    return replace(data, standardized=True, means=means, deviations=deviations)


def _laid_out(data: Dataset, chosen: _Chosen) -> Dataset:
    """The data set, whose rows are in a file of blocks then."""
    roles = (TRAINED, TESTED) if (chosen.roles == TESTED).any() else (TRAINED,)
    width = len(chosen.features) + 1
    layout = Layout(chosen.stream.where, tuple(map(chosen.count, roles)), width)
    hashes, pairs = [hashlib.sha256() for _ in roles], _Pairs(width)
    for values, here in chosen.parts(*roles):
        for part, role in enumerate(roles):
            rows = values if (is_here := here == role).all() else values[is_here]
            X = np.ones((len(rows), width))
            with np.errstate(all="ignore"):
                np.divide(rows - data.means, data.deviations, out=X[:, 1:])
            if not np.isfinite(X).all():
                place = int((~np.isfinite(X)).any(axis=0).argmax()) - 1
                beyond = "values became infinite; they are too large to be learnt from"
                raise DataError(
                    f"{data.name}: {beyond_told(data.feature_names[place]) if data.standardized else beyond}"
                )
            layout.add(part, X)
            hashes[part].update(X.data)
            if role == TRAINED:
                pairs.add(X)
    found = layout.rows()
    for mapped, hashed in zip(found, hashes, strict=True):
        mapped.hashed = hashed
    found[0].moments = pairs.moments(len(found[0]))
    sets = [
        replace(data, X=cast(Floats, mapped), y=data.y[chosen.roles == role])
        for mapped, role in zip(found, roles, strict=True)
    ]
    room = layout.room
    where = f"its rows stay on the disk, in {printable(room.folder)} ({size_told(room.size)} until the end)"
    test = replace(sets[1], means=0.0, deviations=1.0) if len(sets) > 1 else None
    return replace(sets[0], test=test, told=f"{data.told}; {where}")


class _Pairs:
    """Sums of products of each two columns of a design matrix."""

    def __init__(self, width: int) -> None:
        self._sums: Any = None if width > WIDEST else np.zeros((width, width))
        self._about: Floats | None = None

    def add(self, X: Floats) -> None:
        if self._sums is None or not len(X):
            return
        if self._about is None:  # squares of large numbers that hardly differ would leave nothing of that
            self._about = np.append(0.0, X[:, 1:].mean(axis=0))
        with np.errstate(all="ignore"):
            rows = X - self._about
            self._sums += rows.T @ rows

    def moments(self, count: int) -> tuple[Floats, Floats] | None:
        """The means of the features, shape (d,), and the covariances, shape (d, d); None where they are not known."""
        if self._sums is None or self._about is None or not np.isfinite(self._sums).all():
            return None
        off = self._sums[0, 1:] / count
        return self._about[1:] + off, self._sums[1:, 1:] / count - np.outer(off, off)
