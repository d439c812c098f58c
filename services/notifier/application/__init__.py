"""What the notifier does, one use case a file."""
