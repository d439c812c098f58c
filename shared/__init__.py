"""What services may know of each other (contracts) and what none should write twice (runtime)."""
