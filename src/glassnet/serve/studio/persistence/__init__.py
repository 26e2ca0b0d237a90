"""Sessions on disk: the folder of one that is open, session files, and adding either to a session."""
