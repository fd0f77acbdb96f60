"""CRC-32C (Castagnoli) of many byte strings at once, as TensorBoard's records have it.

CRCs of strings of equal length differ by an XOR of what their bytes differ in, each of which a table tells by its value
and its distance from the end. So only those columns are looked at in which a block of records varies: a third of a
record with a scalar. A library in C, asked once a record, takes twice as long as all that is read of such a record.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]

POLYNOMIAL = 0x82F63B78
ONES = 0xFFFFFFFF
AT_ONCE = 1024
"""Bytes for which there are tables."""


@cache
def _tables() -> Words:
    """Shape (AT_ONCE, 256): what a byte of each value does to the CRC when so many bytes come after it."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(POLYNOMIAL), table >> 1)
    tables = np.empty((AT_ONCE, 256), dtype=np.uint32)
    tables[0] = table
    for place in range(1, AT_ONCE):
        before = tables[place - 1]
        tables[place] = (before >> 8) ^ table[before & 0xFF]
    return tables


def crc32c(data: bytes) -> int:
    """The CRC of one byte string."""
    tables, crc = _tables(), ONES
    for start in range(0, len(data), AT_ONCE):
        part = np.frombuffer(data, np.uint8, min(AT_ONCE, len(data) - start), start).copy()
        width = min(len(part), 4)
        part[:width] ^= np.frombuffer(crc.to_bytes(4, "little"), np.uint8, width)
        rest = crc >> 8 * width
        crc = rest ^ int(np.bitwise_xor.reduce(tables[np.arange(len(part))[::-1], part]))
    return crc ^ ONES


def varying(rows: Bytes) -> NDArray[np.intp]:
    """The columns of a table, one row at the least, in which not all rows are the same."""
    return np.flatnonzero(np.bitwise_or.reduce(rows ^ rows[0], axis=0))


def crcs32c(rows: Bytes, columns: NDArray[np.intp]) -> Words:
    """The CRCs of n byte strings of equal length, shape (n, length), that vary in these columns; shape (n,)."""
    length = rows.shape[1]
    if length > AT_ONCE:
        return np.array([crc32c(row.tobytes()) for row in rows], dtype=np.uint32)
    crcs = np.full(len(rows), crc32c(rows[0].tobytes()), dtype=np.uint32)
    tables = _tables()
    for column in columns:
        crcs ^= tables[length - 1 - column].take(rows[:, column] ^ rows[0, column])
    return crcs


def masked(crcs: Words) -> Words:
    """CRCs as they are written, lest a CRC of data that holds a CRC be a trivial one; shape (n,)."""
    turned = (crcs >> np.uint32(15)) | (crcs << np.uint32(17))
    return turned + np.uint32(0xA282EAD8)
