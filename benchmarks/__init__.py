"""Measurements: one command each, prints a table."""
