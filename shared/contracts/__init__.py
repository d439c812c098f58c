"""What the services promise each other: topics, events, words."""
