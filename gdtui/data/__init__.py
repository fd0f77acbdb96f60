"""Two-class data sets: scikit-learn's, made-up ones, and CSV files."""
