"""The matcher's ports on real things."""
