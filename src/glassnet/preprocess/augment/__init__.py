"""Distortions of training pictures."""
