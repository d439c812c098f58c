"""The notifier's decisions: pure, without I/O or clock."""
