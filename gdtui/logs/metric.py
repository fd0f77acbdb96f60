"""One metric of a log: its values, and where along the training each was."""

from __future__ import annotations

import numpy as np

from gdtui.logs.places_along import Along
from gdtui.runs.series import Series
from gdtui.types import Floats


class Metric:
    """A metric as far as it is known.

    Along what counts the training (steps, epochs) it ascends: where a log goes back, since its training was begun again
    from a checkpoint, what it says then takes the place of what it had said of the same steps.

    Args:
        has_global_steps: whether steps count over all epochs for certain, and are told of every value.
    """

    def __init__(self, name: str, has_global_steps: bool = False) -> None:
        self.name = name
        self._order = (Along.STEP, Along.EPOCH) if has_global_steps else (Along.EPOCH, Along.STEP)
        """Along which of them it ascends: the first that is told."""
        self.replaced = 0
        """Values that were said again."""
        self.begins_again = False
        """Whether places were told from the first on again: then nothing is left of what was told before."""
        self.has_local_steps = False
        """Whether steps were told that are counted anew in each epoch, and so are left out."""
        self._along: tuple[Along, ...] = (Along.RECORD,)
        self._rows = Series(2, order="F")

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def along(self) -> tuple[Along, ...]:
        """What is told of the place of its values."""
        return tuple(along for along in Along if along in self._along)

    @property
    def values(self) -> Floats:
        """Shape (n,): NaN is a gap, since the log says so."""
        return self._rows.view()[:, -1]

    def at(self, along: Along) -> Floats:
        """Where its values are, shape (n,), ascending but for times; NaN where that is not told. Records are those of
        the log, of which some say nothing of this metric."""
        if along in self._along:
            return self._rows.view()[:, self._along.index(along)]
        return np.full(len(self), np.nan)

    def extend(self, places: dict[Along, Floats], values: Floats) -> None:
        """Append values, shape (n,), and their places, of the same shape each. Where the records are not told, each
        that there ever was is taken to be one of this metric."""
        if Along.RECORD not in places:
            places = {**places, Along.RECORD: len(self) + self.replaced + np.arange(1.0, len(values) + 1)}
        new = [along for along in places if along not in self._along and not np.isnan(places[along]).all()]
        if self.has_local_steps:
            new = [along for along in new if along is not Along.STEP]
        if new:
            self._widen((*self._along, *new))
        columns = [places[along] if along in places else np.full(len(values), np.nan) for along in self._along]
        rows = np.array([*columns, values]).T
        for along in self._order:
            if along in self._along:
                rows = self._ascending(rows, self._along.index(along))
                break
        self._rows.extend(rows)
        self._drop_local_steps(len(rows))

    def _drop_local_steps(self, count: int) -> None:
        """Steps that go back among the last rows, while epochs do not, are counted anew in each epoch: they tell no
        place."""
        if {Along.STEP, Along.EPOCH} <= {*self._along} and self._order[0] is Along.EPOCH:
            steps = self.at(Along.STEP)[-count - 1 :]
            if (np.diff(steps) < 0).any():
                rows, place = self._rows.view(), self._along.index(Along.STEP)
                self._along = tuple(along for along in self._along if along is not Along.STEP)
                self._hold(np.delete(rows, place, axis=1))
                self.has_local_steps = True

    def _hold(self, rows: Floats) -> None:
        self._rows = Series(rows.shape[1], order="F")
        self._rows.extend(rows)

    def _widen(self, along: tuple[Along, ...]) -> None:
        """Something more is told of places from now on."""
        before = self._rows.view()
        rows = np.full((len(before), len(along) + 1), np.nan)
        rows[:, : len(self._along)], rows[:, -1] = before[:, :-1], before[:, -1]
        self._along = along
        self._hold(rows)

    def _ascending(self, rows: Floats, column: int) -> Floats:
        """New rows whose places ascend, and no row before them is beyond their first. A place that is not told is that
        of the row before."""
        places, known = rows[:, column], self._rows.view()[:, column]
        if (places[:-1] <= places[1:]).all() and (not (len(known) and len(places)) or places[0] >= known[-1]):
            return rows
        if np.isnan(places).any():
            last = known[-1] if len(known) else np.nan
            filled = np.where(np.isnan(places), -1, np.arange(len(places)))
            latest = np.maximum.accumulate(filled)
            places[:] = np.where(latest < 0, last, places[latest])
        begun_again = np.append(np.where(np.diff(places) < 0, places[1:], np.inf), np.inf)
        stays = ~(places >= np.fmin.accumulate(begun_again[::-1])[::-1])
        back = float(np.min(begun_again))
        if len(known) and len(places) and places[0] < known[-1]:
            back = min(back, float(places[0]))
        if back < np.inf:
            untold = int(np.count_nonzero(np.isnan(known)))
            first = known[untold] if untold < len(known) else places[~np.isnan(places)][0]
            self.begins_again |= bool(back <= first)
            kept = untold + int(np.searchsorted(known[untold:], back))
            self.replaced += len(known) - kept
            self._rows.cut(kept)
        self.replaced += int(np.count_nonzero(~stays))
        return rows if stays.all() else rows[stays]
