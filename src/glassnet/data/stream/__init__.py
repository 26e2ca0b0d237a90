"""Data larger than memory: a table in parts, read one row group at a time."""
