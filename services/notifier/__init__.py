"""Tells people and takes their answers; owns the life of each proposal.

Reads contacts, letters, needs, capabilities and matches; writes introductions.
"""
