"""Every epoch of a run, to be shown again exactly, in bounded memory."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from gdtui.learning.descent import Batch, Descent
from gdtui.learning.kernel import Kernel
from gdtui.runs.envelope import Envelope
from gdtui.runs.series import Series
from gdtui.types import Floats

KEYFRAME_BYTES = 16 * 2**20
"""Weights are kept for every epoch until they fill this, then for every 2nd, 4th …; see `History`."""

FORK_BYTES, FORK_LOSSES = 2 * 2**20, 2**17
"""The same for a branch, and the losses it keeps one by one: forks are many, and repeat what their parent holds."""


class History:
    """The losses of all epochs, the alphas, and keyframes of the weights.

    What lies between two keyframes is computed again from the one before, by the same arithmetic in the same
    order, so that it is equal to the last bit.

    Args:
        kernel: evaluates the data; not shared with a descent that runs in another thread.
        capacity: keyframes to keep at the most; the default is as many as fill `KEYFRAME_BYTES`.
    """

    def __init__(self, kernel: Kernel, capacity: int | None = None) -> None:
        size = kernel.X.shape[1]
        self._kernel = kernel
        self._capacity = capacity or max(64, KEYFRAME_BYTES // (8 * size))
        self._losses = Envelope()
        self._keyframes = Series(size)
        self._frame_epochs = Series()  # the epoch of each keyframe, ascending
        self._stride = 1
        self._alphas: list[tuple[int, float]] = []

    def __len__(self) -> int:
        return len(self._losses)

    @property
    def losses(self) -> Floats:
        """The loss of epoch k at index k − 1, a view. Of runs beyond 2²⁰ epochs, the smallest loss of each 2, 4 …
        epochs (see `Envelope`); `weights_at` gives every epoch of any run."""
        return self._losses.values.view()

    @property
    def envelope(self) -> Envelope:
        """The losses again, with their minima and maxima over stretches."""
        return self._losses

    @property
    def alphas(self) -> list[tuple[int, float]]:
        """(first epoch, alpha) for each stretch of one alpha, in order."""
        return list(self._alphas)

    def span(self) -> tuple[float, float]:
        """See `Curve`."""
        return self._losses.span()

    def stretches(self, edges: np.ndarray) -> tuple[Floats, Floats]:
        """See `Curve` and `Envelope.stretches`."""
        return self._losses.stretches(edges)

    def known(self) -> tuple[Floats, Floats]:
        """See `Curve`."""
        losses = self.losses
        return 1 + self._losses.stride * np.arange(len(losses), dtype=np.float64), losses

    def append(self, batch: Batch) -> None:
        """Take in the next epochs."""
        if not len(batch):
            return
        if not self._alphas or self._alphas[-1][1] != batch.alpha:
            self._alphas.append((batch.first, batch.alpha))
        skip = -len(self._losses) % self._stride
        self._keyframes.extend(batch.weights[skip :: self._stride])
        self._frame_epochs.extend(np.arange(batch.first + skip, batch.first + len(batch), self._stride, dtype=float))
        self._losses.extend(batch.losses)
        while len(self._keyframes) > self._capacity:
            self._keyframes.halve()
            self._frame_epochs.halve()
            self._stride *= 2

    def append_records(self, first: int, alpha: float, epochs: np.ndarray, losses: Floats, weights: Floats) -> None:
        """Take in some epochs of a stretch of one alpha, as a file keeps them: the losses between are not known, the
        weights between are computed again when they are asked for.

        Args:
            first: the first epoch of the stretch.
            epochs: ascending, all beyond the last, shape (n,).
            losses: shape (n,).
            weights: shape (n, d + 1).
        """
        if not self._alphas or self._alphas[-1][1] != alpha:
            self._alphas.append((first, alpha))
        between = np.full(int(epochs[-1]) - len(self), np.nan)
        between[epochs.astype(np.intp) - len(self) - 1] = losses
        self._losses.extend(between)
        self._keyframes.extend(weights)
        self._frame_epochs.extend(epochs.astype(float))
        while len(self._keyframes) > self._capacity:
            self._keyframes.halve()
            self._frame_epochs.halve()
            self._stride *= 2

    def prefix(self, epochs: int) -> History:
        """A copy that ends with that epoch, for a run that goes on from there. It keeps fewer keyframes and losses."""
        capacity = min(self._capacity, max(64, FORK_BYTES // (8 * self._kernel.X.shape[1])))
        copy = History(self._kernel, capacity)
        copy._losses = self._losses.prefix(epochs, FORK_LOSSES)
        frames = int(np.searchsorted(self._frame_epochs.view(), epochs, side="right"))
        thinner = 1
        while frames > capacity * thinner:
            thinner *= 2
        copy._stride = self._stride * thinner
        copy._keyframes.extend(self._keyframes.view()[:frames:thinner])
        copy._frame_epochs.extend(self._frame_epochs.view()[:frames:thinner])
        copy._alphas = [(first, alpha) for first, alpha in self._alphas if first <= epochs]
        return copy

    def alpha_at(self, epoch: int) -> float:
        """The alpha with which epoch's step was taken."""
        return self._alphas[self._stretch(epoch)][1]

    def weights_at(self, epoch: int, kernel: Kernel | None = None) -> Floats:
        """The weights at which that epoch (1 to len) was measured, shape (d + 1,). Raises IndexError.

        Args:
            kernel: evaluates the data instead of the history's own, for another thread.
        """
        if not 1 <= epoch <= len(self):
            raise IndexError(f"epoch {epoch} is not in 1 … {len(self)}")
        frame = int(np.searchsorted(self._frame_epochs.view(), epoch, side="right")) - 1
        weights: Floats = self._keyframes.view()[frame].copy()
        at = int(self._frame_epochs.view()[frame])
        while at < epoch:
            stretch = self._stretch(at)
            end = self._alphas[stretch + 1][0] if stretch + 1 < len(self._alphas) else epoch
            until = min(epoch, end)
            alpha = self._alphas[stretch][1]
            descent = Descent(kernel or self._kernel, weights, alpha, until - 1, done=at - 1)
            descent.advance(until - at)
            weights, at = descent.weights, until
        return weights

    def _stretch(self, epoch: int) -> int:
        return bisect_right(self._alphas, epoch, key=lambda pair: pair[0]) - 1
