"""Values of a training script as a line of JSON, whatever library they come from."""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

LONGEST = 2**20
"""Bytes in a line, at the most: nobody looks at more numbers of one moment."""


class Encoder:
    """Makes lines of JSON; NaN and infinities are written by these names, as Python's own writer has them."""

    def __init__(self) -> None:
        from json import JSONEncoder

        # A list that holds itself is stopped by Python's limit of recursion.
        make = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_plain)
        self._text: Callable[[Any], str] = make.encode

    def line(self, values: Mapping[Any, Any]) -> tuple[bytes, str]:
        """These values as a line with its end, and in words which were left out, since they are no such values."""
        left_out = ""
        try:
            text = self._text(values)
        except Exception:
            values, left_out = self._that_can_be_written(values)
            text = self._text(values)
        # A path that is not UTF-8 has lone surrogates, which are written as JSON's escapes.
        line = text.encode(errors="backslashreplace") + b"\n"
        return (line, left_out) if len(line) <= LONGEST else (b"", f"{len(line):,} bytes in one call")

    def _that_can_be_written(self, values: Mapping[Any, Any]) -> tuple[dict[str, Any], str]:
        kept, left_out = {}, ""
        for key, value in values.items():
            try:
                self._text(value)
                kept[str(key)] = value
            except Exception:
                left_out = left_out or f"{key!s}, a {type(value).__name__}"
        return kept, left_out


def _plain(value: Any) -> Any:
    """A number, or a list of them, of another library's kind, as Python's own: the scalars of NumPy, and what PyTorch,
    JAX and TensorFlow have in their place. Raises where it is none."""
    if hasattr(value, "item"):  # of one number, else it raises
        return value.item()
    return float(value)


def in_text(value: Any) -> Any:
    """A part of a script's settings as it is where it is a number, text, or several of them, else as it is printed."""
    try:
        if value is None or isinstance(value, (bool, float, str)) or (isinstance(value, int) and abs(value) < 2**63):
            return value
        if isinstance(value, dict):
            return {str(key): in_text(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [in_text(one) for one in value]
        return value.item() if hasattr(value, "item") else _printed(value)
    except Exception:
        return _printed(value)


def _printed(value: Any) -> str:
    try:
        return str(value)[:1000]
    except Exception:
        return f"a {type(value).__name__}"
