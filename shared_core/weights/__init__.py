"""Models: their cards, and finding, checking and reading their weights."""
