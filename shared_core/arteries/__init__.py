"""Calcified arteries in a mask: connected parts, skeletons, centre lines, bands, vessels and the look of their calcium."""
