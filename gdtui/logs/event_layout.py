"""Where the numbers are in a TensorBoard event, so that all events of the same layout are read at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdtui.logs.crc32c import Bytes
from gdtui.logs.protobuf import FIXED32, FIXED64, NESTED, VARINT, Field, fields, varint
from gdtui.types import Floats

HALF, BFLOAT16 = 19, 14
TYPES = {
    **{
        1: "<f4",
        2: "<f8",
        3: "<i4",
        4: "<u1",
        5: "<i2",
        6: "<i1",
        9: "<i8",
        10: "<u1",
        17: "<u2",
        22: "<u4",
        23: "<u8",
    },
    **{HALF: "<f2", BFLOAT16: "<u2"},
}
"""The numbers among the types of tensors, by TensorFlow's numbers for them."""
LISTS = {5: FIXED32, 6: FIXED64, 7: VARINT, 10: VARINT, 11: VARINT, 13: VARINT, 16: VARINT, 17: VARINT}
"""The fields of a tensor in which its values are listed, by how each is written."""
WIDTHS = {FIXED32: 4, FIXED64: 8}


class Number(NamedTuple):
    """Where a number is, and what it is: a type of TYPES, or a varint that stands for one. Without a place it is 0."""

    start: int
    stop: int
    type: int
    is_varint: bool

    def of(self, rows: Bytes) -> Floats:
        """The numbers of n messages, shape (n, length); shape (n,)."""
        if self.start == self.stop:
            return np.zeros(len(rows))
        part = np.ascontiguousarray(rows[:, self.start : self.stop])
        if self.is_varint:
            bits = np.zeros(len(rows), dtype=np.uint64)
            for place in range(self.stop - self.start):
                bits |= (part[:, place] & np.uint8(0x7F)).astype(np.uint64) << np.uint64(7 * place)
            part = bits.view(np.uint8).reshape(len(rows), 8)
            part = np.ascontiguousarray(part[:, : np.dtype(TYPES[self.type]).itemsize])
        found = part.view(TYPES[self.type])[:, 0]
        if self.type == BFLOAT16:
            found = (found.astype("<u4") << 16).view("<f4")
        with np.errstate(invalid="ignore"):  # a signalling NaN is one as well
            return found.astype(np.float64)


INTEGER, DOUBLE, FLOAT = 9, 2, 1
ZERO = Number(0, 0, INTEGER, True)


class Layout:
    """The layout of one event: what is a number in it, and what must be the same in another for its numbers to be at
    the same places.

    Args:
        payload: the event.
        plugins: of tags that are known, what shows them; those of this event are added.

    Raises:
        ValueError: it is no event.
    """

    def __init__(self, payload: bytes, plugins: dict[str, str]) -> None:
        self._payload, self._plugins = payload, plugins
        self._free = np.zeros(len(payload), dtype=bool)
        self._varints: list[Number] = []
        self.time = self.step = ZERO
        self.values: dict[str, Number] = {}
        """The scalars, by their tags."""
        for field in fields(payload, 0, len(payload)):
            if (field.number, field.wire) == (1, FIXED64):
                self.time = self._number(field, DOUBLE)
            elif (field.number, field.wire) == (2, VARINT):
                self.step = self._number(field, INTEGER)
            elif (field.number, field.wire) == (5, NESTED):
                for value in fields(payload, field.start, field.stop):
                    if (value.number, value.wire) == (1, NESTED):
                        self._take(value)
            elif field.wire == NESTED:
                self._free[field.start : field.stop] = True

    def same(self, rows: Bytes, columns: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which messages of the same length, shape (n, length), that vary in these columns, have this layout; shape
        (n,)."""
        mine, fixed = np.frombuffer(self._payload, np.uint8), columns[~self._free[columns]]
        same: NDArray[np.bool_] = (rows[:, fixed] == mine[fixed]).all(axis=1)
        for number in self._varints:
            same &= (rows[:, number.start : number.stop - 1] >= 0x80).all(axis=1) & (rows[:, number.stop - 1] < 0x80)
        return same

    def _number(self, field: Field, kind: int) -> Number:
        number = Number(field.start, field.stop, kind, field.wire == VARINT)
        self._free[field.start : field.stop] = True
        if number.is_varint:
            self._varints.append(number)
        return number

    def _take(self, value: Field) -> None:
        """Take one value of a summary in."""
        tag = plugin = ""
        scalar: Field | None = None
        tensor: Field | None = None
        for field in fields(self._payload, value.start, value.stop):
            if (field.number, field.wire) == (1, NESTED):
                tag = self._payload[field.start : field.stop].decode(errors="replace")
            elif (field.number, field.wire) == (9, NESTED):
                plugin = self._plugin(field)
            elif (field.number, field.wire) == (2, FIXED32):
                scalar = field
            elif (field.number, field.wire) == (8, NESTED):
                tensor = field
            elif field.wire == NESTED:
                self._free[field.start : field.stop] = True
        if scalar is not None and tag:
            self.values[tag] = self._number(scalar, FLOAT)
        elif tensor is not None and tag:
            plugin = self._plugins[tag] = plugin or self._plugins.get(tag, "scalars")
            number = self._in_tensor(tensor) if plugin == "scalars" else None
            if number is None:
                self._free[tensor.start : tensor.stop] = True
            else:
                self.values[tag] = number

    def _plugin(self, metadata: Field) -> str:
        """What shows a value, by its metadata."""
        for data in self._nested(metadata, 1):
            for name in self._nested(data, 1):
                return self._payload[name.start : name.stop].decode(errors="replace")
        return ""

    def _nested(self, inside: Field, number: int) -> Iterator[Field]:
        found = fields(self._payload, inside.start, inside.stop)
        return (field for field in found if (field.number, field.wire) == (number, NESTED))

    def _in_tensor(self, tensor: Field) -> Number | None:
        """The one number of a tensor; None where it is no number, or not one."""
        kind, size, places = 0, 1, list[Field]()
        for field in fields(self._payload, tensor.start, tensor.stop):
            if (field.number, field.wire) == (1, VARINT):
                kind = varint(self._payload, field.start, field.stop)[0]
            elif (field.number, field.wire) == (2, NESTED):
                size = self._size(field)
            elif (field.number, field.wire) == (4, NESTED):
                places.append(field)
            elif field.number in LISTS:
                places += self._listed(field)
        if kind not in TYPES or size != 1 or len(places) > 1:
            return None
        if not places:
            return ZERO
        width = places[0].stop - places[0].start
        if places[0].wire != VARINT and width != np.dtype(TYPES[kind]).itemsize:
            return None
        return self._number(places[0], kind)

    def _size(self, shape: Field) -> int:
        """How many numbers a tensor has."""
        size = 1
        for dimension in self._nested(shape, 2):
            for field in fields(self._payload, dimension.start, dimension.stop):
                if (field.number, field.wire) == (1, VARINT):
                    size *= varint(self._payload, field.start, field.stop)[0]
        return size

    def _listed(self, field: Field) -> list[Field]:
        """The first two of a list of numbers, which may be packed."""
        wire = LISTS[field.number]
        if field.wire != NESTED:
            return [field] if field.wire == wire else []
        found, start = list[Field](), field.start
        while start < field.stop and len(found) < 2:
            stop = varint(self._payload, start, field.stop)[1] if wire == VARINT else start + WIDTHS[wire]
            if stop > field.stop:
                raise ValueError("has a list that ends within a number")
            found.append(Field(field.number, wire, start, stop))
            start = stop
        return found
