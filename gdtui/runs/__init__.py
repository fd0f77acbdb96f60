"""What was learnt: the epochs of a run, and its results."""
