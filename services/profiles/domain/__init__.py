"""The decisions about needs, capabilities, parties and what must stay hidden."""
