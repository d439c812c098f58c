"""The notifier's decisions."""
