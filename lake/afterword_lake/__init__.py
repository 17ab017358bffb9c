"""Writes Afterword's exports as Parquet, and publishes them as Delta tables.

`afterword export --format parquet` and `afterword publish` start `afterword-lake` and speak with
it by pipes; see `orders.py`.
"""
__version__ = "0.2.0"
