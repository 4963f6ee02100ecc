"""Simulated views beside real ones: grey levels, spectrum, gradients, profile from the skin line."""
