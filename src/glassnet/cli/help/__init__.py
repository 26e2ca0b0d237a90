"""The help of commands: its flags in groups, and its Chinese."""
