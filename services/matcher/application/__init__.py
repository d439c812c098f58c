"""The matcher's use cases and what they need from outside."""
