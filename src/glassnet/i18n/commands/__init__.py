"""Texts of commands, one file for each command."""
