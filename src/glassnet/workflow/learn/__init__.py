"""Jobs of the course: checks of programs, and worksheets."""
