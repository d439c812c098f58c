"""Builders and fakes that several suites share."""
