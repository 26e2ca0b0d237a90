"""Sessions on disk: the folder of one that is open, and session files."""
