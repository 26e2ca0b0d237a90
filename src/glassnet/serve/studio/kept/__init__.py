"""What a session keeps: its folder, session files, and opening what was kept."""
