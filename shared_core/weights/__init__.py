"""Models: their cards, and finding, fetching, checking and reading their weights."""
