"""Commands and Python programs that repeat what was done, one file for each room of the studio."""
