"""Data sets: scikit-learn's, made-up ones, and tables."""
