"""Speed, side by side with its baselines in one run: ``python -m tests.benchmarks``."""
