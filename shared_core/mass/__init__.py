"""Calcium mass of a mask by densitometry on raw pixels (Molloi 2008, Li 2025), with its uncertainty."""
