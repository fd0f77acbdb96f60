"""Regular expressions of tapes, which come from anybody: some are none, and some match for ever."""

import re
import signal
import threading
import warnings
from types import FrameType


def compiled(text: str) -> re.Pattern[str]:
    """The expression that a text is. Raises ValueError that says why it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what may mean something else one day
            return re.compile(text)
    except (re.error, ValueError, OverflowError) as error:
        raise ValueError(str(error)) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def search(pattern: re.Pattern[str], text: str, seconds: float) -> bool:
    """Whether the text matches anywhere. Raises TimeoutError where that takes longer.

    Python's matcher looks for signals while it works, so an alarm can end it: that needs no library beside Python's
    own and no process. Only the main thread can be woken so; another one is given no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        return bool(pattern.search(text))
    before = signal.signal(signal.SIGALRM, _give_up)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        return bool(pattern.search(text))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _give_up(_: int, __: FrameType | None) -> None:
    raise TimeoutError
