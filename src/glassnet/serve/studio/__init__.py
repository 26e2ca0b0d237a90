"""The studio: one local page to draw, train, step through, compare and look."""
