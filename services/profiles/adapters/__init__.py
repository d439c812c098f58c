"""The ports on real things: PostgreSQL and metrics."""
