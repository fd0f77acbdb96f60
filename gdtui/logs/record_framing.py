"""The framing of TensorBoard's records: a length of 8 bytes, its CRC of 4, so many bytes, and their CRC of 4."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdtui.logs.crc32c import Bytes, crc32c, crcs32c, masked, varying

HEADER, FOOTER = 12, 4
FRAME = HEADER + FOOTER
PERIOD = 16
"""Records that are looked for as a pattern which comes again and again, at the most."""


def length_in(header: bytes) -> int | None:
    """The length in a record's first 12 bytes; None where it is not as it was written."""
    told = np.frombuffer(header, np.uint8, HEADER)
    crc = np.array([crc32c(header[:8])], dtype=np.uint32)
    is_whole = masked(crc)[0] == told[8:].view("<u4")[0]
    return int.from_bytes(header[:8], "little") if is_whole else None


class Payloads(NamedTuple):
    """Records of the same size.

    Attributes:
        which: of the block's records they are, shape (n,).
        rows: what is in them, shape (n, length).
        columns: in which they vary.
        are_whole: whether they are as they were written, shape (n,).
    """

    which: NDArray[np.int64]
    rows: Bytes
    columns: NDArray[np.intp]
    are_whole: NDArray[np.bool_]


class Frames:
    """The whole records at the beginning of a block of bytes.

    Attributes:
        starts, sizes: of the records with their frames, in bytes; shape (n,) each.
        end: where the first is that is not whole.
        is_damaged: whether that one has a length that was not written, so that nobody knows where the next begins.
        needs: bytes of that one, if its length is told.
        kinds: the different sizes there are.
    """

    def __init__(self, block: bytes) -> None:
        self._block, self._sizes = block, dict[bytes, int]()
        self.end, self.needs, self.is_damaged = 0, HEADER, False
        found = [np.zeros((0, 2), dtype=np.int64)]
        count = 8 * PERIOD
        while True:
            few = self._walk(count)
            found.append(few)
            if len(few) < count:
                break
            many = self._again(few)
            found.append(many)
            count = 8 * PERIOD if len(many) > count else 2 * count
        self.starts, self.sizes = np.concatenate(found).T
        self.kinds = [*self._sizes.values()]

    def _walk(self, count: int) -> NDArray[np.int64]:
        """The next records, so many at the most, one by one; shape (n, 2): starts and sizes."""
        block, sizes, end, found = self._block, self._sizes, self.end, list[tuple[int, int]]()
        while len(found) < count:
            header = block[end : end + HEADER]
            size = sizes.get(header)
            if size is None:
                if len(header) < HEADER:
                    self.needs = HEADER
                    break
                length = length_in(header)
                if length is None:
                    self.is_damaged = True
                    break
                size = length + FRAME
            if end + size > len(block):
                self.needs = size
                break
            sizes[header] = size
            found.append((end, size))
            end += size
        self.end = end
        return np.array(found, dtype=np.int64).reshape(-1, 2)

    def _again(self, few: NDArray[np.int64]) -> NDArray[np.int64]:
        """The records that come next in the same pattern of sizes as the last of these."""
        sizes = few[:, 1]
        period = next((n for n in range(1, PERIOD + 1) if (sizes[-4 * n : -n] == sizes[-3 * n :]).all()), 0)
        pattern = few[len(few) - period :]
        width = int(pattern[:, 1].sum())
        count = (len(self._block) - self.end) // width if period else 0
        if not count:
            return few[:0]
        begin = int(pattern[0, 0])
        same = np.ones(count, dtype=bool)
        for start, _ in pattern:
            for kind, place in (("<u8", start), ("<u4", start + 8)):
                there = np.ndarray(count, kind, self._block, self.end + place - begin, strides=(width,))
                same &= there == np.frombuffer(self._block, kind, 1, place)
        count = count if same.all() else int(np.argmin(same))
        starts = self.end + np.arange(count)[:, None] * width + (pattern[:, 0] - begin)
        self.end += count * width
        return np.column_stack([starts.ravel(), np.tile(pattern[:, 1], count)])

    def payloads(self, size: int) -> Payloads:
        """The records of one size."""
        which = np.flatnonzero(self.sizes == size)
        windows = np.ndarray(len(self._block) - size + 1, f"V{size}", self._block, strides=(1,))
        rows = windows[self.starts[which]].view(np.uint8).reshape(-1, size)
        payloads = rows[:, HEADER:-FOOTER]
        told = np.ascontiguousarray(rows[:, -FOOTER:]).view("<u4")[:, 0]
        columns = varying(payloads)
        return Payloads(which, payloads, columns, masked(crcs32c(payloads, columns)) == told)
