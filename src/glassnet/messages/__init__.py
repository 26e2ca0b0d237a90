"""Messages as data, their Chinese, and how they become text; the ground, below `errors`."""
