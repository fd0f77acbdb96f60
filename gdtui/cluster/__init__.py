"""Rows that live on workers: processes of this machine, or of others, which Dask connects."""
