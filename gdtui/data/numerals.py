"""Numbers, gaps and dates as tables write them: with decimal points or commas, and with thousands apart."""

import math
import re

MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "?", "-", "."})
"""What stands where a value is missing, in lower case."""
APART = " \u00a0\u2009\u202f'’"
"""What may part thousands whatever the decimal mark is: spaces and apostrophes."""


def _grammar(decimal: str, group: str) -> re.Pattern[str]:
    thousands = rf"[1-9]\d{{0,2}}([{group}{APART}])\d{{3}}(?:\1\d{{3}})*(?:[{decimal}]\d*)?"
    plain = rf"(?:\d+[{decimal}]?\d*|[{decimal}]\d+)(?:[eE][+-]?\d+)?"
    return re.compile(rf"[+-]?(?:{thousands}|{plain})", re.ASCII)


_GRAMMARS = {".": _grammar(".", ","), ",": _grammar(",", ".")}
_DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    r"|\d{1,2}[ -][^\W\d]{3,9}\.?[ -,]+\d{2,4}|[^\W\d]{3,9}\.? \d{1,2},? \d{4})(?:[ T,].*)?|\d{1,2}:\d{2}(?::\d{2})?.*"
)


def number(text: str) -> float | None:
    """The number that is written there, if it is one. Python's own `float` would take 1_000 for a thousand."""
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def readings(text: str) -> tuple[float | None, float | None]:
    """What a text is as a number with a decimal point, and what with a decimal comma: None where it is none, or not a
    finite one. They differ for 1,234 and 1.234 alone, and their like."""
    plain = number(text)
    if plain is not None and math.isfinite(plain):
        return plain, (_read(text, ",") if "." in text else plain)
    text = text.replace("−", "-")
    return _read(text, "."), _read(text, ",")


def _read(text: str, decimal: str) -> float | None:
    found = _GRAMMARS[decimal].fullmatch(text)
    if found is None:
        return None
    if found[1]:
        text = text.replace(found[1], "")
    value = float(text.replace(decimal, "."))
    return value if math.isfinite(value) else None


def is_date(text: str) -> bool:
    """Whether it is a date, or a time of day."""
    return _DATE.fullmatch(text) is not None


def class_of(text: str) -> float | str:
    """What tells classes apart. 1, 1.0 and 01 are one; texts are what they are, and so are nan (unlike itself as a
    number) and inf."""
    value = number(text)
    return text if value is None or not math.isfinite(value) else value


def text_of(value: object) -> str:
    """A value of an array as a table would have it: 1 for 1.0, and nothing for what is missing."""
    if isinstance(value, float):
        return "" if math.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
    return "" if value is None else str(value)
