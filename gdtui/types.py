"""Types that several floors share."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Confusion = tuple[int, ...]
"""Counts of the k × k pairs of true and predicted class, all of true class 0 first: of two classes that is (true
negative, false positive, false negative, true positive)."""
