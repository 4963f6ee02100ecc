"""Calcified arteries in a mask: parts, skeletons, centre lines, bands, vessels, the look of their calcium."""
