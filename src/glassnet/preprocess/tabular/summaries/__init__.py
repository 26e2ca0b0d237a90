"""Summaries of columns: what a pass over rows counts, equal in any order and division of the rows."""
