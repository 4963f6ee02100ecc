"""Teaching with a model's own surest answers on unlabelled views, round after round (Ibrahim 2025)."""
