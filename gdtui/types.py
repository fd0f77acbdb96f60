"""Types that several floors share."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Confusion = tuple[int, int, int, int]
"""Counts of (true negative, false positive, false negative, true positive)."""
