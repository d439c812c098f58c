"""Decides who fits a need and whom to ask next; needs and capabilities in, matches out."""
