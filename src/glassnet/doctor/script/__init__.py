"""Checks of old programs."""
