"""The notifier's ports on real things."""
