"""What is computed of a descent to be looked at, and trains nothing."""
