"""Calcified arteries in a mask: parts, skeletons, centre lines, bands, vessels, their morphology."""
