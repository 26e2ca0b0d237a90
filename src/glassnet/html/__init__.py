"""Pages in HTML: the report, a training step, one answer; and views for notebooks."""
