"""Stretches of rows that are evaluated apart, here or elsewhere, and added in one order."""

from contextlib import AbstractContextManager
from functools import lru_cache


def partitioned(blocks: int, partitions: int) -> list[slice]:
    """So many blocks in so many stretches, as even as can be, but in no more than there are blocks. Their sums are made
    first, and then added in this order: wherever a stretch is evaluated, the bits are the same."""
    count = max(1, min(blocks, partitions))
    return [slice(blocks * at // count, blocks * (at + 1) // count) for at in range(count)]


def single_blas() -> AbstractContextManager[object]:
    """Within it BLAS has one thread."""
    return _blas().limit(limits=1, user_api="blas")  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _blas():  # type: ignore[no-untyped-def]
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
