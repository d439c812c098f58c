"""How well needs meet capabilities, beside simpler ways of matching."""
