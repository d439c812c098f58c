"""What fits, why, and who is asked next: decisions only."""
