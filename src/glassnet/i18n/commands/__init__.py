"""Texts of commands in English and in Chinese, one file for each command."""
