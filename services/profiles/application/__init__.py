"""What can be done with needs, capabilities and contacts: one use case a file."""
