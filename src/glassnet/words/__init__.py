"""Texts by key, for what is more than a message: results of commands, plots, reports and pages."""
